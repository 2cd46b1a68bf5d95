/** Walking along the plan: entering a step, and the last one of all. */
import type { RunRecord, StepProgress } from './state.ts';
import { currentStep } from './state.ts';
import type { Transition, Trial } from './transition.ts';
import { enterPhase, note, withHold, withoutHold, withRun } from './transition.ts';

export function startPromotion({ state, run, now }: Trial): Transition {
  const next: RunRecord = { ...enterPhase(withoutHold(run, 'wait', 'approval'), 'promoting', now), target: 100 };
  return {
    state: withRun(state, next),
    notes: [note({ run: run.name, at: now }, 'phase', { from: run.phase, to: 'promoting' })],
  };
}

/** What a person skipped stays skipped up to the share that comes next. */
export function stepFrom(run: RunRecord, to: { readonly index: number; readonly now: number }): StepProgress {
  const skipped = run.step.release === 'skip' ? { skippedTo: true as const } : {};
  return { index: to.index, since: to.now, countedMs: 0, release: 'none', ...skipped };
}

export function nextStep(trial: Trial): Transition {
  return enterStep(trial, trial.run.step.index + 1);
}

export function enterStep({ state, run, now }: Trial, index: number): Transition {
  const progress = stepFrom(run, { index, now });
  const entered: RunRecord = { ...withoutHold(run, 'wait', 'approval', 'inconclusive'), step: progress };
  const step = currentStep(entered);
  const noted = note({ run: run.name, at: now }, 'step', { index, step: step.kind });
  if (run.phase === 'preparing') return { state: withRun(state, entered), notes: [noted] };
  switch (step.kind) {
    case 'promote': {
      const promotion = startPromotion({ state, run: entered, now });
      return { ...promotion, notes: [noted, ...promotion.notes] };
    }
    case 'setWeight':
      return { state: withRun(state, { ...entered, target: step.weight }), notes: [noted] };
    case 'wait':
      return { state: withRun(state, step.forMs === null ? waiting(entered, now) : entered), notes: [noted] };
    case 'approve':
      return { state: withRun(state, awaiting(entered, step.by, now)), notes: [noted] };
    case 'auto':
      return { state: withRun(state, entered), notes: [noted] };
  }
}

function waiting(run: RunRecord, now: number): RunRecord {
  return withHold(run, {
    reason: 'wait',
    since: now,
    message: { key: 'run.hold.wait' },
    ends: { key: 'run.ends.resume' },
  });
}

function awaiting(run: RunRecord, by: readonly string[], now: number): RunRecord {
  return withHold(run, {
    reason: 'approval',
    since: now,
    message: { key: 'run.hold.approval' },
    ends: by.length === 0 ? { key: 'run.ends.approve' } : { key: 'run.ends.approveBy', params: { by: by.join(', ') } },
  });
}
