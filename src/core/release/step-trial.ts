/** A candidate is on trial: preparing, stepping, promoting. Whatever leads back is shared; the rest differs by phase. */
import type { Message } from '../../texts/catalogue.ts';
import type { Plan } from '../strategy/plan.ts';
import type { Asked, ReleaseEvent } from './event.ts';
import type { ReleaseRecord, RunRecord, StepProgress } from './state.ts';
import { currentStep } from './state.ts';
import type { Handlers, Transition, Trial } from './transition.ts';
import {
  accept,
  enqueue,
  enterPhase,
  finish,
  inRun,
  isHeld,
  note,
  refuse,
  same,
  takeBack,
  withHold,
  withoutHold,
  withRun,
} from './transition.ts';

type Of<K extends ReleaseEvent['kind']> = Extract<ReleaseEvent, { readonly kind: K }>;

const ignore = (state: ReleaseRecord): Transition => same(state);

const refuseWith =
  (message: Message) =>
  (state: ReleaseRecord, event: { readonly asked: Asked }): Transition =>
    refuse(state, event.asked, message);

const abort = inRun<{ readonly asked: Asked }>(({ state, run, now }, { asked }) => {
  const why = asked.reason ?? '';
  const reason: Message =
    why === ''
      ? { key: 'run.reason.abortedBy', params: { by: asked.by } }
      : { key: 'run.reason.abortedByBecause', params: { by: asked.by, why } };
  const back = takeBack(state, run, { phase: 'aborting', reason, now });
  return accept(back, asked, { now, verb: 'abort', message: { key: 'run.accepted.abort' } });
});

const fail = inRun<{ readonly reason: Message }>(({ state, run, now }, { reason }) =>
  takeBack(state, run, { phase: 'aborting', reason, now }),
);

const deleted = inRun(({ state, run, now }) =>
  takeBack({ ...state, deleted: true }, run, { phase: 'aborting', reason: { key: 'run.reason.deleted' }, now }),
);

const queueVersion = (state: ReleaseRecord, event: Of<'versionAppeared'>, now: number): Transition =>
  enqueue(state, event.version, { now, manual: event.policy === 'manual' });

/** Under `replace` the newer version takes the place of the one on trial; content that had its turn changes nothing. */
const versionAppeared = inRun<Of<'versionAppeared'>>(({ state, run, now }, event) => {
  const queued = enqueue(state, event.version, { now, manual: event.policy === 'manual' });
  if (event.policy !== 'replace' || queued.state === state) return queued;
  const reason: Message = { key: 'run.reason.superseded', params: { version: event.version.version } };
  const back = takeBack(queued.state, run, { phase: 'superseded', reason, now });
  return { ...back, notes: [...queued.notes, ...back.notes] };
});

const pause = inRun<Of<'pauseRequested'>>(({ state, run, now }, { asked }) => {
  if (isHeld(run, 'paused')) return refuse(state, asked, { key: 'run.refused.pausedAlready' });
  const why = asked.reason ?? '';
  const held = withHold(run, {
    reason: 'paused',
    since: now,
    message:
      why === ''
        ? { key: 'run.hold.paused', params: { by: asked.by } }
        : { key: 'run.hold.pausedBecause', params: { by: asked.by, why } },
    ends: { key: 'run.ends.resume' },
  });
  const message: Message = { key: 'run.accepted.pause', params: { weight: run.desired } };
  return accept({ state: withRun(state, held), notes: [] }, asked, { now, verb: 'pause', message });
});

/** Ends what a person or the plan asked to wait for; holds that stem from what was seen stay. */
const resume = inRun<Of<'resumeRequested'>>(({ state, run, now }, { asked }) => {
  const message: Message = { key: 'run.accepted.resume' };
  if (isHeld(run, 'paused') || isHeld(run, 'byHand')) {
    const free = withRun(state, withoutHold(run, 'paused', 'byHand'));
    return accept({ state: free, notes: [] }, asked, { now, verb: 'resume', message });
  }
  const step = currentStep(run);
  if (run.phase === 'stepping' && step.kind === 'wait' && step.forMs === null) {
    return accept(nextStep({ state, run, now }), asked, { now, verb: 'resume', message });
  }
  return refuse(state, asked, { key: 'run.refused.notPaused' });
});

