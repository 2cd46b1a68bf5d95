import type { TimelineItem } from '../../control/commands/release/timeline.ts';
import type { Context } from '../context.ts';
import { flowingTable } from './table.ts';

/** Time of day with tenths, as far as they matter for a run of minutes. */
function timeText(at: number): string {
  const date = new Date(at);
  const tenths = Math.floor(date.getMilliseconds() / 100);
  return `${timeOfDay(at)}.${tenths}`;
}

/** `14:02:31`, in the reader's time zone. */
export function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** One entry after the other, oldest first: when, what kind, in words. */
export function timelineLines(context: Context, items: readonly TimelineItem[]): readonly string[] {
  const rows = items.map(({ at, kind, text }) => [
    context.paint('faint', timeText(at)),
    context.sayWord('kind', kind),
    context.sayMessage(text),
  ]);
  return flowingTable(rows, context.columns);
}
