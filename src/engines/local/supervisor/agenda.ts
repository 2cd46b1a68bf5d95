/** Many due moments on one timer: probes of hundreds of pods wake the process together instead of one by one. */
export interface Agenda {
  /** Runs the task at or shortly after the moment (milliseconds since 1970). The result cancels it. */
  at(moment: number, task: () => void): () => void;
  close(): void;
}

/** Moments are rounded up to this, so that neighbours share a wake-up. */
const QUANTUM_MS = 20;

interface Entry {
  readonly moment: number;
  readonly task: () => void;
}

export function createAgenda(now: () => number): Agenda {
  /** By moment, soonest first. */
  let entries: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;

  const arm = (): void => {
    const next = entries[0]?.moment ?? Infinity;
    if (next === armedFor) return;
    clearTimeout(timer);
    timer = undefined;
    armedFor = next;
    if (next !== Infinity) timer = setTimeout(wake, Math.max(0, next - now()));
  };
  const wake = (): void => {
    armedFor = Infinity;
    const until = now();
    const firstLater = entries.findIndex(({ moment }) => moment > until);
    const due = firstLater < 0 ? entries : entries.slice(0, firstLater);
    entries = firstLater < 0 ? [] : entries.slice(firstLater);
    for (const { task } of due) task();
    arm();
  };
  const placeFor = (moment: number): number => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.moment ?? Infinity) <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    at(moment, task) {
      const entry = { moment: Math.ceil(moment / QUANTUM_MS) * QUANTUM_MS, task };
      entries.splice(placeFor(entry.moment), 0, entry);
      arm();
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
        arm();
      };
    },
    close() {
      entries = [];
      arm();
    },
  };
}
