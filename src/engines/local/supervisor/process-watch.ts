import { lookAt } from './process-identity.ts';
import type { ProcessSight } from './process-identity.ts';
import type { KnownProcess } from './signal.ts';

export interface ProcessWatch {
  /** Tells once when the process has ended; the sight is a zombie's, where one was seen. */
  watch(known: KnownProcess, onEnded: (zombie: ProcessSight | undefined) => void): void;
  close(): void;
}

/** How long an adopted process may have been gone before that is noticed. */
const POLL_MS = 250;

/** Watches processes that are not our children, all with one timer that runs only while there are any. */
export function createProcessWatch(): ProcessWatch {
  const watched = new Map<KnownProcess, (zombie: ProcessSight | undefined) => void>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    for (const [known, onEnded] of watched) {
      const sight = lookAt(known.pid);
      const isSame = sight?.startTime === known.startTime;
      if (isSame && !sight?.isZombie) continue;
      watched.delete(known);
      onEnded(isSame ? sight : undefined);
    }
    if (watched.size === 0) stop();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(known, onEnded) {
      watched.set(known, onEnded);
      timer ??= setInterval(look, POLL_MS);
    },
    close() {
      watched.clear();
      stop();
    },
  };
}
