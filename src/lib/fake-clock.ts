/** Time that stands still until a test moves it. Has the shape of the clock port. */
export interface FakeClock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Moves time on, waking every sleeper at its own moment, in order, and lets the woken work finish in between. */
  advance(ms: number): Promise<void>;
  /** Lets everything run that can run without time passing. */
  settle(): Promise<void>;
  /** Moment of the next wake-up; undefined = nobody sleeps. */
  nextWake(): number | undefined;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  /** Milliseconds since 1970. Default: 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /** Turns of the event loop that count as "everything has run". Default 3. */
  readonly turns?: number;
}

/** A clock for tests: `now` moves only by `advance`. */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  let now = options.startMs ?? 1_767_225_600_000;
  const turns = options.turns ?? 3;
  const sleepers = new Set<Sleeper>();

  const next = (): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) if (first === undefined || sleeper.at < first.at) first = sleeper;
    return first;
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };

  return {
    now: () => now,
    settle,
    nextWake: () => next()?.at,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const sleeper: Sleeper = {
          at: now + Math.max(ms, 0),
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (let sleeper = next(); sleeper !== undefined && sleeper.at <= until; sleeper = next()) {
        now = Math.max(now, sleeper.at);
        sleeper.wake();
        await settle();
      }
      now = until;
    },
  };
}
