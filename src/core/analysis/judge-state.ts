/** What the judge remembers between looks, what a look brings, and what it answers. */
import type { ArmCounts, Tally, TallyPair } from './counts.ts';
import type { HarmState } from './harm.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { LatencyState } from './latency.ts';
import type { MismatchState } from './mismatch.ts';
import type { SilenceState } from './no-data.ts';
import type { SafetyState } from './safety.ts';
import type { Finding, Verdict } from './verdict.ts';

/** Where the run stands at its present weight. */
export interface Stay {
  /** Candidate's share, 0–1, and the one before it. */
  readonly share: number;
  readonly previous: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds at this share during which requests came. Clocks stand still while both arms are silent. */
  readonly activeMs: number;
  readonly counts: TallyPair;
}

/** Plain data. Survives JSON; stored in the record of the run. */
export interface JudgeState {
  readonly settings: JudgeSettings;
  readonly errors: HarmState;
  readonly latency?: LatencyState;
  /** One per margin of the settings and gating metric. */
  readonly safety: { readonly errors: readonly SafetyState[]; readonly latency?: readonly SafetyState[] };
  readonly mismatch: MismatchState;
  readonly silence: SilenceState;
  readonly stay: Stay;
  readonly counts: TallyPair;
  /** Requests slower than the limit of the settings, at the present weight. */
  readonly slow: TallyPair;
  readonly recent: TallyPair & { readonly since: number };
  /** Stable requests that wait for the next request of the candidate. */
  readonly pending: { readonly stable: ArmCounts; readonly elapsedMs: number };
  /** Stable requests of about the last minute, failed and slow; and slow ones since the beginning. */
  readonly minute: { readonly errors: Tally; readonly slow: Tally; readonly slowEver: Tally };
  readonly candidatePods: Readonly<Record<string, { readonly requests: number; readonly failures: number }>>;
  readonly failedAt?: number;
  readonly verdict?: Verdict;
  readonly findings: readonly Finding[];
}

export interface JudgeLook {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Candidate's share that is in force at the router, 0–1 (not percent). 0 before the first step: only stable is learned. */
  readonly share: number;
  /** Finished requests since the last look. */
  readonly stable: ArmCounts;
  readonly candidate: ArmCounts;
  /** Milliseconds since the newest count was taken; Infinity = never. */
  readonly ageMs: number;
  /** Milliseconds since the last look. Any cadence: hazards scale with it. */
  readonly tickMs: number;
}

export interface Judgement {
  readonly state: JudgeState;
  readonly verdict: Verdict;
  /** What holds or is worth saying now. */
  readonly findings: readonly Finding[];
}
