/** A service with a stable and a candidate version under load, as the judge sees it: counts in steps of 100 ms. */
import type { ArmCounts } from '../../src/core/analysis/counts.ts';
import { latencyBoundsMs } from '../../src/core/analysis/counts.ts';
import { judge, startJudge } from '../../src/core/analysis/judge.ts';
import type { JudgeSettings } from '../../src/core/analysis/judge-settings.ts';
import { judgeSettings } from '../../src/core/analysis/judge-settings.ts';
import type { JudgeState } from '../../src/core/analysis/judge-state.ts';
import { nextWeight } from '../../src/core/analysis/pace.ts';
import type { PaceSettings } from '../../src/core/analysis/pace-settings.ts';
import { paceMargins, paceSettings, startWeight } from '../../src/core/analysis/pace-settings.ts';
import type { Random } from './random.ts';
import { binomial, poisson } from './random.ts';

export interface World {
  readonly requestsPerSecond: number;
  /** Chance of a failure, 0–1, seconds after the start. */
  readonly stable: (second: number) => number;
  readonly candidate: (second: number) => number;
  /** Chance that a request is slower than 500 ms; latency is not measured where absent. */
  readonly slow?: { readonly stable: number; readonly candidate: number };
}

export interface Trial {
  readonly random: Random;
  readonly world: World;
  readonly phi: number;
  /** Absent: `auto` from the start weight. Otherwise the weight (percent) stays, and nobody asks pace. */
  readonly fixedWeight?: number;
  readonly seconds: number;
  /** How long stable ran alone under the judge's eyes before. */
  readonly learnSeconds?: number;
  /** Counts come this often without failures, and at the next 100 ms with one. */
  readonly lookMs?: number;
  readonly onFailures?: boolean;
  readonly pace?: PaceSettings;
}

export interface TrialResult {
  readonly outcome: 'rolledBack' | 'promoted' | 'undecided';
  /** Seconds with a candidate until the outcome. */
  readonly seconds: number;
  /** Requests and failures of the candidate, those after the verdict included. */
  readonly requests: number;
  readonly failed: number;
  readonly state: JudgeState;
}

const stepMs = 100;
/** From the verdict to the last request: in steps of 100 ms. */
const stepsUntilOut = 3;

const standardPace: PaceSettings = paceSettings({}, {});

interface Arms {
  readonly stable: Tallied;
  readonly candidate: Tallied;
}

interface Tallied {
  requests: number;
  failures: number;
  slow: number;
}

/** One run from the first share to rollback, promotion or the end of time. */
export function runTrial(trial: Trial): TrialResult {
  const pace = trial.pace ?? standardPace;
  let state = startJudge(settingsFor(trial, pace));
  let weight = trial.fixedWeight ?? startWeight(pace, trial.world.requestsPerSecond);
  const learnSteps = ((trial.learnSeconds ?? 0) * 1000) / stepMs;
  const steps = (trial.seconds * 1000) / stepMs;
  const total = { requests: 0, failed: 0 };
  let arms = emptyArms();
  let lastLook = 0;
  for (let step = 0; step < learnSteps + steps; step += 1) {
    const now = (step + 1) * stepMs;
    const share = step < learnSteps ? 0 : weight / 100;
    const second = ((step - learnSteps) * stepMs) / 1000;
    const served = serve(trial, arms, { share, second });
    total.requests += served.requests;
    total.failed += served.failed;
    if (!isDue(trial, { now, lastLook, failed: arms.stable.failures + arms.candidate.failures })) continue;
    const counts = { stable: countsOf(trial.world, arms.stable), candidate: countsOf(trial.world, arms.candidate) };
    const judged = judge(state, { now, share, ...counts, ageMs: 0, tickMs: now - lastLook });
    state = judged.state;
    lastLook = now;
    arms = emptyArms();
    if (judged.verdict.kind === 'fail') return rolledBack(trial, { state, total, share, second });
    if (share === 0 || trial.fixedWeight !== undefined) continue;
    const next = nextWeight(state, { now, weight, pace });
    if (next.kind === 'advance') weight = next.weight;
    if (weight === 100) return { outcome: 'promoted', seconds: second, ...total, state };
  }
  return { outcome: 'undecided', seconds: trial.seconds, ...total, state };
}

