/**
 * Evidence that the candidate does harm: a betting e-process of the candidate against the concurrent stable version.
 * Null hypothesis: p_candidate <= ratio * p_stable + tolerance, whatever p_stable does over time. Each request
 * multiplies the evidence by a factor whose expectation is at most 1 under the null, so the chance that it ever reaches
 * 1/alpha is at most alpha (Ville's inequality), at every look and under weight changes.
 */
import type { Tally, TallyPair } from './counts.ts';
import { clamp, logAdd, logSum, shareOdds } from './log-space.ts';

/** Alternatives for errors: the candidate's odds of failing are this many times the tolerated odds. */
export const errorAlternatives: readonly number[] = [1.3, 1.8, 2.5, 4, 10, 40, 400];

export interface HarmSettings {
  /** Tolerated multiple of the stable version's rate. */
  readonly ratio: number;
  /** Tolerated difference beyond it, 0–1. */
  readonly tolerance: number;
  readonly alternatives: readonly number[];
  /** Overdispersion: the logarithm of the evidence is divided by it, >= 1. */
  readonly phi: number;
}

/** Plain data. Logarithms of the capital that each alternative holds, and of the part not yet placed. */
export interface HarmState {
  readonly bets: readonly number[];
  readonly reserve: number;
  /** Bad events and requests of the stable version so far, history included: its rate sets the next bets. */
  readonly stable: Tally;
  /** Natural logarithm of the evidence. */
  readonly logE: number;
}

/** What happened since the last look. */
export interface EvidenceLook extends TallyPair {
  /** The candidate's share of the requests, 0–1. */
  readonly share: number;
  /** Part of the reserve that is placed at this look, 0–1: elapsed time / time to an onset. */
  readonly hazard: number;
}

export interface HarmStart {
  readonly alternatives: readonly number[];
  /** What is known of the stable version before the first look. */
  readonly history: Tally;
  /** Part of the capital that is placed at once; the rest waits for faults that begin later. 0 < placed <= 1. */
  readonly placed: number;
}

/** Stands for ln 0: finite, so that the state survives JSON. */
const nothing = -1e300;

export function startHarm(start: HarmStart): HarmState {
  const { alternatives, history, placed } = start;
  const stake = Math.log(placed / alternatives.length);
  const reserve = placed < 1 ? Math.log(1 - placed) : nothing;
  return { bets: alternatives.map(() => stake), reserve, stable: history, logE: 0 };
}

/** One look: bets are set from what was known before it, then paid out. */
export function updateHarm(state: HarmState, settings: HarmSettings, look: EvidenceLook): HarmState {
  const { hazard } = look;
  const known = clamp(state.stable.bad / state.stable.requests, 1e-6, 0.9);
  const placed = hazard > 0 ? state.reserve + Math.log(hazard / settings.alternatives.length) : nothing;
  const bets = settings.alternatives.map((alternative, index) => {
    const before = state.bets[index] ?? nothing;
    const gain = harmGain({ settings, alternative, known, look }) / settings.phi;
    return (hazard > 0 ? logAdd(before, placed) : before) + gain;
  });
  const reserve = hazard > 0 ? state.reserve + Math.log1p(-hazard) : state.reserve;
  const stable = {
    requests: state.stable.requests + look.stable.requests,
    bad: state.stable.bad + look.stable.bad,
  };
  return { bets, reserve, stable, logE: logAdd(logSum(bets), reserve) };
}

interface Bet {
  readonly settings: HarmSettings;
  readonly alternative: number;
  /** The stable version's rate as known before the look. */
  readonly known: number;
  readonly look: EvidenceLook;
}

/** Logarithm of what one alternative's bet paid, before tempering. */
function harmGain(bet: Bet): number {
  const { ratio, tolerance } = bet.settings;
  const { stable, candidate } = bet.look;
  const odds = shareOdds(bet.look.share);
  const limit = ratio * bet.known + tolerance;
  // Where nearly every failure is tolerated there is nothing left to bet on.
  if (limit >= 0.999) return 0;
  const raised = (limit / (1 - limit)) * bet.alternative;
  const rate = raised / (1 + raised);
  // The stable rate that makes the alternative and the null meet; betting on it needs no knowledge of the true rate.
  const pivot = (bet.known + odds * (rate - tolerance)) / (1 + odds * ratio);
  const bar = Math.min(ratio * pivot + tolerance, 0.999);
  const ceiling = 0.98 / Math.max(bar, odds * ratio * (1 - pivot));
  const stake = Math.min(Math.max(0, (rate - bar) / (bar * (1 - bar))), ceiling);
  return (
    candidate.bad * Math.log1p(stake * (1 - bar)) +
    (candidate.requests - candidate.bad) * Math.log1p(-stake * bar) +
    stable.bad * Math.log1p(-stake * odds * ratio * (1 - pivot)) +
    (stable.requests - stable.bad) * Math.log1p(stake * odds * ratio * pivot)
  );
}
