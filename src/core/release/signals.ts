/** Signs of a broken candidate that need no statistics: its own pods say so. */
import type { Message } from '../../texts/catalogue.ts';
import type { Evidence } from './evidence.ts';
import type { ArmReading } from './observation.ts';
import type { RunRecord } from './state.ts';

/** No ready pod for longer than this, after there was one, while it has a share. */
export const DOWN_MS = 2_000;
/** Restarts during the run from which a pod that still comes up does not count as well. */
export const RESTART_LIMIT = 3;

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
  if (arm === undefined) return undefined;
  const version = run.to.version;
  const restarts = Math.max(0, arm.restarts - run.restarts);
  const none = arm.ready === 0;
  const served = run.peak > 0 && run.evidence.everReady;
  if (served && none && (restarts > 0 || arm.crashing > 0 || arm.down > 0)) {
    return { key: 'run.reason.crashed', params: { version } };
  }
  if (arm.crashing > 0 && (none || restarts >= RESTART_LIMIT)) {
    return { key: 'run.reason.crashLoop', params: { version, restarts } };
  }
  const { downSince } = run.evidence;
  if (served && downSince !== null && now - downSince >= DOWN_MS) {
    return { key: 'run.reason.down', params: { version, seconds: Math.round((now - downSince) / 1000) } };
  }
  return undefined;
}
