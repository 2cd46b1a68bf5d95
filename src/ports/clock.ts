/** Time as an argument. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or earlier when the signal fires (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
