/** What ends a trial though nobody saw harm: a candidate that is late, gone, cut off, or that nothing ever reaches. */
import type { ReleaseEvent } from './event.ts';
import { FRESH_MS } from './look.ts';
import { armOf } from './observation.ts';
import type { Present } from './progress.ts';

/** undefined = the trial may go on. */
export function deadline(present: Present): ReleaseEvent | undefined {
  return gone(present) ?? late(present) ?? silent(present);
}

function gone({ run, seen, now }: Present): ReleaseEvent | undefined {
  if (seen.blocked !== undefined || seen.spec === null || armOf(seen, run.to) !== undefined) return undefined;
  const isBeingMade = now - run.startedAt < FRESH_MS && seen.spec.workload.deployment !== undefined;
  if (isBeingMade) return undefined;
  return { kind: 'candidateGone', reason: { key: 'run.reason.gone', params: { version: run.to.version } } };
}

/** Not ready in time, or without the pods that even its present share needs for just as long. */
function late({ run, seen, compiled, now }: Present): ReleaseEvent | undefined {
  const ms = compiled.policy.progressDeadlineMs;
  const waiting = run.holds.find((hold) => hold.reason === 'capacity');
  const isLost = armOf(seen, run.to) !== undefined && waiting !== undefined && now - waiting.since >= ms;
  const isLate = run.phase === 'preparing' && now - run.phaseSince >= ms;
  if (!isLost && !isLate) return undefined;
  const params = { version: run.to.version, seconds: ms / 1000 };
  return { kind: 'deadlinePassed', reason: { key: 'run.reason.deadline', params } };
}

/** Sticky users may simply not be there; a share that is drawn by request cannot stay empty by chance. */
function silent({ run, seen }: Present): ReleaseEvent | undefined {
  if (run.desired === 0 || seen.spec?.traffic?.sticky !== undefined) return undefined;
  const found = run.evidence.judge?.findings.find((one) => one.kind === 'candidateSilent' && one.expired === true);
  return found && { kind: 'harmFound', reason: found.message };
}
