/** No run in flight: versions arrive, runs start, commands that need a run are refused. */
import type { Asked } from './event.ts';
import type { ReleaseRecord } from './state.ts';
import type { Handlers, Transition } from './transition.ts';
import { accept, begin, enqueue, refuse, same } from './transition.ts';

const ignore = (state: ReleaseRecord): Transition => same(state);

const noRun = (state: ReleaseRecord, event: { readonly asked: Asked }): Transition =>
  refuse(state, event.asked, { key: 'run.refused.noRun' });

export const idleHandlers: Handlers = {
  abortRequested: noRun,
  harmFound: ignore,
  candidateBroken: ignore,
  deadlinePassed: ignore,
  candidateGone: ignore,
  releaseDeleted: (state) => (state.deleted ? same(state) : { state: { ...state, deleted: true }, notes: [] }),
  versionAppeared: (state, event, now) => enqueue(state, event.version, { now, manual: event.policy === 'manual' }),
  runDue: (state, event, now) => begin(state, event.start, { now, cause: 'newVersion' }),
  startRequested: (state, event, now) => {
    const { asked, start } = event;
    if ('key' in start) return refuse(state, asked, start);
    const message = { key: 'run.accepted.start', params: { version: start.to.version, run: start.name } } as const;
    return accept(begin(state, start, { now, cause: 'command', asked }), asked, { now, verb: 'start', message });
  },
  rollbackRequested: (state, event, now) => {
    const { asked, start } = event;
    if ('key' in start) return refuse(state, asked, start);
    const message = { key: 'run.accepted.rollback', params: { version: start.to.version, run: start.name } } as const;
    return accept(begin(state, start, { now, cause: 'rollback', asked }), asked, { now, verb: 'rollback', message });
  },
  pauseRequested: noRun,
  resumeRequested: noRun,
  approveRequested: noRun,
  promoteRequested: noRun,
  promoteFullRequested: noRun,
  skipRequested: noRun,
  setWeightRequested: noRun,
  planEdited: ignore,
  shareWanted: ignore,
  capacityReady: ignore,
  splitInForce: ignore,
  splitLost: ignore,
  stepDone: ignore,
  drained: ignore,
};
