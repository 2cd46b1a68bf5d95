/** What the judge answers, with everything that it was decided from. Plain data: it is stored with the run. */
import type { Message } from '../../texts/catalogue.ts';
import type { TallyPair } from './counts.ts';

/**
 * - `fail`: the evidence for harm reached 1/alpha. Final: it stays.
 * - `pass`: the candidate is shown to be no worse than stable by more than the margin of its present weight.
 * - `inconclusive`: traffic flows and neither is shown yet, or the measurement is not valid (mismatch).
 * - `noData`: one arm or both are silent.
 * - `error`: the counts are too old, or contradict themselves.
 */
export type VerdictKind = 'pass' | 'fail' | 'noData' | 'inconclusive' | 'error';

export type MetricName = 'errors' | 'latency';

export interface MetricEvidence {
  readonly metric: MetricName;
  /** Part of the global evidence, all together 1. */
  readonly weight: number;
  readonly logE: number;
}

/** Proof so far that the candidate is not worse than stable by `margin` or more. */
export interface SafetyProof {
  readonly metric: MetricName;
  /** 0–1. */
  readonly margin: number;
  readonly logE: number;
}

export interface Verdict {
  readonly kind: VerdictKind;
  readonly sentence: Message;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Evidence for harm, and the value at which the verdict is `fail`. */
  readonly evidence: number;
  readonly threshold: number;
  readonly logE: number;
  /** Overdispersion that tempers the evidence. */
  readonly phi: number;
  /** Share of the requests that the candidate was meant to get, and the share that the evidence was computed with, 0–1. */
  readonly share: number;
  readonly usedShare: number;
  /** Requests and failures since the run began, and since the evidence last lay at nothing. */
  readonly counts: TallyPair;
  readonly recent: TallyPair;
  readonly metrics: readonly MetricEvidence[];
  readonly safety: readonly SafetyProof[];
}

export type FindingKind =
  | 'candidateSilent'
  | 'bothSilent'
  | 'stale'
  | 'invalidCounts'
  | 'mismatch'
  | 'outage'
  | 'onePod'
  | 'suspicion'
  | 'latencyBoundary';

/** Something worth saying beside the verdict. */
export interface Finding {
  readonly kind: FindingKind;
  /** True: no larger weight while it lasts. */
  readonly holds: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Only for `candidateSilent`: silence has lasted longer than is tolerated. */
  readonly expired?: boolean;
  readonly message: Message;
}
