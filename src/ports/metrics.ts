/** Where requests are counted. */

/** Upper bounds of the latency buckets in ms, as Envoy's default histogram; the last bucket is open. */
export const LATENCY_BOUNDS_MS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;

export interface PodCounts {
  readonly requests: number;
  readonly failures: number;
}

/** Finished requests since the cursor. Failure = 5xx or no answer; a client that left is no failure. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: number;
  /** How often no pod took a connection, for a request or a check; absent = the source cannot tell. */
  readonly refused?: number;
  /** One count per bucket (not cumulative), `LATENCY_BOUNDS_MS.length + 1` long. */
  readonly latency: readonly number[];
  /** By pod name; `''` = no pod could be chosen. */
  readonly byPod: Readonly<Record<string, PodCounts>>;
}

export interface CountsQuery {
  readonly namespace: string;
  readonly service: string;
  /** Values of the arm's version as the mesh reports it (subset name or label `version`). */
  readonly stable: string;
  readonly candidate: string;
}

export interface CountsReading {
  /** Opaque; hand it back to get only what came after. Counts are given exactly once per cursor chain. */
  readonly cursor: string;
  readonly stable: ArmCounts;
  readonly candidate: ArmCounts;
  /** Milliseconds since the newest count was taken; Infinity = never. */
  readonly ageMs: number;
  readonly source: string;
}

export interface MetricsSource {
  readonly name: string;
  /** Without a cursor: starts now, all counts 0. Throws `Fault` when the source cannot be read. */
  counts(query: CountsQuery, cursor?: string): Promise<CountsReading>;
}
