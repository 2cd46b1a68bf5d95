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

const defaults = {
  alpha: 0.01,
  history: { requests: 500, bad: 2.5 },
  limits: { budget: 0.0025, margin: 0.005 },
  split: 'request',
  noDataTimeoutMs: 60_000,
} as const;

const errorDefaults: ErrorSettings = { ratio: 1, tolerance: 0.001, phi: phiWithoutHistory };

/**
 * Fills in the defaults: alpha 1 %, beta 5 %, errors with ratio 1 and 0.1 percentage points, latency with ratio 1.25,
 * phi 5, and a stable version that is thought to fail 0.5 % of 500 requests until its own counts say otherwise.
 */
export function judgeSettings(choice: JudgeChoice): JudgeSettings {
  const { errors, latency, ...rest } = choice;
  const chosenErrors = filled(errorDefaults, errors ?? {});
  const latencyDefaults: LatencySettings = { ...chosenErrors, ratio: 1.25, tolerance: 0.001, slowerThanMs: 500 };
  const settings = filled({ ...defaults, stable: '', candidate: '', margins: [] }, rest);
  return {
    ...settings,
    beta: 0.05,
    staleAfterMs: 10_000,
    errors: chosenErrors,
    ...(latency && { latency: filled(latencyDefaults, latency) }),
  };
}

/** The chosen values over the defaults; what is undefined counts as not chosen. */
function filled<T extends object>(fallback: T, chosen: Partial<Record<keyof T, unknown>>): T {
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return Object.assign({ ...fallback }, Object.fromEntries(given));
}
