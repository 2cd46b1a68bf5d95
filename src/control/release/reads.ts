/** Reads route and counts with a time limit. A source that does not answer is an observation, not an error. */
import type { CountsSeen, RouteSeen } from '../../core/release/observation.ts';
import type { ReleaseRecord } from '../../core/release/state.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountsQuery, MetricsSource } from '../../ports/metrics.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';

const ROUTE_LIMIT_MS = 1_000;
const COUNTS_LIMIT_MS = 2_000;

type Failed = { readonly kind: 'failed'; readonly message: string };

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | Failed> {
  const stop = new AbortController();
  const late = clock
    .sleep(ms, stop.signal)
    .then((): Failed => ({ kind: 'failed', message: `no answer within ${ms} ms` }));
  const done = work.catch((error: unknown): Failed => ({ kind: 'failed', message: String((error as Error).message) }));
  const first = await Promise.race([done, late]);
  stop.abort();
  return first;
}

export async function readRoute(clock: Clock, provider: TrafficProvider, split: TrafficSplit): Promise<RouteSeen> {
  const read = provider.read(split).then((reading): RouteSeen => ({
    kind: 'read',
    candidateWeight: reading.candidateWeight,
    inForce: reading.inForce,
    ...(reading.contradiction === undefined ? {} : { contradiction: reading.contradiction }),
  }));
  return within(clock, ROUTE_LIMIT_MS, read);
}

export async function readCounts(
  clock: Clock,
  source: MetricsSource,
  asked: { readonly query: CountsQuery; readonly cursor: string | null },
): Promise<CountsSeen> {
  const read = source
    .counts(asked.query, asked.cursor ?? undefined)
    .then((reading): CountsSeen => ({ kind: 'read', ...reading }));
  return within(clock, COUNTS_LIMIT_MS, read);
}

/** Counts that this look needs: of the run in flight, and of the first retiring arm once it is due. */
export function neededCounts(state: ReleaseRecord, now: number): { readonly run: boolean; readonly retired: boolean } {
  const [first] = state.retiring;
  return {
    run: state.run !== null,
    retired: first !== undefined && first.then !== 'keep' && first.dueAt - now <= 3_000,
  };
}
