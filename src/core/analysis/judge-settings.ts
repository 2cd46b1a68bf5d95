/** What the judge is told once, at the start of a run. Frozen with the run. */
import type { Tally } from './counts.ts';

/** Overdispersion where no history tells a better one. */
export const phiWithoutHistory = 5;

export interface ErrorSettings {
  readonly ratio: number;
  /** 0–1. */
  readonly tolerance: number;
  readonly phi: number;
}

/** Both 0–1. The margin at a weight w is budget / w, between `margin` and 25 %. */
export interface Limits {
  readonly budget: number;
  readonly margin: number;
}

export interface LatencySettings extends ErrorSettings {
  /** Slower than this counts against the margin of safety. The nearest bucket boundary is used. */
  readonly slowerThanMs: number;
}

export interface JudgeSettings {
  /** Names of the versions, for sentences. */
  readonly stable: string;
  readonly candidate: string;
  /** Chance of a false `fail` per run, 0–1. */
  readonly alpha: number;
  /** Chance of a false proof of safety, 0–1. */
  readonly beta: number;
  readonly errors: ErrorSettings;
  readonly latency?: LatencySettings;
  /** Requests and failures of stable that are known before the run. */
  readonly history: Tally;
  /** Margins of non-inferiority for which proof is collected, 0–1; see `paceMargins` and `marginsOf`. */
  readonly margins: readonly number[];
  /** What may ship unproven: excess failures as a share of all traffic, and the margin at the end, 0–1. */
  readonly limits: Limits;
  /** Who draws: each request by itself, or users who then stay. With `user` the realised share is used. */
  readonly split: 'request' | 'user';
  /** Silence of the candidate that is tolerated while stable has traffic. */
  readonly noDataTimeoutMs: number;
  /** Counts older than this decide nothing. */
  readonly staleAfterMs: number;
}

/** Everything that may be left out has a default; fractions, not percent. */
export interface JudgeChoice {
  readonly stable: string;
  readonly candidate: string;
  readonly margins: readonly number[];
  readonly limits?: Limits | undefined;
  readonly alpha?: number | undefined;
  readonly errors?: { readonly [K in keyof ErrorSettings]?: number | undefined } | undefined;
  readonly latency?: { readonly [K in keyof LatencySettings]?: number | undefined } | undefined;
  readonly history?: Tally | undefined;
  readonly split?: 'request' | 'user' | undefined;
  readonly noDataTimeoutMs?: number | undefined;
}

/**
 * Fills in the defaults: alpha 1 %, beta 5 %, errors with ratio 1 and 0.1 percentage points, latency with ratio 1.25,
 * phi 5, and a stable version that is thought to fail 0.5 % of 500 requests until its own counts say otherwise.
 */
export function judgeSettings(choice: JudgeChoice): JudgeSettings {
  const errors = {
    ratio: choice.errors?.ratio ?? 1,
    tolerance: choice.errors?.tolerance ?? 0.001,
    phi: Math.max(1, choice.errors?.phi ?? phiWithoutHistory),
  };
  const latency = choice.latency && {
    ratio: choice.latency.ratio ?? 1.25,
    tolerance: choice.latency.tolerance ?? 0.001,
    phi: Math.max(1, choice.latency.phi ?? errors.phi),
    slowerThanMs: choice.latency.slowerThanMs ?? 500,
  };
  return {
    stable: choice.stable,
    candidate: choice.candidate,
    alpha: choice.alpha ?? 0.01,
    beta: 0.05,
    errors,
    ...(latency && { latency }),
    history: choice.history ?? { requests: 500, bad: 2.5 },
    margins: choice.margins,
    limits: choice.limits ?? { budget: 0.0025, margin: 0.005 },
    split: choice.split ?? 'request',
    noDataTimeoutMs: choice.noDataTimeoutMs ?? 60_000,
    staleAfterMs: 10_000,
  };
}
