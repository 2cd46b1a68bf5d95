/** The objects in memory. SQLite is where they survive; this is where they are read. */
import { normalRef, refKey, refOf } from '../../../core/model/kinds.ts';
import type { JsonObject } from '../../../core/model/json.ts';
import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';

export interface Stored {
  readonly object: KubeObject;
  /** What each manager applied last. */
  readonly applied: Readonly<Record<string, JsonObject>>;
}

/** What a write needs to see. */
export interface StoreView {
  find(ref: ObjectRef): Stored | undefined;
  /** Objects that name this uid as an owner. */
  ownedBy(uid: string): readonly Stored[];
  /** Namespaced objects in it. */
  inNamespace(namespace: string): readonly Stored[];
  holds(uid: string): boolean;
}

export interface ObjectTable extends StoreView {
  put(stored: Stored): void;
  remove(ref: ObjectRef): void;
  /** Sorted by namespace and name. */
  list(kind: string, namespace?: string): readonly KubeObject[];
}

/** An empty table. `blocked` is asked before every look at one object: it may throw. */
export function createObjectTable(blocked: (ref: ObjectRef) => void = () => undefined): ObjectTable {
  const byKind = new Map<string, Map<string, Stored>>();
  const keysOfOwner = new Map<string, Map<string, ObjectRef>>();
  const uids = new Set<string>();

  function find(ref: ObjectRef): Stored | undefined {
    const normal = normalRef(ref);
    blocked(normal);
    return byKind.get(normal.kind)?.get(refKey(normal));
  }

  function remove(ref: ObjectRef): void {
    const stored = byKind.get(ref.kind)?.get(refKey(ref));
    if (stored === undefined) return;
    byKind.get(ref.kind)?.delete(refKey(ref));
    uids.delete(stored.object.metadata.uid);
    for (const owner of stored.object.metadata.ownerReferences ?? []) {
      const keys = keysOfOwner.get(owner.uid);
      keys?.delete(refKey(ref));
      if (keys?.size === 0) keysOfOwner.delete(owner.uid);
    }
  }

  function put(stored: Stored): void {
    const ref = refOf(stored.object);
    remove(ref);
    const table = byKind.get(ref.kind) ?? new Map<string, Stored>();
    byKind.set(ref.kind, table.set(refKey(ref), stored));
    uids.add(stored.object.metadata.uid);
    for (const owner of stored.object.metadata.ownerReferences ?? []) {
      const keys = keysOfOwner.get(owner.uid) ?? new Map<string, ObjectRef>();
      keysOfOwner.set(owner.uid, keys.set(refKey(ref), ref));
    }
  }

  return {
    find,
    put,
    remove,
    holds: (uid) => uids.has(uid),
    ownedBy: (uid) => [...(keysOfOwner.get(uid)?.values() ?? [])].flatMap((ref) => find(ref) ?? []),
    inNamespace: (namespace) =>
      [...byKind.values()].flatMap((table) =>
        [...table.values()].filter((stored) => stored.object.metadata.namespace === namespace),
      ),
    list: (kind, namespace) =>
      [...(byKind.get(kind)?.values() ?? [])]
        .map((stored) => stored.object)
        .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
        .sort(byName),
  };
}

function byName(a: KubeObject, b: KubeObject): number {
  return compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || compare(a.metadata.name, b.metadata.name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
