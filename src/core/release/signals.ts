/** Signs of a broken candidate that need no statistics: its own pods say so. */
import type { Message } from '../../texts/catalogue.ts';
import type { Evidence } from './evidence.ts';
import type { ArmReading } from './observation.ts';
import type { RunRecord } from './state.ts';

/** No ready pod for longer than this, after there was one, while it has a share. */
const DOWN_MS = 2_000;
/** Requests refused for so long, without one answer: the pods are there, but their program is not. */
const REFUSED_MS = 900;
/** Restarts during the run from which a pod that still comes up does not count as well. */
const RESTART_LIMIT = 3;

/** Remembers whether the candidate was ever ready and since when it is not. */
export function healthOf(evidence: Evidence, arm: ArmReading | undefined, now: number): Evidence {
  const ready = (arm?.ready ?? 0) > 0;
  const everReady = evidence.everReady || ready;
  const downSince = ready || !everReady ? null : (evidence.downSince ?? now);
  if (everReady === evidence.everReady && downSince === evidence.downSince) return evidence;
  return { ...evidence, everReady, downSince };
}

/** Why the candidate counts as broken; undefined = it does not. */
export function brokenBecause(run: RunRecord, arm: ArmReading | undefined, now: number): Message | undefined {
  return arm && (crashed(run, arm) ?? crashLoop(run, arm) ?? down(run, now));
}

/** It had a share, and a crash left nothing of it. */
function crashed(run: RunRecord, arm: ArmReading): Message | undefined {
  const isCrash = restartsOf(run, arm) > 0 || arm.crashing > 0 || arm.down > 0;
  if (!hasServed(run) || arm.ready > 0 || !isCrash) return undefined;
  return { key: 'run.reason.crashed', params: { version: run.to.version } };
}

function crashLoop(run: RunRecord, arm: ArmReading): Message | undefined {
  const restarts = restartsOf(run, arm);
  if (arm.crashing === 0 || (arm.ready > 0 && restarts < RESTART_LIMIT)) return undefined;
  return { key: 'run.reason.crashLoop', params: { version: run.to.version, restarts } };
}

function down(run: RunRecord, now: number): Message | undefined {
  const { downSince } = run.evidence;
  if (!hasServed(run) || downSince === null || now - downSince < DOWN_MS) return undefined;
  const seconds = Math.round((now - downSince) / 1000);
  return { key: 'run.reason.down', params: { version: run.to.version, seconds } };
}

/** Its pods count as ready, but take no connection. */
export function refusing(run: RunRecord, now: number): Message | undefined {
  const { refusedSince } = run.evidence;
  if (run.desired === 0 || refusedSince === null || now - refusedSince < REFUSED_MS) return undefined;
  return { key: 'run.reason.refused', params: { version: run.to.version } };
}

function hasServed(run: RunRecord): boolean {
  return run.peak > 0 && run.evidence.everReady;
}

function restartsOf(run: RunRecord, arm: ArmReading): number {
  return Math.max(0, arm.restarts - run.restarts);
}
