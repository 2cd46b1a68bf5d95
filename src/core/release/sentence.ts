/** What the release does or waits for now, in one sentence. */
import type { Message } from '../../texts/catalogue.ts';
import { nextWeight } from '../analysis/pace.ts';
import type { ReleaseRecord, RunRecord } from './state.ts';
import { currentStep, isPinned } from './state.ts';
import { firstWeight } from '../strategy/plan.ts';

export function sentenceOf(state: ReleaseRecord): Message {
  const { run } = state;
  if (run === null) return idleMessage(state);
  if (run.holds.length === 0) return runMessage(run);
  const ends = new Map(run.holds.map((hold) => [JSON.stringify(hold.ends), hold.ends]));
  return {
    key: 'run.now.holding',
    params: { message: run.holds.map((hold) => hold.message), ends: [...ends.values()] },
  };
}

/** Where pace follows the evidence: what is still missing for the next weight, or why it goes on now. */
export function nextMessage(run: RunRecord): Message | undefined {
  const step = currentStep(run);
  const { judge } = run.evidence;
  const isSteady = run.phase === 'stepping' && run.inForceSince !== null && run.desired === run.target;
  if (!isSteady || step.kind !== 'auto' || judge === null) return undefined;
  // The moment only matters for when to ask again.
  return nextWeight(judge, { now: 0, weight: run.desired, pace: step.pace }).reason;
}

function idleMessage(state: ReleaseRecord): Message {
  const { stable, queue } = state;
  if (stable === null) return { key: 'run.problem.noVersions' };
  const { version } = stable;
  const [next] = queue;
  if (next !== undefined) return { key: 'run.now.queued', params: { version, next: next.version.version } };
  return { key: isPinned(state) ? 'run.now.idle' : 'run.now.pinning', params: { version } };
}

function runMessage(run: RunRecord): Message {
  const { version } = run.to;
  switch (run.phase) {
    case 'preparing':
      return firstWeight(run.plan) === null && run.target === 0
        ? { key: 'run.now.measuring', params: { version, stable: run.from.version } }
        : { key: 'run.now.preparing', params: { version } };
    case 'idle':
    case 'stepping':
      return stepMessage(run);
    case 'promoting':
      return run.desired >= 100 && run.inForceSince !== null
        ? { key: 'run.now.draining', params: { version, from: run.from.version } }
        : { key: 'run.now.promoting', params: { version } };
    case 'aborting':
    case 'superseded': {
      return { key: 'run.now.aborting', params: { stable: run.from.version, reason: run.reason ?? '' } };
    }
  }
}

function stepMessage(run: RunRecord): Message {
  const step = currentStep(run);
  const wantedMs = step.kind === 'setWeight' ? step.lookMs : step.kind === 'wait' ? (step.forMs ?? 0) : 0;
  const left = Math.ceil(Math.max(0, wantedMs - run.step.countedMs) / 1000);
  const params = {
    version: run.to.version,
    weight: run.desired,
    step: run.step.index + 1,
    steps: run.plan.steps.length,
    left,
  };
  return { key: left > 0 ? 'run.now.looking' : 'run.now.stepping', params };
}
