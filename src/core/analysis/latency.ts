/**
 * Is the candidate slower? One harm process for each bucket boundary, evidences averaged (valid under any dependence
 * between them): a sequential test of stochastic dominance that sees the median and the tail at once.
 */
import type { ArmCounts } from './counts.ts';
import { latencyBoundsMs, slowerThan } from './counts.ts';
import type { EvidenceLook, HarmState } from './harm.ts';
import { startHarm, updateHarm } from './harm.ts';
import { logSum } from './log-space.ts';

const alternatives: readonly number[] = [1.25, 2, 5, 25];
/** Boundaries are chosen once, when so many requests of stable are known. */
const requestsToChoose = 200;

export interface LatencyTolerance {
  readonly ratio: number;
  readonly tolerance: number;
  readonly phi: number;
}

export interface LatencyState {
  /** Latency buckets of stable until the boundaries are chosen. */
  readonly seen: readonly number[];
  /** Index into `latencyBoundsMs`; empty until chosen. */
  readonly bounds: readonly number[];
  readonly harm: readonly HarmState[];
  readonly logE: number;
}

export interface LatencyLook {
  readonly share: number;
  readonly hazard: number;
  readonly stable: ArmCounts;
  readonly candidate: ArmCounts;
}

export function startLatency(): LatencyState {
  return { seen: latencyBoundsMs.map(() => 0).concat(0), bounds: [], harm: [], logE: 0 };
}

/** Learns stable's latency without judging: before the candidate has a share. */
export function learnLatency(state: LatencyState, stable: ArmCounts): LatencyState {
  if (state.bounds.length > 0) {
    const harm = state.harm.map((one, index) => {
      const tally = slowerThan(stable, state.bounds[index] ?? 0);
      const known = { requests: one.stable.requests + tally.requests, bad: one.stable.bad + tally.bad };
      return { ...one, stable: known };
    });
    return { ...state, harm };
  }
  return { ...state, seen: state.seen.map((count, bucket) => count + (stable.latency[bucket] ?? 0)) };
}

export function updateLatency(state: LatencyState, settings: LatencyTolerance, look: LatencyLook): LatencyState {
  const chosen = state.bounds.length > 0 ? state : chooseBounds(state, settings);
  if (chosen.bounds.length === 0) return learnLatency(chosen, look.stable);
  const harm = chosen.harm.map((one, index) => {
    const bound = chosen.bounds[index] ?? 0;
    const tallies: EvidenceLook = {
      share: look.share,
      hazard: look.hazard,
      stable: slowerThan(look.stable, bound),
      candidate: slowerThan(look.candidate, bound),
    };
    return updateHarm(one, { ...settings, alternatives }, tallies);
  });
  return { ...chosen, harm, logE: logSum(harm.map((one) => one.logE)) - Math.log(harm.length) };
}

/** Boundaries with 0.1–97 % of stable's requests beyond them, and the first one that hardly any request passes. */
function chooseBounds(state: LatencyState, settings: LatencyTolerance): LatencyState {
  const total = state.seen.reduce((sum, count) => sum + count, 0);
  if (total < requestsToChoose) return state;
  let slower = total;
  const bounds: number[] = [];
  for (const bound of latencyBoundsMs.keys()) {
    slower -= state.seen[bound] ?? 0;
    const tail = slower / total;
    if (tail * settings.ratio + settings.tolerance > 0.97) continue;
    bounds.push(bound);
    if (tail < 0.001) break;
  }
  const harm = bounds.map((bound) => {
    const bad = state.seen.reduce((sum, count, bucket) => (bucket > bound ? sum + count : sum), 0);
    return startHarm({ alternatives, history: { requests: total, bad }, placed: 0.5 });
  });
  return { ...state, bounds, harm };
}

/** The bucket boundary that stands for a limit: the nearest one by ratio. */
export function nearestBound(limitMs: number): number {
  let best = 0;
  for (const [index, bound] of latencyBoundsMs.entries()) {
    const distance = Math.abs(Math.log(bound / limitMs));
    if (distance < Math.abs(Math.log((latencyBoundsMs[best] ?? 1) / limitMs))) best = index;
  }
  return best;
}
