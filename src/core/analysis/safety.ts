/**
 * Evidence that the candidate is not worse than stable by more than a margin. Null hypothesis:
 * p_candidate >= p_stable + margin. A part of the capital stays in reserve and comes back slowly, so that proof can
 * still be found after an outage of both versions ate what was placed.
 */
import type { EvidenceLook } from './harm.ts';
import { clamp, logAdd, logSum, shareOdds } from './log-space.ts';

/** How boldly each part of the capital is bet. */
const boldness: readonly number[] = [0.35, 0.7, 1];

export interface SafetySettings {
  /** Tolerated difference, 0–1. */
  readonly margin: number;
  /** Overdispersion, as in `HarmSettings`. */
  readonly phi: number;
}

/** Plain data, logarithms as in `HarmState`. */
export interface SafetyState {
  readonly bets: readonly number[];
  readonly reserve: number;
  readonly logE: number;
}

export interface SafetyLook extends EvidenceLook {
  /** The stable version's bad rate as known before this look, 0–1. */
  readonly expected: number;
}

export function startSafety(placed = 0.75): SafetyState {
  return {
    bets: boldness.map(() => Math.log(placed / boldness.length)),
    reserve: Math.log(1 - placed),
    logE: 0,
  };
}

export function updateSafety(state: SafetyState, settings: SafetySettings, look: SafetyLook): SafetyState {
  const { margin, phi } = settings;
  const { stable, candidate, hazard } = look;
  const expected = clamp(look.expected, 1e-5, 0.9);
  const odds = shareOdds(look.share);
  const bar = Math.min(margin + expected, 0.999);
  const placed = state.reserve + Math.log(hazard / boldness.length);
  const ceiling = 0.98 / Math.max(1 - bar, 1e-3, odds * expected);
  const bets = boldness.map((bold, index) => {
    const stake = Math.min((bold * margin) / (expected * (1 - expected) * (1 + odds) + margin), ceiling);
    const gain =
      candidate.bad * Math.log1p(stake * (bar - 1)) +
      (candidate.requests - candidate.bad) * Math.log1p(stake * bar) +
      stable.bad * Math.log1p(stake * odds * (1 - expected)) +
      (stable.requests - stable.bad) * Math.log1p(-stake * odds * expected);
    return logAdd(state.bets[index] ?? -1e300, placed) + gain / phi;
  });
  const reserve = state.reserve + Math.log1p(-hazard);
  return { bets, reserve, logE: logAdd(logSum(bets), reserve) };
}
