/** The next weight of `auto`: pace follows the evidence, within a budget of what may go wrong. */
import type { Message } from '../../texts/catalogue.ts';
import type { TextParams } from '../../texts/message.ts';
import { badRate } from './counts.ts';
import { evidenceOf } from './evidence.ts';
import { isProven, proofsOf } from './judge.ts';
import type { JudgeState } from './judge-state.ts';
import type { PaceSettings } from './pace-settings.ts';
import { marginAt, weightAfter } from './pace-settings.ts';
import { count, factor, percent, points, seconds } from './sentences.ts';

/** `weight` is percent; 100 = promote. `until`: milliseconds since 1970 when to ask again, where a clock decides. */
export type PaceStep =
  | { readonly kind: 'advance'; readonly weight: number; readonly reason: Message }
  | { readonly kind: 'stay'; readonly reason: Message; readonly until?: number }
  | { readonly kind: 'rollback'; readonly reason: Message };

export interface PaceLook {
  readonly now: number;
  /** Percent in force. */
  readonly weight: number;
  readonly pace: PaceSettings;
}

/** Suspicion (ln E) from which even the end of the time box does not carry a candidate on. */
const suspicious = 1.5;

/** What to do at the present weight, and why. Needs the state after the look at `now`. */
export function nextWeight(state: JudgeState, look: PaceLook): PaceStep {
  const { verdict } = state;
  if (verdict?.kind === 'fail') return { kind: 'rollback', reason: verdict.sentence };
  const holding = state.findings.find((finding) => finding.holds);
  if (holding) return { kind: 'stay', reason: holding.message };
  if (verdict === undefined || verdict.kind === 'noData' || verdict.kind === 'error') {
    return { kind: 'stay', reason: verdict?.sentence ?? { key: 'release.pace.noLookYet' } };
  }
  if (Math.abs(state.stay.share * 100 - look.weight) > 0.01) {
    return { kind: 'stay', reason: { key: 'release.pace.notInForce', params: { weight: look.weight } } };
  }
  return clocks(state, look) ?? gate(state, look);
}

/** Dwell, and bake at the last weight. */
function clocks(state: JudgeState, look: PaceLook): PaceStep | undefined {
  const { pace, weight, now } = look;
  const baking = weightAfter(pace, weight) === 100;
  const wanted = baking ? Math.max(pace.bakeMs, pace.dwellMs) : pace.dwellMs;
  const left = wanted - state.stay.activeMs;
  if (left <= 0) return undefined;
  const params = { weight, left: seconds(Math.ceil(left / 1000) * 1000), wanted: seconds(wanted) };
  const key = baking ? 'release.pace.bake' : 'release.pace.dwell';
  return { kind: 'stay', reason: { key, params }, until: now + left };
}

function gate(state: JudgeState, look: PaceLook): PaceStep {
  const { pace, weight } = look;
  const next = weightAfter(pace, weight);
  const margin = marginAt(next, pace);
  const params = { ...proof(state, margin), weight, next, margin: points(margin) };
  if (isProven(state, margin)) return { kind: 'advance', weight: next, reason: { key: 'release.pace.proven', params } };
  const excess = badRate(state.stay.counts.candidate) - badRate(state.stay.counts.stable);
  const told = { ...params, stayed: seconds(state.stay.activeMs), excess: points(excess) };
  const left = pace.timeBoxMs - state.stay.activeMs;
  // The end of the bake is the end of its time box: the same margin was asked for by the weight before.
  if (left > 0 && next < 100) return collecting(params, look.now, left);
  if (excess <= margin && slowExcess(state) <= margin && evidenceOf(state).logE < suspicious) {
    return { kind: 'advance', weight: next, reason: { key: 'release.pace.timeBoxWithin', params: told } };
  }
  return left > 0 ? collecting(params, look.now, left) : timeBoxOver(pace, next, told);
}

type Params = TextParams;

function collecting(params: Params, now: number, leftMs: number): PaceStep {
  const reason: Message = { key: 'release.pace.collecting', params: { ...params, left: seconds(leftMs) } };
  return { kind: 'stay', reason, until: now + leftMs };
}

/** Nothing is proven, and what was measured does not look safe. */
function timeBoxOver(pace: PaceSettings, next: number, params: Params): PaceStep {
  if (pace.onInconclusive === 'promote') {
    return { kind: 'advance', weight: next, reason: { key: 'release.pace.timeBoxPromote', params } };
  }
  if (pace.onInconclusive === 'rollback') {
    return { kind: 'rollback', reason: { key: 'release.pace.timeBoxRollback', params } };
  }
  return { kind: 'stay', reason: { key: 'release.pace.timeBoxHold', params } };
}

function slowExcess(state: JudgeState): number {
  return badRate(state.slow.candidate) - badRate(state.slow.stable);
}

/** The weakest proof among the metrics, each by its best state for the margin. */
function proof(state: JudgeState, margin: number): Readonly<Record<string, string>> {
  const best = new Map<string, number>();
  for (const one of proofsOf(state)) {
    if (one.margin > margin + 1e-12) continue;
    best.set(one.metric, Math.max(one.logE, best.get(one.metric) ?? -Infinity));
  }
  const weakest = Math.min(...best.values());
  const { candidate, stable } = state.stay.counts;
  return {
    candidate: state.settings.candidate,
    proof: factor(Number.isFinite(weakest) ? Math.exp(weakest) : 0),
    needed: count(1 / state.settings.beta),
    candidateRequests: count(candidate.requests),
    candidateRate: percent(badRate(candidate)),
    stableRate: percent(badRate(stable)),
  };
}
