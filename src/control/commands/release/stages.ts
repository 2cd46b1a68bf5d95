/** The weights of a run, one after the other, with what was measured at each. */
import type { TallyPair } from '../../../core/analysis/counts.ts';
import type { JournalEntry } from '../../../ports/store.ts';

export interface WeightStage {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Percent that the router was told. */
  readonly weight: number;
  /** How long it stayed; of the last stage of a run in flight so far unknown. */
  readonly forMs?: number;
  /** Percent of the requests at this weight that the candidate got; absent = too few were counted to say. */
  readonly observed?: number;
}

/** Fewer requests than this say nothing about a share. */
const ENOUGH = 20;

/** `endedAt`: when the run ended, milliseconds since 1970; undefined = it goes on. */
export function stagesOf(entries: readonly JournalEntry[], endedAt: number | undefined): readonly WeightStage[] {
  const starts = entries.filter(({ kind }) => kind === 'weight');
  return starts.map((start, index) => {
    const next = starts[index + 1]?.at ?? endedAt;
    const observed = shareWithin(entries, start.at, next ?? Infinity);
    return {
      at: start.at,
      weight: Number(start.body['to']),
      ...(next === undefined ? {} : { forMs: next - start.at }),
      ...(observed === undefined ? {} : { observed }),
    };
  });
}

/** From the counts that were written down first and last within the time: both are sums since the run began. */
function shareWithin(entries: readonly JournalEntry[], from: number, to: number): number | undefined {
  const counts = entries
    .filter(({ at, kind }) => at >= from && at <= to && (kind === 'observed' || kind === 'verdict'))
    .flatMap(({ body }) => (body['counts'] === undefined ? [] : [body['counts'] as TallyPair]));
  const [first] = counts;
  const last = counts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const candidate = last.candidate.requests - first.candidate.requests;
  const all = candidate + last.stable.requests - first.stable.requests;
  return all < ENOUGH ? undefined : Math.round((10_000 * candidate) / all) / 100;
}
