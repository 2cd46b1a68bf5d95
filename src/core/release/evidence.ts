/** What was seen so far, as part of the durable record: a restart continues the sequential test where it stood. */
import type { JudgeState } from '../analysis/judge-state.ts';

/** Sums that fade with time, so that rates and the observed share need no window of samples. */
export interface Flow {
  readonly stable: number;
  readonly candidate: number;
  /** Seconds of observation behind the sums, fading alike. */
  readonly seconds: number;
}

export interface Evidence {
  /** null until the counts were read for the first time. */
  readonly judge: JudgeState | null;
  /** Position in the chain of counts; written in the same batch as what was concluded from them. */
  readonly cursor: string | null;
  readonly lookedAt: number | null;
  readonly flow: Flow;
  /** The candidate had a ready pod in this run; since when it has none. */
  readonly everReady: boolean;
  readonly downSince: number | null;
  /** Since when requests to the candidate find nobody who takes the connection, without one answer in between. */
  readonly refusedSince: number | null;
  /** Since when the arm that lost its share was not seen finishing a request, by fresh counts. */
  readonly quietSince: number | null;
  /** When the history last got a line with rates and shares. */
  readonly notedAt: number | null;
}

export function freshEvidence(): Evidence {
  return {
    judge: null,
    cursor: null,
    lookedAt: null,
    flow: { stable: 0, candidate: 0, seconds: 0 },
    everReady: false,
    downSince: null,
    refusedSince: null,
    quietSince: null,
    notedAt: null,
  };
}

/** Time constant of the fading sums. */
const FADE_SECONDS = 5;

export function flowed(
  flow: Flow,
  seen: { readonly stable: number; readonly candidate: number; readonly tickMs: number },
): Flow {
  const seconds = seen.tickMs / 1000;
  const kept = Math.exp(-seconds / FADE_SECONDS);
  return {
    stable: flow.stable * kept + seen.stable,
    candidate: flow.candidate * kept + seen.candidate,
    seconds: flow.seconds * kept + seconds,
  };
}

export interface Rates {
  readonly stable: number;
  readonly candidate: number;
  /** Percent of the requests that the candidate got; null without requests. */
  readonly share: number | null;
}

/** Requests per second and the observed share, over about the last ten seconds. */
export function rates(flow: Flow): Rates {
  const total = flow.stable + flow.candidate;
  if (flow.seconds === 0) return { stable: 0, candidate: 0, share: null };
  return {
    stable: flow.stable / flow.seconds,
    candidate: flow.candidate / flow.seconds,
    share: total < 0.5 ? null : Math.round((flow.candidate / total) * 10_000) / 100,
  };
}
