import { isDeepStrictEqual } from 'node:util';
import type { Pod, PodStatus } from '../../../core/model/pod.ts';
import { Fault } from '../../../lib/fault.ts';
import type { SupervisorScope } from './pod-scope.ts';

export interface StatusWriter {
  /** The status changed; it is written soon, several changes together. */
  touch(): void;
  /** Resolves once what is true now has been recorded (or the object is gone). */
  flush(): Promise<void>;
  close(): void;
}

export interface StatusWriterOptions {
  readonly shared: SupervisorScope;
  /** The newest known object; undefined once it is gone. */
  readonly pod: () => Pod | undefined;
  /** What is true now. */
  readonly compute: (previous: PodStatus | undefined) => PodStatus;
}

const RETRY_MS = 200;

/** Writes a pod's status, one write at a time, and only what differs. */
export function createStatusWriter({ shared, pod, compute }: StatusWriterOptions): StatusWriter {
  const closed = new AbortController();
  let tail: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  let isDirty = false;

  const writeOnce = async (): Promise<void> => {
    const present = pod();
    if (present === undefined) return;
    const status = compute(present.status);
    if (isDeepStrictEqual(status, present.status)) return;
    const object: Pod = { ...present, status };
    await shared.cache.write([{ op: 'status', object }]);
  };
  const work = async (): Promise<void> => {
    while (isDirty && !closed.signal.aborted) {
      isDirty = false;
      try {
        await writeOnce();
      } catch (error) {
        if (error instanceof Fault && error.code === 'notFound') return;
        isDirty = true;
        const isRace = error instanceof Fault && error.code === 'conflict';
        if (!isRace) shared.log.warn('pod status not written', { pod: pod()?.metadata.name, error });
        await shared.clock.sleep(isRace ? 5 : RETRY_MS, closed.signal);
      }
    }
  };
  const flush = (): Promise<void> => {
    isDirty = true;
    // One that has not begun will see what is true by then; changes of the same turn are written together.
    queued ??= tail = tail.then(() => {
      queued = undefined;
      return work();
    });
    return queued;
  };

  return {
    touch: () => void flush(),
    flush,
    close: () => closed.abort(),
  };
}
