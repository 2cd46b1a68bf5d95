/** The machine's own time, in milliseconds since 1970. Has the shape of the clock port. */
export const systemClock: {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
} = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      // setTimeout treats longer waits as 1 ms; whoever sleeps a month wakes up early and looks again.
      const timer = setTimeout(wake, Math.min(Math.max(ms, 0), 2_147_483_647));
      signal?.addEventListener('abort', wake, { once: true });
    }),
};