const approve = inRun<Of<'approveRequested'>>(({ state, run, now }, { asked }) => {
  const step = currentStep(run);
  if (step.kind !== 'approve') return refuse(state, asked, { key: 'run.refused.nothingToApprove' });
  if (step.by.length > 0 && !step.by.includes(asked.by)) {
    return refuse(state, asked, {
      key: 'run.refused.mayNotApprove',
      params: { by: asked.by, may: step.by.join(', ') },
    });
  }
  const message: Message = { key: 'run.accepted.approve', params: { by: asked.by } };
  return accept(nextStep({ state, run, now }), asked, { now, verb: 'approve', message });
});

/** `promote` ends waits that people made; `skip` also ends waiting for data. Neither goes before capacity. */
const release = (how: 'promote' | 'skip') =>
  inRun<{ readonly asked: Asked }>(({ state, run, now }, { asked }) => {
    if (currentStep(run).kind === 'approve' && how === 'promote')
      return approve(state, { kind: 'approveRequested', asked }, now);
    const freed = withoutHold(run, 'paused', 'byHand');
    const progress: StepProgress = { ...run.step, release: how };
    const message: Message = { key: how === 'skip' ? 'run.accepted.skip' : 'run.accepted.promote' };
    return accept({ state: withRun(state, { ...freed, step: progress }), notes: [] }, asked, {
      now,
      verb: how,
      message,
    });
  });

const promoteFull = inRun<Of<'promoteFullRequested'>>(({ state, run, now }, { asked }) => {
  const last = run.plan.steps.length - 1;
  const free: RunRecord = { ...run, holds: [], step: { index: last, since: now, countedMs: 0, release: 'skip' } };
  return accept(startPromotion({ state, run: free, now }), asked, {
    now,
    verb: 'promoteFull',
    message: { key: 'run.accepted.promoteFull' },
  });
});

const setWeight = inRun<Of<'setWeightRequested'>>(({ state, run, now }, { asked, weight }) => {
  if (!(weight >= 0 && weight < 100)) {
    return refuse(state, asked, { key: 'run.refused.weight', params: { found: String(weight) } });
  }
  const held = withHold(withoutHold(run, 'byHand', 'paused'), {
    reason: 'byHand',
    since: now,
    message: { key: 'run.hold.byHand', params: { by: asked.by, weight } },
    ends: { key: 'run.ends.resume' },
  });
  const message: Message = { key: 'run.accepted.setWeight', params: { weight } };
  const next = { ...held, target: weight, step: { ...held.step, countedMs: 0 } };
  return accept({ state: withRun(state, next), notes: [] }, asked, { now, verb: 'setWeight', message });
});

/** A new revision of the plan goes on at the first step that asks for more than what is in force. */
const planEdited = inRun<Of<'planEdited'>>(({ state, run, now }, { plan }) => {
  const edited: RunRecord = { ...run, plan: { ...plan, revision: run.plan.revision + 1 } };
  const index = resumeIndex(edited.plan, run);
  const note0 = note(run.name, now, 'plan', { revision: edited.plan.revision, plan: edited.plan, step: index });
  const entered = enterStep({ state, run: edited, now }, index);
  return { ...entered, notes: [note0, ...entered.notes] };
});

function resumeIndex(plan: Plan, run: RunRecord): number {
  const index = plan.steps.findIndex(
    (step) =>
      (step.kind === 'setWeight' && step.weight > run.desired) || step.kind === 'auto' || step.kind === 'promote',
  );
  return index < 0 ? plan.steps.length - 1 : index;
}

const shareWanted = inRun<Of<'shareWanted'>>(({ state, run, now }, { weight }) => {
  if (run.target === weight) return same(state);
  const step = { ...run.step, since: now, countedMs: 0, release: 'none' as const };
  return {
    state: withRun(state, { ...run, target: weight, step }),
    notes: [note(run.name, now, 'step', { index: run.step.index, step: 'auto', target: weight })],
  };
});

/** The recorded change of the desired share: the only place besides taking back where it moves. */
const split = ({ state, run, now }: Trial): Transition => {
  if (run.desired === run.target) return same(state);
  const next: RunRecord = {
    ...run,
    desired: run.target,
    desiredSince: now,
    peak: Math.max(run.peak, run.target),
    inForceSince: null,
    evidence: { ...run.evidence, quietSince: null },
  };
  return {
    state: withRun(state, next),
    notes: [note(run.name, now, 'weight', { from: run.desired, to: next.desired, step: run.step.index })],
  };
};

