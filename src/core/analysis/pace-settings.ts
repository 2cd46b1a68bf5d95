/** How fast `auto` moves: weights, dwell, margins, time box, bake. */
import type { AutoPace } from '../model/release.ts';
import type { Limits } from './judge-settings.ts';
import { clamp } from './log-space.ts';

export interface PaceSettings extends Limits {
  /** Percent, growing, below 100. */
  readonly weights: readonly number[];
  /** True: the first weight follows the request rate. False: the user chose the weights, and the first one is kept. */
  readonly startByRate: boolean;
  readonly dwellMs: number;
  readonly timeBoxMs: number;
  readonly bakeMs: number;
  readonly onInconclusive: 'hold' | 'rollback' | 'promote';
}

/** Durations of `AutoPace`, read. */
export interface PaceDurations {
  readonly dwellMs?: number | undefined;
  readonly timeBoxMs?: number | undefined;
  readonly bakeMs?: number | undefined;
}

const defaultWeights: readonly number[] = [1, 2, 5, 10, 25, 50, 90];
const largestMargin = 0.25;

/** Fills in the defaults; percent become fractions. Weights are sorted, those outside 0–100 (exclusive) are left out. */
export function paceSettings(auto: AutoPace, durations: PaceDurations): PaceSettings {
  const given = auto.weights?.filter((weight) => weight > 0 && weight < 100);
  const chosen = given !== undefined && given.length > 0;
  return {
    weights: chosen ? [...new Set(given)].sort((a, b) => a - b) : defaultWeights,
    startByRate: !chosen,
    dwellMs: durations.dwellMs ?? 30_000,
    timeBoxMs: durations.timeBoxMs ?? 600_000,
    bakeMs: durations.bakeMs ?? 300_000,
    budget: (auto.budget ?? 0.25) / 100,
    margin: (auto.margin ?? 0.5) / 100,
    onInconclusive: auto.onInconclusive ?? 'hold',
  };
}

/**
 * The weight to begin with, percent: about one request a second for the candidate, between 1 % and 25 %. Without a known
 * request rate the smallest weight, because nothing says how much is at stake.
 */
export function startWeight(pace: PaceSettings, requestsPerSecond: number): number {
  const smallest = pace.weights[0] ?? 1;
  if (!pace.startByRate || !(requestsPerSecond > 0)) return smallest;
  return Math.round(clamp(100 / requestsPerSecond, 1, 25) * 100) / 100;
}

/**
 * Next weight of the ladder, percent; 100 after the last one. A first weight that followed the request rate may lie
 * just below a rung: that rung is left out, because it would cost a stay and teach nothing.
 */
export function weightAfter(pace: PaceSettings, weight: number): number {
  const least = pace.startByRate ? 1.5 * weight : weight;
  return pace.weights.find((rung) => rung > weight + 1e-9 && rung >= least - 1e-9) ?? 100;
}

/** Margin of non-inferiority that a weight (percent) asks for, 0–1: the budget bounds what all users together may lose. */
export function marginAt(weight: number, limits: Limits): number {
  return weight <= 0 ? largestMargin : clamp((100 * limits.budget) / weight, limits.margin, largestMargin);
}

/** The margins of these weights and of 100 %, largest first, without repetition. */
export function marginsOf(weights: readonly number[], limits: Limits): readonly number[] {
  const margins = [...weights, 100].map((weight) => marginAt(weight, limits));
  return [...new Set(margins)].sort((a, b) => b - a);
}

export function paceMargins(pace: PaceSettings): readonly number[] {
  return marginsOf(pace.weights, pace);
}
