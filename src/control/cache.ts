/**
 * A read cache fed by list + watch, so that controllers read nothing from the store at rest. Writes that go through the
 * cache are seen in it at once ("read your writes"), so that a controller never acts twice because the watch is late.
 */
import type { KubeObject, ObjectRef } from '../core/model/meta.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Subscription, WatchEvent, Write, WriteResult } from '../ports/store.ts';
import { createMirror } from './mirror.ts';
import type { Mirror } from './mirror.ts';
import type { Selection } from './object-index.ts';
import { backoffMs } from './queue.ts';

export interface CacheOptions {
  readonly store: Store;
  readonly kinds: readonly string[];
  /** Absent = all namespaces. */
  readonly namespace?: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  readonly log: Log;
}

export interface Cache {
  readonly kinds: readonly string[];
  get<T extends KubeObject>(ref: ObjectRef): T | undefined;
  /** In the order of namespace and name. Without `labels`, or with an empty selector: all. */
  list<T extends KubeObject>(kind: string, selection?: Selection): readonly T[];
  /** Objects of this kind that name the uid among their owners. */
  owned<T extends KubeObject>(kind: string, uid: string): readonly T[];
  /** As `Store.write`; the outcome is in the cache when it resolves. */
  write(batch: readonly Write[]): Promise<WriteResult>;
  /** Every later change, after the cache has taken it in; what is there already comes as `added` at once. */
  subscribe(listener: (event: WatchEvent) => void): Subscription;
  /** Resolves once the first lists are in. */
  readonly ready: Promise<void>;
  close(): void;
}

/** Starts listing and watching. A broken watch or list is tried again with back-off until `close`. */
export function startCache(options: CacheOptions): Cache {
  const { store, kinds } = options;
  const mirror = createMirror(kinds, options.log);
  const stop = new AbortController();
  let markReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (markReady = resolve));
  void follow({ ...options, mirror, signal: stop.signal, markReady });
  return {
    kinds,
    ready,
    // The caller names the type that belongs to the kind; the store checked the shape when the object was written.
    get: <T extends KubeObject>(ref: ObjectRef) => mirror.index.byRef(ref) as T | undefined,
    list: <T extends KubeObject>(kind: string, selection?: Selection) =>
      mirror.index.select(kind, selection) as readonly T[],
    owned: <T extends KubeObject>(kind: string, uid: string) => mirror.index.ownedBy(kind, uid) as readonly T[],
    write: async (batch) => {
      const result = await store.write(batch);
      for (const [at, write] of batch.entries()) {
        const one = result.results[at];
        if (one !== undefined) mirror.takeWritten(write, one);
      }
      return result;
    },
    subscribe: (listener) => mirror.subscribe(listener),
    close: () => {
      stop.abort();
      mirror.close();
    },
  };
}

interface Following extends CacheOptions {
  readonly mirror: Mirror;
  readonly signal: AbortSignal;
  readonly markReady: () => void;
}

async function follow(following: Following): Promise<void> {
  const { clock, kinds, log, signal, random = Math.random } = following;
  for (let failures = 0; !signal.aborted;) {
    try {
      await listAndWatch(following);
      failures = 1;
    } catch (error) {
      failures += 1;
      log.warn('listing failed', { kinds, error });
    }
    await clock.sleep(backoffMs(failures, { firstMs: 20, limitMs: 10_000 }, random()), signal);
  }
}

/** Resolves when the watch is lost or the cache is closed. */
async function listAndWatch({ store, kinds, namespace, mirror, signal, markReady, log }: Following): Promise<void> {
  const scope = namespace === undefined ? {} : { namespace };
  const listings = await Promise.all(kinds.map((kind) => store.list(kind, scope)));
  if (signal.aborted) return;
  for (const [at, listing] of listings.entries()) mirror.takeListing(kinds[at] ?? '', listing);
  const since = String(Math.min(...listings.map((listing) => Number(listing.resourceVersion))));
  markReady();
  let subscription: Subscription | undefined;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    subscription = store.watch(
      { kinds, since, ...scope },
      {
        onEvent: (event) => {
          if (!signal.aborted) mirror.takeEvent(event);
        },
        onLost: (cause) => {
          log.debug('watch lost, listing again', { kinds, cause });
          resolve();
        },
      },
    );
  });
  subscription?.close();
}
