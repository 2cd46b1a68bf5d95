import type { Clock } from '../../../ports/clock.ts';
import type { ContainerProcess } from './container-process.ts';
import { signalGroup } from './signal.ts';

export interface EndOptions {
  readonly target: ContainerProcess;
  /** Milliseconds from now, preStop included. */
  readonly graceMs: number;
  /** Ends the grace early. */
  readonly force: AbortSignal;
  readonly clock: Clock;
  /** Runs the hook for at most so long. */
  readonly preStop?: (timeoutMs: number) => Promise<void>;
}

/** A hook that used up all of the grace still leaves this much for SIGTERM, as with a kubelet. */
const LEAST_AFTER_HOOK_MS = 2000;

/** preStop, SIGTERM to the whole group, SIGKILL to the whole group when the grace is over. Resolves when it has ended. */
export async function endInstance({ target, graceMs, force, clock, preStop }: EndOptions): Promise<void> {
  const done = new AbortController();
  const over = AbortSignal.any([done.signal, force]);
  const exited = target.exited.then(() => done.abort());
  const deadline = clock.now() + graceMs;
  let least = 0;
  if (preStop !== undefined && !over.aborted) {
    await Promise.race([preStop(graceMs), clock.sleep(graceMs, over)]);
    least = LEAST_AFTER_HOOK_MS;
  }
  if (!over.aborted) {
    signalGroup(target, 'SIGTERM');
    await clock.sleep(Math.max(least, deadline - clock.now()), over);
  }
  if (!done.signal.aborted) signalGroup(target, 'SIGKILL');
  await exited;
}
