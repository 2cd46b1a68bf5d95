import { maySignal } from './adoption.ts';
import { lookAt } from './process-identity.ts';

export interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** Whether the very same process still runs. */
function isAlive(known: KnownProcess): boolean {
  return maySignal(known, lookAt(known.pid));
}

/** Signals the process group of a leader, after a look at who has its pid now. False where it is gone. */
export function signalGroup(known: KnownProcess, signal: NodeJS.Signals): boolean {
  return isAlive(known) && send(-known.pid, signal);
}

/** Signals one process, after a look at who has its pid now. */
export function signalOne(known: KnownProcess, signal: NodeJS.Signals): boolean {
  return isAlive(known) && send(known.pid, signal);
}

/**
 * Ends what is left of a group whose leader has just ended. A pid is not given out again while a group of that number has
 * members; an own look at a newcomer (its leader would be a live process with that pid) rules out the rest.
 */
export function endGroupRemains(pid: number): void {
  const newcomer = lookAt(pid);
  if (newcomer !== undefined && !newcomer.isZombie) return;
  send(-pid, 'SIGKILL');
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
