/**
 * How much more do errors come in bursts than chance allows? Answered by replaying the detector on the stable version's
 * own past: groups of its pods play the candidate, so every alarm is false. The smallest divisor that keeps false
 * alarms within half of alpha is phi. A formula over the dispersion alone is not enough (it misleads on rare brownouts).
 */
import type { Tally } from './counts.ts';
import { errorAlternatives, startHarm, updateHarm } from './harm.ts';
import type { HarmState } from './harm.ts';
import { phiWithoutHistory } from './judge-settings.ts';

/** One stable version's past by pod: `ticks[t][p]` = what pod p answered within tick t. */
export interface PodHistory {
  readonly tickMs: number;
  readonly pods: readonly string[];
  readonly ticks: readonly (readonly Tally[])[];
}

export interface ReplaySettings {
  /** Pods that the candidate will have. */
  readonly candidatePods: number;
  /** Length of a run. */
  readonly windowMs: number;
  readonly alpha: number;
  readonly ratio: number;
  readonly tolerance: number;
}

export interface Calibration {
  readonly phi: number;
  /** False alarms among replays with this phi: "3 of 960". 0 of 0 without a usable history. */
  readonly alarms: number;
  readonly replays: number;
  /** True where even the largest phi alarmed too often: no evidence from errors can be trusted here. */
  readonly exhausted: boolean;
}

const phis: readonly number[] = [1.5, 2, 3, 4, 6, 10, 16, 26, 42, 68];
const mostGroups = 60;
const onsetMs = 900_000;

/**
 * Phi for the coming run. Without at least one window of history and one pod more than the candidate will have, it is 5.
 * Do it before the run and never in its middle.
 */
export function calibratePhi(history: PodHistory, settings: ReplaySettings): Calibration {
  const ticksPerWindow = Math.max(1, Math.round(settings.windowMs / history.tickMs));
  const windows = Math.floor(history.ticks.length / ticksPerWindow);
  const groups = groupsOf(history.pods.length, settings.candidatePods);
  const replays = windows * groups.length;
  if (replays === 0) return { phi: phiWithoutHistory, alarms: 0, replays: 0, exhausted: false };
  const alarms = phis.map(() => 0);
  for (let window = 0; window < windows; window += 1) {
    const ticks = history.ticks.slice(window * ticksPerWindow, (window + 1) * ticksPerWindow);
    for (const group of groups) {
      for (const index of alarmsOf({ ticks, group, tickMs: history.tickMs, settings }))
        alarms[index] = (alarms[index] ?? 0) + 1;
    }
  }
  const enough = alarms.findIndex((count) => count <= (settings.alpha / 2) * replays);
  const chosen = enough === -1 ? phis.length - 1 : enough;
  return { phi: phis[chosen] ?? phiWithoutHistory, alarms: alarms[chosen] ?? 0, replays, exhausted: enough === -1 };
}

interface Replay {
  readonly ticks: readonly (readonly Tally[])[];
  readonly group: ReadonlySet<number>;
  readonly tickMs: number;
  readonly settings: ReplaySettings;
}

/** Indexes of the phis for which this replay alarms. */
function alarmsOf(replay: Replay): readonly number[] {
  const { ratio, tolerance, alpha } = replay.settings;
  const pairs = replay.ticks.map((tick) => split(tick, replay.group));
  const all = pairs.reduce((sum, pair) => sum + pair.stable.requests + pair.candidate.requests, 0);
  const candidates = pairs.reduce((sum, pair) => sum + pair.candidate.requests, 0);
  if (candidates === 0 || candidates === all) return [];
  const bad = pairs.reduce((sum, pair) => sum + pair.stable.bad, 0);
  const history = { requests: 500, bad: (500 * bad) / (all - candidates) };
  const hazard = Math.min(0.5, replay.tickMs / onsetMs);
  const fired: number[] = [];
  for (const [index, phi] of phis.entries()) {
    let state: HarmState = startHarm({ alternatives: errorAlternatives, history, placed: 0.5 });
    for (const pair of pairs) {
      const look = { ...pair, share: candidates / all, hazard };
      state = updateHarm(state, { ratio, tolerance, phi, alternatives: errorAlternatives }, look);
      if (state.logE >= Math.log(1 / alpha)) {
        fired.push(index);
        break;
      }
    }
    // What does not alarm at one phi does not at a larger one: E is a mean of powers, and power means grow (Jensen).
    if (fired.at(-1) !== index) break;
  }
  return fired;
}

function split(
  tick: readonly Tally[],
  group: ReadonlySet<number>,
): { readonly stable: Tally; readonly candidate: Tally } {
  const sums = { stable: { requests: 0, bad: 0 }, candidate: { requests: 0, bad: 0 } };
  tick.forEach((tally, pod) => {
    const arm = group.has(pod) ? sums.candidate : sums.stable;
    arm.requests += tally.requests;
    arm.bad += tally.bad;
  });
  return sums;
}

/** Every group of k pods; where these are too many, evenly chosen ones among all in lexicographic order. */
export function groupsOf(pods: number, k: number): readonly ReadonlySet<number>[] {
  if (k < 1 || k >= pods) return [];
  const total = choose(pods, k);
  const wanted = Math.min(total, mostGroups);
  return Array.from({ length: wanted }, (_, index) => groupAt(pods, k, Math.floor((index * total) / wanted)));
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return Math.round(ways);
}

/** The group with this rank in lexicographic order. */
function groupAt(pods: number, k: number, rank: number): ReadonlySet<number> {
  const group = new Set<number>();
  let left = rank;
  for (let pod = 0; pod < pods && group.size < k; pod += 1) {
    const withPod = choose(pods - pod - 1, k - group.size - 1);
    if (left < withPod) group.add(pod);
    else left -= withPod;
  }
  return group;
}
