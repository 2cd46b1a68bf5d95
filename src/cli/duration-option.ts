import { parseDuration } from '../lib/duration.ts';
import { Fault } from '../lib/fault.ts';

/** `90`, `30s`, `5m`, `1h30m` → milliseconds; a bare number is seconds, as kubectl reads it. @throws Fault `usage` */
export function parseTime(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms !== undefined) return ms;
  throw new Fault(
    'usage',
    { key: 'cli.usage.badDuration', params: { text } },
    { found: text, remedy: { key: 'cli.usage.durationRemedy' } },
  );
}