function settingsFor(trial: Trial, pace: PaceSettings): JudgeSettings {
  return judgeSettings({
    stable: 'v1',
    candidate: 'v2',
    margins: paceMargins(pace),
    limits: pace,
    errors: { phi: trial.phi },
    latency: trial.world.slow && { phi: trial.phi },
  });
}

function emptyArms(): Arms {
  return { stable: { requests: 0, failures: 0, slow: 0 }, candidate: { requests: 0, failures: 0, slow: 0 } };
}

/** Adds 100 ms of traffic; returns the candidate's part of it. */
function serve(
  trial: Trial,
  arms: Arms,
  at: { readonly share: number; readonly second: number },
): { readonly requests: number; readonly failed: number } {
  const { random, world } = trial;
  const all = poisson(random, (world.requestsPerSecond * stepMs) / 1000);
  const toCandidate = binomial(random, all, at.share);
  const failed = binomial(random, toCandidate, world.candidate(at.second));
  arms.candidate.requests += toCandidate;
  arms.candidate.failures += failed;
  arms.stable.requests += all - toCandidate;
  arms.stable.failures += binomial(random, all - toCandidate, world.stable(at.second));
  if (world.slow) {
    arms.candidate.slow += binomial(random, toCandidate, world.slow.candidate);
    arms.stable.slow += binomial(random, all - toCandidate, world.slow.stable);
  }
  return { requests: toCandidate, failed };
}

function isDue(
  trial: Trial,
  at: { readonly now: number; readonly lastLook: number; readonly failed: number },
): boolean {
  if ((trial.onFailures ?? true) && at.failed > 0) return true;
  return at.now - at.lastLook >= (trial.lookMs ?? 1000);
}

function countsOf(world: World, arm: Tallied): ArmCounts {
  const latency = world.slow ? latencyBoundsMs.map(() => 0).concat(0) : [];
  if (world.slow) {
    // Half of the fast ones within 100 ms, the slow ones within 1 s.
    latency[6] = Math.ceil((arm.requests - arm.slow) / 2);
    latency[7] = arm.requests - arm.slow - latency[6];
    latency[9] = arm.slow;
  }
  return { requests: arm.requests, failures: arm.failures, latency, byPod: {} };
}

function rolledBack(
  trial: Trial,
  at: {
    readonly state: JudgeState;
    readonly total: { readonly requests: number; readonly failed: number };
    readonly share: number;
    readonly second: number;
  },
): TrialResult {
  const late = emptyArms();
  for (let step = 0; step < stepsUntilOut; step += 1) serve(trial, late, at);
  return {
    outcome: 'rolledBack',
    seconds: at.second,
    requests: at.total.requests + late.candidate.requests,
    failed: at.total.failed + late.candidate.failures,
    state: at.state,
  };
}

export interface FixedRule {
  readonly windowSeconds: number;
  /** Windows below the success rate until it is taken back. */
  readonly failures: number;
  readonly successRate: number;
  /** Percent added after each good window. */
  readonly stepWeight: number;
}

/** What a rule of windows and thresholds without a control costs on the same traffic. */
export function runFixedRule(trial: Trial, rule: FixedRule): Omit<TrialResult, 'state'> {
  let weight = rule.stepWeight;
  let failedWindows = 0;
  const total = { requests: 0, failed: 0 };
  for (let second = 0; second < trial.seconds; second += rule.windowSeconds) {
    const arms = emptyArms();
    for (let step = 0; step < (rule.windowSeconds * 1000) / stepMs; step += 1) {
      serve(trial, arms, { share: weight / 100, second: second + (step * stepMs) / 1000 });
    }
    total.requests += arms.candidate.requests;
    total.failed += arms.candidate.failures;
    const seconds = second + rule.windowSeconds;
    if (arms.candidate.failures / Math.max(1, arms.candidate.requests) <= 1 - rule.successRate)
      weight += rule.stepWeight;
    else if (++failedWindows >= rule.failures) return { outcome: 'rolledBack', seconds, ...total };
    if (weight > 50) return { outcome: 'promoted', seconds, ...total };
  }
  return { outcome: 'undecided', seconds: trial.seconds, ...total };
}

/** Value below which the part p of the numbers lies. */
export function quantile(numbers: readonly number[], p: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}
