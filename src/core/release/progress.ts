/** What the record and the observation allow next: at most one event at a time, until nothing more is due. */
import { nextWeight } from '../analysis/pace.ts';
import type { PaceSettings } from '../analysis/pace-settings.ts';
import { startWeight, weightAfter } from '../analysis/pace-settings.ts';
import { firstWeight } from '../strategy/plan.ts';
import { canCarry } from './capacity.ts';
import type { Compiled } from './compile.ts';
import type { ReleaseEvent } from './event.ts';
import { rates } from './evidence.ts';
import type { Observation } from './observation.ts';
import { armOf } from './observation.ts';
import type { HoldReason, RunRecord } from './state.ts';
import { currentStep } from './state.ts';
import { isHeld } from './transition.ts';

/** How long stable's request rate is measured before `auto` chooses its first weight. */
const MEASURE_MS = 3_000;
/** Quiet time after which an arm without a share counts as drained, and the longest wait for it where nothing can be seen. */
export const DRAIN_MS = 2_000;
const DRAIN_LIMIT_MS = 15_000;
/** A clock never counts more than this for one look: what happened in a longer gap was not watched. */
const LONGEST_TICK_MS = 5_000;

export interface Present {
  readonly run: RunRecord;
  readonly seen: Observation;
  readonly compiled: Compiled;
  readonly now: number;
}

/** undefined = nothing is due at this look. */
export function nextEvent(present: Present): ReleaseEvent | undefined {
  switch (present.run.phase) {
    case 'idle':
      return undefined;
    case 'preparing':
      return whilePreparing(present);
    case 'stepping':
      return routing(present) ?? whileStepping(present);
    case 'promoting':
      return routing(present) ?? drained(present, present.compiled.policy.scaleDownDelayMs);
    case 'aborting':
    case 'superseded':
      // What was read before the router was told does not confirm it.
      if (present.now <= present.run.phaseSince) return undefined;
      return confirmation(present) ?? drained(present, present.compiled.policy.keepCandidateMs);
  }
}

function whilePreparing(present: Present): ReleaseEvent | undefined {
  const { run, seen } = present;
  const weight = firstShare(present);
  if (weight === undefined) return undefined;
  if (weight !== run.target) return { kind: 'shareWanted', weight };
  const ready = armOf(seen, run.to)?.ready ?? 0;
  if (ready === 0 || !canCarry(weight, ready, seen.full) || mayNotRaise(run)) return undefined;
  return { kind: 'capacityReady' };
}

/** undefined = not known yet: stable's rate is still being measured. */
function firstShare({ run, now }: Present): number | undefined {
  const first = firstWeight(run.plan);
  if (first !== null) return first;
  const auto = run.plan.steps.find((step) => step.kind === 'auto');
  if (auto === undefined) return 100;
  if (run.target > 0) return run.target;
  if (now - run.phaseSince < MEASURE_MS) return undefined;
  return startWeight(auto.pace, rates(run.evidence.flow).stable);
}

/** Capacity, then the recorded split, then the router's word for it. */
function routing(present: Present): ReleaseEvent | undefined {
  const { run, seen } = present;
  if (run.desired === run.target) return confirmation(present);
  const raising = run.target > run.desired;
  if (!raising) return { kind: 'capacityReady' };
  if (mayNotRaise(run)) return undefined;
  const ready = armOf(seen, run.to)?.ready ?? 0;
  return canCarry(run.target, ready, seen.full) ? { kind: 'capacityReady' } : undefined;
}

const BLIND: readonly HoldReason[] = ['noData', 'mismatch', 'metrics', 'inconclusive', 'stable'];

/** A person's choice of weight or a skip goes ahead without evidence; nothing goes ahead of capacity. */
function mayNotRaise(run: RunRecord): boolean {
  if (isHeld(run, 'byHand')) return false;
  if (isHeld(run, 'paused')) return true;
  const isSkipped = run.step.release === 'skip' || run.step.skippedTo === true;
  return !isSkipped && BLIND.some((reason) => isHeld(run, reason));
}

