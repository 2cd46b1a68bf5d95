import type { PodSpec } from '../model/pod.ts';

/** All in milliseconds. */
export interface BackOffSettings {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Running so long in one go makes the next failure a first one again. */
  readonly resetAfterMs: number;
}

/**
 * How long to wait, from the end of an instance, before the next. The first restart is at once, as with a kubelet;
 * then base, twice the base, ... up to the maximum. `previousMs` is undefined before the first restart.
 */
export function nextRestartDelay(settings: BackOffSettings, previousMs: number | undefined, ranForMs: number): number {
  if (previousMs === undefined || ranForMs >= settings.resetAfterMs) return 0;
  return Math.min(settings.maxMs, previousMs === 0 ? settings.baseMs : previousMs * 2);
}

/** Whether an ended container is started again under its pod's restart policy. */
export function isRestarted(policy: PodSpec['restartPolicy'], exitCode: number): boolean {
  switch (policy ?? 'Always') {
    case 'Always':
      return true;
    case 'OnFailure':
      return exitCode !== 0;
    case 'Never':
      return false;
  }
}
