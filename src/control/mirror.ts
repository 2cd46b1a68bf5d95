/** What a watcher knows of the store: lists, events and own writes brought together into one growing picture. */
import type { KubeObject } from '../core/model/meta.ts';
import type { Log } from '../lib/log.ts';
import type { Listing, Subscription, WatchEvent, Write, WriteResult } from '../ports/store.ts';
import { objectIndex } from './object-index.ts';
import type { ObjectIndex } from './object-index.ts';

export interface Mirror {
  readonly index: ObjectIndex;
  /** Takes in all objects of a kind; what was known and is not among them is gone. */
  takeListing(kind: string, listing: Listing<KubeObject>): void;
  takeEvent(event: WatchEvent): void;
  takeWritten(write: Write, result: WriteResult['results'][number]): void;
  /** Tells of every later change; what is there already comes as `added` at once. */
  subscribe(listener: (event: WatchEvent) => void): Subscription;
  close(): void;
}

interface State {
  readonly kinds: readonly string[];
  readonly log: Log;
  readonly index: ObjectIndex;
  readonly listeners: Set<(event: WatchEvent) => void>;
  /** Objects that our own writes removed and whose end the watch has not told yet. A uid never comes back. */
  readonly ended: Set<string>;
  /** Version of the last list, by kind. */
  readonly floors: Map<string, string>;
}

/** An empty picture of objects of these kinds. */
export function createMirror(kinds: readonly string[], log: Log): Mirror {
  const index = objectIndex();
  const state: State = { kinds, log, index, listeners: new Set(), ended: new Set(), floors: new Map() };
  return {
    index,
    takeListing: (kind, listing) => takeListing(state, kind, listing),
    takeEvent: (event) => takeEvent(state, event),
    takeWritten: (write, result) => takeWritten(state, write, result),
    subscribe: (listener) => {
      for (const object of index.all()) {
        listener({ type: 'added', object, resourceVersion: object.metadata.resourceVersion });
      }
      state.listeners.add(listener);
      return { close: () => void state.listeners.delete(listener) };
    },
    close: () => state.listeners.clear(),
  };
}

/** Versions are one growing number for the whole store, as text. */
function isNewer(a: string, b: string): boolean {
  return Number(a) > Number(b);
}

function tell({ listeners, log }: State, event: WatchEvent): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      log.error('a cache listener failed', { error, kind: event.object.kind, name: event.object.metadata.name });
    }
  }
}

function take(state: State, object: KubeObject): void {
  const { uid, resourceVersion } = object.metadata;
  const known = state.index.byUid(uid);
  if (state.ended.has(uid) || (known && !isNewer(resourceVersion, known.metadata.resourceVersion))) return;
  state.index.put(object);
  tell(state, { type: known === undefined ? 'added' : 'modified', object, resourceVersion });
}

function drop(state: State, uid: string, event: WatchEvent): void {
  const isKnown = state.index.byUid(uid) !== undefined;
  state.index.remove(uid);
  if (isKnown) tell(state, { ...event, type: 'deleted' });
}

function takeEvent(state: State, event: WatchEvent): void {
  const { kind, metadata } = event.object;
  const floor = state.floors.get(kind);
  // The watch starts at the oldest of the lists; what a list already told is not told again.
  if (floor !== undefined && !isNewer(event.resourceVersion, floor)) return;
  if (event.type !== 'deleted') {
    take(state, event.object);
    return;
  }
  drop(state, metadata.uid, event);
  state.ended.delete(metadata.uid);
}

function takeListing(state: State, kind: string, listing: Listing<KubeObject>): void {
  state.floors.set(kind, listing.resourceVersion);
  const present = new Set(listing.items.map((object) => object.metadata.uid));
  for (const object of state.index.select(kind)) {
    const { uid, resourceVersion } = object.metadata;
    // Written by ourselves after this list was taken: the list does not know it yet.
    if (present.has(uid) || isNewer(resourceVersion, listing.resourceVersion)) continue;
    drop(state, uid, { type: 'deleted', object, resourceVersion: listing.resourceVersion });
  }
  for (const object of listing.items) take(state, object);
}

function takeWritten(state: State, write: Write, result: WriteResult['results'][number]): void {
  if (result.object !== undefined) {
    if (state.kinds.includes(result.object.kind)) take(state, result.object);
  } else if (write.op === 'delete' && result.outcome === 'deleted') {
    const known = state.index.byRef(write.ref);
    if (known === undefined) return;
    const { uid, resourceVersion } = known.metadata;
    state.ended.add(uid);
    drop(state, uid, { type: 'deleted', object: known, resourceVersion });
  }
}
