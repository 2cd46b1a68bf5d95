/** Stable gets everything back. Nothing but the end of the drain leads out, and no command stands in the way. */
import type { Asked } from './event.ts';
import type { ReleaseRecord } from './state.ts';
import type { Handlers, Transition } from './transition.ts';
import { accept, enqueue, enterPhase, finish, inRun, note, refuse, same, withRun } from './transition.ts';

const ignore = (state: ReleaseRecord): Transition => same(state);

const takingBack = (state: ReleaseRecord, event: { readonly asked: Asked }): Transition =>
  refuse(state, event.asked, { key: 'run.refused.takingBack' });

/** An abort of a run that is being superseded ends as an abort. */
const abortAgain = inRun<{ readonly asked: Asked }>(({ state, run, now }, { asked }) => {
  const aborting = run.phase === 'aborting' ? state : withRun(state, enterPhase(run, 'aborting', now));
  return accept({ state: aborting, notes: [] }, asked, {
    now,
    verb: 'abort',
    message: { key: 'run.accepted.abortAgain' },
  });
});

export const takingBackHandlers: Handlers = {
  abortRequested: abortAgain,
  harmFound: ignore,
  candidateBroken: ignore,
  deadlinePassed: ignore,
  candidateGone: ignore,
  releaseDeleted: (state) => (state.deleted ? same(state) : { state: { ...state, deleted: true }, notes: [] }),
  versionAppeared: (state, event, now) => enqueue(state, event.version, { now, manual: event.policy === 'manual' }),
  runDue: ignore,
  startRequested: takingBack,
  rollbackRequested: abortAgain,
  pauseRequested: takingBack,
  resumeRequested: takingBack,
  approveRequested: takingBack,
  promoteRequested: takingBack,
  promoteFullRequested: takingBack,
  skipRequested: takingBack,
  setWeightRequested: takingBack,
  planEdited: ignore,
  shareWanted: ignore,
  capacityReady: ignore,
  splitInForce: inRun(({ state, run, now }) => {
    if (run.inForceSince !== null) return same(state);
    return {
      state: withRun(state, { ...run, inForceSince: now }),
      notes: [note({ run: run.name, at: now }, 'inForce', { weight: run.desired })],
    };
  }),
  splitLost: inRun(({ state, run, now }, event) => {
    if (run.inForceSince === null) return same(state);
    return {
      state: withRun(state, { ...run, inForceSince: null }),
      notes: [note({ run: run.name, at: now }, 'contradiction', { reason: event.reason })],
    };
  }),
  stepDone: ignore,
  drained: inRun(({ state, run, now }, event) =>
    finish(state, run, {
      now,
      outcome: run.phase === 'superseded' ? 'superseded' : 'aborted',
      reason: run.reason ?? { key: 'run.reason.abortedBy', params: { by: 'serin' } },
      delayMs: event.delayMs,
      afterwards: event.afterwards,
    }),
  ),
};
