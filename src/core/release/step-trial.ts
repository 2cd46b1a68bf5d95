/** A candidate is on trial: preparing, stepping, promoting. Whatever leads back is shared; the rest differs by phase. */
import type { Message } from '../../texts/catalogue.ts';
import type { Plan } from '../strategy/plan.ts';
import type { Asked, ReleaseEvent } from './event.ts';
import { enterStep, nextStep, stepFrom } from './enter-step.ts';
import type { ReleaseRecord, RunRecord } from './state.ts';
import { currentStep } from './state.ts';
import { approve, pause, promoteFull, release, resume, setWeight } from './step-steering.ts';
import type { Handlers, Transition, Trial } from './transition.ts';
import { accept, enqueue, enterPhase, finish, inRun, note, refuse, same, takeBack, withRun } from './transition.ts';

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

/** A new revision of the plan goes on at the first step that asks for more than what is in force. */
const planEdited = inRun<Of<'planEdited'>>(({ state, run, now }, { plan }) => {
  const edited: RunRecord = { ...run, plan: { ...plan, revision: run.plan.revision + 1 } };
  const index = resumeIndex(edited.plan, run);
  const note0 = note({ run: run.name, at: now }, 'plan', {
    revision: edited.plan.revision,
    plan: edited.plan,
    step: index,
  });
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
  const { index } = run.step;
  // While its capacity comes up the first step is not left: what was skipped stays skipped.
  const step = run.phase === 'preparing' ? { ...run.step, since: now } : stepFrom(run, { index, now });
  const body = { index, step: currentStep(run).kind, target: weight };
  return {
    state: withRun(state, { ...run, target: weight, step }),
    notes: [note({ run: run.name, at: now }, 'step', body)],
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
    notes: [note({ run: run.name, at: now }, 'weight', { from: run.desired, to: next.desired, step: run.step.index })],
  };
};

const inForce = inRun(({ state, run, now }: Trial) => {
  if (run.inForceSince !== null) return same(state);
  return {
    state: withRun(state, { ...run, inForceSince: now }),
    notes: [note({ run: run.name, at: now }, 'inForce', { weight: run.desired })],
  };
});

const lost = inRun<Of<'splitLost'>>(({ state, run, now }, { reason }) => {
  if (run.inForceSince === null) return same(state);
  return {
    state: withRun(state, { ...run, inForceSince: null }),
    notes: [note({ run: run.name, at: now }, 'contradiction', { reason })],
  };
});

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
      notes: [note({ run: run.name, at: now }, 'phase', { from: 'preparing', to: 'stepping' }), ...entered.notes],
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
      afterwards: event.afterwards,
    }),
  ),
};
