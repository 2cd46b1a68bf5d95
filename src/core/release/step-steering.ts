/** What people ask of a run on trial: pause, resume, approve, promote, skip, weights by hand. */
import type { Message } from '../../texts/catalogue.ts';
import { nextStep, startPromotion } from './enter-step.ts';
import type { Asked, ReleaseEvent } from './event.ts';
import type { RunRecord, StepProgress } from './state.ts';
import { currentStep } from './state.ts';
import { accept, inRun, isHeld, refuse, withHold, withoutHold, withRun } from './transition.ts';

type Of<K extends ReleaseEvent['kind']> = Extract<ReleaseEvent, { readonly kind: K }>;
type Answer<E> = ReturnType<typeof inRun<E>>;

export const pause: Answer<Of<'pauseRequested'>> = inRun<Of<'pauseRequested'>>(({ state, run, now }, { asked }) => {
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
export const resume: Answer<Of<'resumeRequested'>> = inRun<Of<'resumeRequested'>>(({ state, run, now }, { asked }) => {
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

export const approve: Answer<Of<'approveRequested'>> = inRun<Of<'approveRequested'>>(
  ({ state, run, now }, { asked }) => {
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
  },
);

/** `promote` ends waits that people made; `skip` also ends waiting for data. Neither goes before capacity. */
export const release = (how: 'promote' | 'skip'): Answer<{ readonly asked: Asked }> =>
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

export const promoteFull: Answer<Of<'promoteFullRequested'>> = inRun<Of<'promoteFullRequested'>>(
  ({ state, run, now }, { asked }) => {
    const last = run.plan.steps.length - 1;
    const free: RunRecord = { ...run, holds: [], step: { index: last, since: now, countedMs: 0, release: 'skip' } };
    return accept(startPromotion({ state, run: free, now }), asked, {
      now,
      verb: 'promoteFull',
      message: { key: 'run.accepted.promoteFull' },
    });
  },
);

export const setWeight: Answer<Of<'setWeightRequested'>> = inRun<Of<'setWeightRequested'>>(
  ({ state, run, now }, { asked, weight }) => {
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
  },
);
