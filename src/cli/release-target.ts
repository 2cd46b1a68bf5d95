import { userInfo } from 'node:os';
import type { ReleaseTarget } from '../control/commands/release/target.ts';
import { Fault } from '../lib/fault.ts';
import type { Context } from './context.ts';
import { kindOf } from './targets.ts';

/** `reviews`, `rel/reviews` or `release/reviews`. @throws Fault `usage` for another kind */
export function releaseTarget(context: Context, operand: string): ReleaseTarget {
  const slash = operand.indexOf('/');
  if (slash < 0) return { namespace: context.namespace, name: operand };
  const { kind } = kindOf(operand.slice(0, slash));
  if (kind !== 'Release')
    throw new Fault('usage', { key: 'cli.usage.onlyRelease', params: { kind } }, { found: operand });
  return { namespace: context.namespace, name: operand.slice(slash + 1) };
}

/** Who gives a command: `SERIN_USER`, else the name of the account. */
export function actor(context: Context): string {
  const named = context.terminal.env['SERIN_USER'];
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
