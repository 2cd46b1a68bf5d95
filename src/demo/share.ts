/** Measures a share against the weight that was asked for. */
import type { Message } from '../texts/catalogue.ts';
import { servedBy, type Theatre } from './act.ts';
import { between } from './load.ts';

export interface ShareResult {
  readonly asked: number;
  readonly measured: number;
  readonly right: boolean;
}

/**
 * Share of `version` over `ms`. Users stick to their version, so the noise is that of drawing `users` of them: five
 * standard deviations are allowed.
 */
export async function measureShare(
  theatre: Theatre,
  target: {
    readonly version: string;
    readonly asked: number;
    readonly users: number;
    readonly pods: number;
    readonly ms: number;
  },
): Promise<ShareResult> {
  const { users, printer } = theatre;
  const before = await users.next();
  await new Promise((wake) => setTimeout(wake, target.ms));
  const after = await users.next();
  const requests = after.requests - before.requests;
  const share = between(before, after, servedBy(target.version)).requests / Math.max(1, requests);
  const wanted = target.asked / 100;
  const noise = 5 * Math.sqrt((wanted * (1 - wanted)) / Math.min(target.users, requests));
  const measured = Math.round(share * 1000) / 10;
  const said: Message = {
    key: 'demo.share',
    params: { asked: target.asked, measured: measured.toFixed(1), requests, pods: target.pods },
  };
  printer.say(said);
  return { asked: target.asked, measured, right: Math.abs(share - wanted) <= noise };
}