const inForce = inRun(({ state, run, now }: Trial) => {
  if (run.inForceSince !== null) return same(state);
  return {
    state: withRun(state, { ...run, inForceSince: now }),
    notes: [note(run.name, now, 'inForce', { weight: run.desired })],
  };
});

const lost = inRun<Of<'splitLost'>>(({ state, run, now }, { reason }) => {
  if (run.inForceSince === null) return same(state);
  return {
    state: withRun(state, { ...run, inForceSince: null }),
    notes: [note(run.name, now, 'contradiction', { reason })],
  };
});

function startPromotion({ state, run, now }: Trial): Transition {
  const next: RunRecord = { ...enterPhase(withoutHold(run, 'wait', 'approval'), 'promoting', now), target: 100 };
  return {
    state: withRun(state, next),
    notes: [note(run.name, now, 'phase', { from: run.phase, to: 'promoting' })],
  };
}

function nextStep(trial: Trial): Transition {
  return enterStep(trial, trial.run.step.index + 1);
}

function enterStep({ state, run, now }: Trial, index: number): Transition {
  const progress: StepProgress = { index, since: now, countedMs: 0, release: 'none' };
  const entered: RunRecord = { ...withoutHold(run, 'wait', 'approval', 'inconclusive'), step: progress };
  const step = currentStep(entered);
  const noted = note(run.name, now, 'step', { index, step: step.kind });
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

/** What every phase of a trial answers alike. */
const shared = {
  abortRequested: abort,
  harmFound: fail,
  candidateBroken: fail,
  deadlinePassed: fail,
  candidateGone: fail,
  releaseDeleted: deleted,
  runDue: ignore,
  startRequested: refuseWith({ key: 'run.refused.inFlight' }),
  rollbackRequested: abort,
  pauseRequested: pause,
  resumeRequested: resume,
} as const;

export const preparingHandlers: Handlers = {
  ...shared,
  versionAppeared,
  approveRequested: refuseWith({ key: 'run.refused.nothingToApprove' }),
  promoteRequested: refuseWith({ key: 'run.refused.preparing' }),
  promoteFullRequested: promoteFull,
  skipRequested: refuseWith({ key: 'run.refused.preparing' }),
  setWeightRequested: refuseWith({ key: 'run.refused.preparing' }),
  planEdited,
  shareWanted,
  capacityReady: inRun((trial) => {
    const { run, now } = trial;
    const entered = enterStep({ ...trial, run: enterPhase(run, 'stepping', now) }, run.step.index);
    return {
      ...entered,
      notes: [note(run.name, now, 'phase', { from: 'preparing', to: 'stepping' }), ...entered.notes],
    };
  }),
  splitInForce: ignore,
  splitLost: ignore,
  stepDone: ignore,
  drained: ignore,
};

export const steppingHandlers: Handlers = {
  ...shared,
  versionAppeared,
  approveRequested: approve,
  promoteRequested: release('promote'),
  promoteFullRequested: promoteFull,
  skipRequested: release('skip'),
  setWeightRequested: setWeight,
  planEdited,
  shareWanted,
  capacityReady: inRun(split),
  splitInForce: inForce,
  splitLost: lost,
  stepDone: inRun(nextStep),
  drained: ignore,
};

export const promotingHandlers: Handlers = {
  ...shared,
  // Almost done: the newer version waits for its own run instead of sending everyone back and forth.
  versionAppeared: queueVersion,
  approveRequested: refuseWith({ key: 'run.refused.nothingToApprove' }),
  promoteRequested: refuseWith({ key: 'run.refused.promoting' }),
  promoteFullRequested: refuseWith({ key: 'run.refused.promoting' }),
  skipRequested: refuseWith({ key: 'run.refused.promoting' }),
  setWeightRequested: refuseWith({ key: 'run.refused.promoting' }),
  planEdited: ignore,
  shareWanted: ignore,
  capacityReady: inRun(split),
  splitInForce: inForce,
  splitLost: lost,
  stepDone: ignore,
  drained: inRun(({ state, run, now }, event: Of<'drained'>) =>
    finish(state, run, {
      now,
      outcome: 'promoted',
      reason: { key: 'run.reason.promoted', params: { version: run.to.version, from: run.from.version } },
      delayMs: event.delayMs,
      then: event.then,
    }),
  ),
};
