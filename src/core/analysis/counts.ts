/** What the judge is fed: finished requests of one arm since the last look. Same shape as `ports/metrics.ts`. */

/** Upper bounds of the latency buckets in ms, as Envoy's default histogram; the last bucket is open. */
export const latencyBoundsMs: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
];

export interface ArmCounts {
  readonly requests: number;
  readonly failures: number;
  /** How often no pod took a connection, for a request or a check; absent = unknown. */
  readonly refused?: number;
  /** One count per bucket (not cumulative), `latencyBoundsMs.length + 1` long, or empty where latency is unknown. */
  readonly latency: readonly number[];
  /** By pod name; `''` = no pod could be chosen. */
  readonly byPod: Readonly<Record<string, { readonly requests: number; readonly failures: number }>>;
}

/** Requests and bad events (failed, or slower than a boundary) of one arm. */
export interface Tally {
  readonly requests: number;
  readonly bad: number;
}

/** Both arms over the same stretch of time. */
export interface TallyPair {
  readonly stable: Tally;
  readonly candidate: Tally;
}

export const noRequests: Tally = { requests: 0, bad: 0 };

export function addTally(a: Tally, b: Tally): Tally {
  return { requests: a.requests + b.requests, bad: a.bad + b.bad };
}

export function addPair(a: TallyPair, b: TallyPair): TallyPair {
  return { stable: addTally(a.stable, b.stable), candidate: addTally(a.candidate, b.candidate) };
}

/** Bad events per request, 0–1; 0 without requests. */
export function badRate(tally: Tally): number {
  return tally.requests === 0 ? 0 : tally.bad / tally.requests;
}

/** Requests that took longer than `latencyBoundsMs[bound]`. */
export function slowerThan(counts: ArmCounts, bound: number): Tally {
  let requests = 0;
  let bad = 0;
  counts.latency.forEach((count, bucket) => {
    requests += count;
    if (bucket > bound) bad += count;
  });
  return { requests, bad };
}

/** Failures as bad events. */
export function failures(counts: ArmCounts): Tally {
  return { requests: counts.requests, bad: counts.failures };
}

export const noCounts: ArmCounts = { requests: 0, failures: 0, latency: [], byPod: {} };

/** Sum of two readings of one arm, without the pods. */
export function addCounts(a: ArmCounts, b: ArmCounts): ArmCounts {
  const [long, short] = a.latency.length >= b.latency.length ? [a.latency, b.latency] : [b.latency, a.latency];
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    latency: short.length === 0 ? long : long.map((count, bucket) => count + (short[bucket] ?? 0)),
    byPod: {},
  };
}
