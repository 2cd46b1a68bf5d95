import type { TimelineItem } from '../../control/commands/release/history.ts';
import type { Context } from '../context.ts';
import { tableLines } from './table.ts';

/** Time of day with tenths, as far as they matter for a run of minutes. */
function timeText(at: number): string {
  const date = new Date(at);
  const tenths = Math.floor(date.getMilliseconds() / 100);
  return `${date.toTimeString().slice(0, 8)}.${tenths}`;
}

/** One line an entry, oldest first: when, what kind, in words. */
export function timelineLines(context: Context, items: readonly TimelineItem[]): readonly string[] {
  return tableLines(items.map(({ at, kind, text }) => [timeText(at), kind, context.sayMessage(text)]));
}