function confirmation({ run, seen }: Present): ReleaseEvent | undefined {
  const { route } = seen;
  if (route.kind !== 'read') return undefined;
  const there = route.contradiction === undefined && (route.candidateWeight ?? 0) === run.desired;
  if (there && route.inForce) return run.inForceSince === null ? { kind: 'splitInForce' } : undefined;
  if (there || run.inForceSince === null) return undefined;
  const found = route.contradiction ?? `${route.candidateWeight ?? 0}%`;
  return { kind: 'splitLost', reason: { key: 'run.note.splitLost', params: { weight: run.desired, found } } };
}

function whileStepping(present: Present): ReleaseEvent | undefined {
  const { run } = present;
  if (run.desired !== run.target || run.inForceSince === null) return undefined;
  const step = currentStep(run);
  const { release } = run.step;
  if (step.kind === 'promote') return { kind: 'stepDone' };
  if (step.kind === 'approve') return release === 'skip' ? { kind: 'stepDone' } : undefined;
  if (isBlocked(run)) return undefined;
  if (step.kind === 'auto') return paced(present, step.pace);
  const wantedMs = step.kind === 'setWeight' ? step.lookMs : (step.forMs ?? Infinity);
  return release !== 'none' || run.step.countedMs >= wantedMs ? { kind: 'stepDone' } : undefined;
}

/** Holds that keep a step from ending. A skip ends waiting for data, not waiting for capacity or for a person. */
function isBlocked(run: RunRecord): boolean {
  const evidence: readonly HoldReason[] = ['noData', 'mismatch', 'metrics', 'inconclusive'];
  return run.holds.some((hold) => {
    if (hold.reason === 'wait') return run.step.release === 'none';
    return !(run.step.release === 'skip' && evidence.includes(hold.reason));
  });
}

function paced({ run, now }: Present, pace: PaceSettings): ReleaseEvent | undefined {
  if (run.step.release !== 'none') return towards(weightAfter(pace, run.desired));
  const { judge } = run.evidence;
  if (judge === null) return undefined;
  const answer = nextWeight(judge, { now, weight: run.desired, pace });
  if (answer.kind === 'advance') return towards(answer.weight);
  return answer.kind === 'rollback' ? { kind: 'harmFound', reason: answer.reason } : undefined;
}

function towards(weight: number): ReleaseEvent {
  return weight >= 100 ? { kind: 'stepDone' } : { kind: 'shareWanted', weight };
}

function drained({ run, compiled, now }: Present, delayMs: number): ReleaseEvent | undefined {
  const promoting = run.phase === 'promoting';
  if (run.inForceSince === null || run.desired !== (promoting ? 100 : 0)) return undefined;
  const { quietSince } = run.evidence;
  const quiet = quietSince !== null && now - quietSince >= DRAIN_MS;
  // Without counts, or while somebody else keeps writing to the route, the run ends after a while all the same; lowering
  // the arm still waits until it is seen idle.
  if (!quiet && now - run.desiredSince < DRAIN_LIMIT_MS) return undefined;
  const afterwards = promoting ? compiled.policy.oldVersion : 'scaleDown';
  return { kind: 'drained', delayMs, afterwards };
}

/** Time at a step counts only while it can show something: in force, with data where there is a share, nothing held. */
export function countTime(run: RunRecord, tick: { readonly now: number; readonly before: number | null }): RunRecord {
  if (run.phase !== 'stepping' || tick.before === null || run.inForceSince === null) return run;
  if (run.desired !== run.target) return run;
  if (run.holds.some((hold) => hold.reason !== 'wait' && hold.reason !== 'approval')) return run;
  if (run.desired > 0 && run.desired < 100 && !hasData(run)) return run;
  const from = Math.max(tick.before, run.inForceSince, run.step.since);
  const ms = Math.min(LONGEST_TICK_MS, Math.max(0, tick.now - from));
  return ms === 0 ? run : { ...run, step: { ...run.step, countedMs: run.step.countedMs + ms } };
}

function hasData(run: RunRecord): boolean {
  const kind = run.evidence.judge?.verdict?.kind;
  return kind === 'pass' || kind === 'inconclusive';
}
