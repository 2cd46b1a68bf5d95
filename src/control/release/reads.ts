/** Reads route and counts with a time limit. A source that does not answer is an observation, not an error. */
import type { CountsSeen, RouteSeen } from '../../core/release/observation.ts';
import type { ReleaseRecord } from '../../core/release/state.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountsQuery, MetricsSource } from '../../ports/metrics.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import { problemOf } from '../../lib/fault.ts';
import type { Message } from '../../texts/catalogue.ts';

const ROUTE_LIMIT_MS = 1_000;
const COUNTS_LIMIT_MS = 1_000;

type Failed = { readonly kind: 'failed'; readonly message: Message };

/** How long to wait: by the clock, and until the signal says that something more urgent is to be done. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function within<T>({ clock, signal }: Patience, ms: number, work: Promise<T>): Promise<T | Failed> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  // `sleep` also resolves when the signal fires.
  const late = clock
    .sleep(ms, stop.signal)
    .then((): Failed => ({ kind: 'failed', message: { key: 'happening.noAnswer', params: { ms } } }));
  const done = work.catch((error: unknown): Failed => ({ kind: 'failed', message: problemOf(error) }));
  const first = await Promise.race([done, late]);
  signal.removeEventListener('abort', end);
  end();
  return first;
}

export async function readRoute(
  patience: Patience,
  provider: TrafficProvider,
  split: TrafficSplit,
): Promise<RouteSeen> {
  const read = provider.read(split).then((reading): RouteSeen => ({
    kind: 'read',
    candidateWeight: reading.candidateWeight,
    inForce: reading.inForce,
    ...(reading.contradiction === undefined ? {} : { contradiction: reading.contradiction }),
  }));
  return within(patience, ROUTE_LIMIT_MS, read);
}

export async function readCounts(
  patience: Patience,
  source: MetricsSource,
  asked: { readonly query: CountsQuery; readonly cursor: string | null },
): Promise<CountsSeen> {
  const read = source
    .counts(asked.query, asked.cursor ?? undefined)
    .then((reading): CountsSeen => ({ kind: 'read', ...reading }));
  return within(patience, COUNTS_LIMIT_MS, read);
}

/** Is an arm about to be lowered, so that it has to be watched? */
export function retiresSoon(state: ReleaseRecord, now: number): boolean {
  const [first] = state.retiring;
  return first !== undefined && first.afterwards !== 'keep' && first.dueAt - now <= 3_000;
}
