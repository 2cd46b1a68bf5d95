/** A store on a real file in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../core/model/json.ts';
import type { KubeObject, NewObject, ObjectRef } from '../../../core/model/meta.ts';
import type { WatchEvent } from '../../../ports/store.ts';
import { openStore } from './open-store.ts';
import type { LocalStore } from './open-store.ts';

export interface StoreBed extends Disposable {
  readonly folder: string;
  readonly path: string;
  /** Milliseconds since 1970 of the next look at the clock. */
  nowMs: number;
  readonly store: LocalStore;
  /** Closes the store and opens it again. */
  reopen(): LocalStore;
}

export function storeBed(options: { readonly historyLimit?: number } = {}): StoreBed {
  const folder = mkdtempSync(join(tmpdir(), 'serin-store-'));
  const path = join(folder, 'serin.db');
  let uids = 0;
  const clock = { now: () => bed.nowMs, sleep: () => Promise.resolve() };
  const open = (): LocalStore => openStore({ path, clock, newUid: () => `uid-${(uids += 1)}`, ...options });
  const bed: StoreBed = {
    folder,
    path,
    nowMs: Date.parse('2026-01-01T00:00:00Z'),
    get store() {
      return store;
    },
    reopen() {
      store[Symbol.dispose]();
      store = open();
      return store;
    },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
  let store = open();
  return bed;
}

/** All microtasks that wait, and what they start. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a watcher was told. */
export interface Seen {
  readonly events: WatchEvent[];
  readonly lost: unknown[];
}

export function watching(store: LocalStore, kinds: readonly string[], since: string): Seen {
  const seen: Seen = { events: [], lost: [] };
  store.watch(
    { kinds, since },
    { onEvent: (event) => void seen.events.push(event), onLost: (cause) => void seen.lost.push(cause) },
  );
  return seen;
}

export function configMap(name: string, fields: JsonObject = {}, metadata: JsonObject = {}): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...metadata },
    ...fields,
  } as NewObject;
}

export function pod(name: string, metadata: JsonObject = {}, spec: JsonObject = {}): NewObject {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
  };
  return object as NewObject;
}

export function ref(kind: string, name: string, namespace: string = 'default'): ObjectRef {
  return { kind, namespace, name };
}

export async function created(store: LocalStore, object: NewObject): Promise<KubeObject> {
  const { results } = await store.write([{ op: 'create', object }]);
  const kept = results[0]?.object;
  if (kept === undefined) throw new Error('nothing was created');
  return kept;
}

export function ownedBy(owner: KubeObject): JsonObject {
  const { name, uid } = owner.metadata;
  return { ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true }] };
}
