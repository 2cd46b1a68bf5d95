/** The weights of a run, one after the other, with what was measured at each. */
import type { JournalEntry } from '../../../ports/store.ts';

export interface WeightStage {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Percent that the router was told. */
  readonly weight: number;
  /** How long it stayed; of the last stage of a run in flight so far unknown. */
  readonly forMs?: number;
  /** Percent that the candidate got when it was last measured at this weight; null = no requests, absent = not measured. */
  readonly observed?: number | null;
}

/** Shares are measured over the last seconds: sooner than this they still tell of the weight before. */
const SETTLED_MS = 3_000;

/** `endedAt`: when the run ended, milliseconds since 1970; undefined = it goes on. */
export function stagesOf(entries: readonly JournalEntry[], endedAt: number | undefined): readonly WeightStage[] {
  const starts = entries.filter(({ kind }) => kind === 'weight');
  return starts.map((start, index) => {
    const next = starts[index + 1]?.at ?? endedAt;
    const weight = Number(start.body['to']);
    const measured = entries.findLast(
      ({ kind, at, body }) =>
        kind === 'observed' && body['desired'] === weight && at >= start.at + SETTLED_MS && at <= (next ?? Infinity),
    );
    return {
      at: start.at,
      weight,
      ...(next === undefined ? {} : { forMs: next - start.at }),
      ...(measured === undefined ? {} : { observed: measured.body['observed'] as number | null }),
    };
  });
}
