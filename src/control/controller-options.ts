import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Cache } from './cache.ts';

/** What every workload controller is given. */
export interface ControllerOptions {
  readonly store: Store;
  /** Shared by all workload controllers; its kinds: `WORKLOAD_KINDS`. */
  readonly cache: Cache;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}
