/** A control loop: watches objects, turns their changes into keys, and reconciles one key at a time until it is right. */
import { Fault } from '../lib/fault.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, WatchEvent } from '../ports/store.ts';
import type { Cache } from './cache.ts';
import { startCache } from './cache.ts';
import type { AddOptions, Lane, Turn, WorkResult } from './queue.ts';
import { startQueue } from './queue.ts';

/** A key, or a key with its lane. */
export type KeyToLookAt = string | { readonly key: string; readonly lane: Lane };

export interface LoopOptions {
  /** For the log, e.g. `deployment`. */
  readonly name: string;
  readonly store: Store;
  /** Kinds whose changes matter. */
  readonly kinds: readonly string[];
  /** Takes events from this cache instead of an own one; it must hold all `kinds`. It stays open at `close`. */
  readonly cache?: Cache;
  /** Which keys to look at after this change. At the start every object comes as `added`. */
  keysOf(event: WatchEvent): readonly KeyToLookAt[];
  /** Makes one key right. Level-based: reads the present, never the event. */
  reconcile(key: string, turn: Turn): Promise<WorkResult>;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  readonly workers?: number;
  readonly safetyWorkers?: number;
  readonly backoffFirstMs?: number;
  readonly backoffLimitMs?: number;
  /** Told of every failed reconcile, beside the log. */
  onFailure?(key: string, error: unknown): void;
}

export interface Loop {
  readonly cache: Cache;
  /** Resolves once the first lists are in and every key is queued. */
  readonly ready: Promise<void>;
  add(key: string, options?: AddOptions): void;
  addAfter(key: string, ms: number, options?: AddOptions): void;
  /** Resolves when nothing runs and nothing is due now. */
  idle(): Promise<void>;
  /** Stops watching and waits for running reconciles. */
  close(): Promise<void>;
}

/**
 * Starts a loop. A `Fault` with retry `never` waits for the next change of the object; everything else, bugs included, is
 * tried again with back-off, since the world may have changed by then.
 */
export function startLoop(options: LoopOptions): Loop {
  const { clock, kinds, log } = options;
  const random = options.random ?? Math.random;
  const cache = options.cache ?? startCache({ store: options.store, kinds, clock, random, log });
  const missing = kinds.filter((kind) => !cache.kinds.includes(kind));
  if (missing.length > 0) throw new TypeError(`the cache of loop ${options.name} lacks ${missing.join(', ')}`);

  const queue = startQueue({
    clock,
    random,
    work: (key, turn) => options.reconcile(key, turn),
    onError: (key, error) => {
      const answer = error instanceof Fault && error.retry === 'never' ? 'drop' : 'retry';
      // A lost race is ordinary; a bug is not.
      const level = !(error instanceof Fault) ? 'error' : error.code === 'conflict' ? 'debug' : 'warn';
      log[level]('reconcile failed', { loop: options.name, key, error, answer });
      options.onFailure?.(key, error);
      return answer;
    },
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.safetyWorkers === undefined ? {} : { safetyWorkers: options.safetyWorkers }),
    ...(options.backoffFirstMs === undefined ? {} : { backoffFirstMs: options.backoffFirstMs }),
    ...(options.backoffLimitMs === undefined ? {} : { backoffLimitMs: options.backoffLimitMs }),
  });

  let subscription: { close(): void } | undefined;
  let closed = false;
  const ready = cache.ready.then(() => {
    if (closed) return;
    // Only now: a reconcile that saw half of the lists would take the missing half for deleted.
    subscription = cache.subscribe((event) => {
      if (!kinds.includes(event.object.kind)) return;
      for (const item of options.keysOf(event)) {
        if (typeof item === 'string') queue.add(item);
        else queue.add(item.key, { lane: item.lane });
      }
    });
  });

  return {
    cache,
    ready,
    add: (key, added) => queue.add(key, added),
    addAfter: (key, ms, added) => queue.addAfter(key, ms, added),
    idle: () => queue.idle(),
    close: async () => {
      closed = true;
      subscription?.close();
      await queue.close();
      if (options.cache === undefined) cache.close();
    },
  };
}
