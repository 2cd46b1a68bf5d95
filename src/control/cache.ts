/**
 * A read cache fed by list + watch, so that controllers read nothing from the store at rest. Writes that go through the
 * cache are seen in it at once ("read your writes"), so that a controller never acts twice because the watch is late.
 */
import type { KubeObject, ObjectRef } from '../core/model/meta.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Listing, Store, Subscription, WatchEvent, Write, WriteResult } from '../ports/store.ts';
import type { Selection } from './object-index.ts';
import { objectIndex } from './object-index.ts';
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

/** Versions are one growing number for the whole store, as text. */
function isNewer(a: string, b: string): boolean {
  return Number(a) > Number(b);
}

/** Starts listing and watching. A broken watch or list is tried again with back-off until `close`. */
export function startCache(options: CacheOptions): Cache {
  const { store, kinds, clock, log } = options;
  const random = options.random ?? Math.random;
  const index = objectIndex();
  const listeners = new Set<(event: WatchEvent) => void>();
  /** Objects that our own writes removed and whose end the watch has not told yet. A uid never comes back. */
  const ended = new Set<string>();
  const floors = new Map<string, string>();
  const stop = new AbortController();
  let subscription: Subscription | undefined;
  let markReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (markReady = resolve));

  function tell(event: WatchEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error('a cache listener failed', { error, kind: event.object.kind, name: event.object.metadata.name });
      }
    }
  }

  function take(object: KubeObject): void {
    const { uid, resourceVersion } = object.metadata;
    const known = index.byUid(uid);
    if (ended.has(uid) || (known !== undefined && !isNewer(resourceVersion, known.metadata.resourceVersion))) return;
    index.put(object);
    tell({ type: known === undefined ? 'added' : 'modified', object, resourceVersion });
  }

  function drop(uid: string, event: WatchEvent): void {
    const known = index.byUid(uid) !== undefined;
    index.remove(uid);
    if (known) tell({ ...event, type: 'deleted' });
  }

  function onEvent(event: WatchEvent): void {
    const { kind, metadata } = event.object;
    const floor = floors.get(kind);
    // The watch starts at the oldest of the lists; what a list already told is not told again.
    if (floor !== undefined && !isNewer(event.resourceVersion, floor)) return;
    if (event.type !== 'deleted') {
      take(event.object);
      return;
    }
    drop(metadata.uid, event);
    ended.delete(metadata.uid);
  }

  function takeListing(kind: string, listing: Listing<KubeObject>): void {
    floors.set(kind, listing.resourceVersion);
    const present = new Set(listing.items.map((object) => object.metadata.uid));
    for (const object of index.select(kind)) {
      const { uid, resourceVersion } = object.metadata;
      // Written by ourselves after this list was taken: the list does not know it yet.
      if (present.has(uid) || isNewer(resourceVersion, listing.resourceVersion)) continue;
      drop(uid, { type: 'deleted', object, resourceVersion: listing.resourceVersion });
    }
    for (const object of listing.items) take(object);
  }

  async function listAndWatch(): Promise<void> {
    const scope = options.namespace === undefined ? {} : { namespace: options.namespace };
    const listings = await Promise.all(kinds.map((kind) => store.list(kind, scope)));
    if (stop.signal.aborted) return;
    for (const [at, listing] of listings.entries()) takeListing(kinds[at] ?? '', listing);
    const since = String(Math.min(...listings.map((listing) => Number(listing.resourceVersion))));
    markReady();
    await new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
      subscription = store.watch(
        { kinds, since, ...scope },
        {
          onEvent: (event) => {
            if (!stop.signal.aborted) onEvent(event);
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

  async function follow(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted;) {
      try {
        await listAndWatch();
        failures = 1;
      } catch (error) {
        failures += 1;
        log.warn('listing failed', { kinds, error });
      }
      await clock.sleep(backoffMs(failures, { firstMs: 20, limitMs: 10_000 }, random()), stop.signal);
    }
  }
  void follow();

  function takeWritten(write: Write, result: WriteResult['results'][number]): void {
    if (result.object !== undefined) {
      if (kinds.includes(result.object.kind)) take(result.object);
    } else if (write.op === 'delete' && result.outcome === 'deleted') {
      const known = index.byRef(write.ref);
      if (known === undefined) return;
      const { uid, resourceVersion } = known.metadata;
      ended.add(uid);
      drop(uid, { type: 'deleted', object: known, resourceVersion });
    }
  }

  return {
    kinds,
    ready,
    // The caller names the type that belongs to the kind; the store checked the shape when the object was written.
    get: <T extends KubeObject>(ref: ObjectRef) => index.byRef(ref) as T | undefined,
    list: <T extends KubeObject>(kind: string, selection?: Selection) => index.select(kind, selection) as readonly T[],
    owned: <T extends KubeObject>(kind: string, uid: string) => index.ownedBy(kind, uid) as readonly T[],
    write: async (batch) => {
      const result = await store.write(batch);
      for (const [at, write] of batch.entries()) {
        const one = result.results[at];
        if (one !== undefined) takeWritten(write, one);
      }
      return result;
    },
    subscribe: (listener) => {
      for (const object of index.all()) {
        listener({ type: 'added', object, resourceVersion: object.metadata.resourceVersion });
      }
      listeners.add(listener);
      return { close: () => void listeners.delete(listener) };
    },
    close: () => {
      stop.abort();
      subscription?.close();
      listeners.clear();
    },
  };
}
