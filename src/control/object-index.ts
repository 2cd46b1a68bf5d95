/** Objects in memory, found by name, kind, namespace, label or owner without walking all of them. */
import { matchesSelector } from '../core/model/labels.ts';
import { refKey, refOf } from '../core/model/kinds.ts';
import type { KubeObject, LabelSelector, ObjectRef } from '../core/model/meta.ts';

export interface Selection {
  /** Absent = all namespaces. */
  readonly namespace?: string;
  /** Absent or empty = all. */
  readonly labels?: LabelSelector;
}

export interface ObjectIndex {
  byRef(ref: ObjectRef): KubeObject | undefined;
  byUid(uid: string): KubeObject | undefined;
  select(kind: string, selection?: Selection): readonly KubeObject[];
  /** Objects of this kind that name the uid among their owners. */
  ownedBy(kind: string, uid: string): readonly KubeObject[];
  put(object: KubeObject): void;
  remove(uid: string): void;
  all(): Iterable<KubeObject>;
}

/** The facets under which an object is found. Separated by a character that no name or label contains. */
function facets(object: KubeObject): readonly string[] {
  const { namespace = '', labels = {}, ownerReferences = [] } = object.metadata;
  const found = [`kind\n${object.kind}`, `place\n${object.kind}\n${namespace}`];
  for (const [key, value] of Object.entries(labels)) {
    found.push(`label\n${object.kind}\n${namespace}\n${key}=${value}`);
  }
  for (const owner of ownerReferences) found.push(`owner\n${object.kind}\n${owner.uid}`);
  return found;
}

/** The smallest group of objects that must contain everything selected. */
function narrowest(kind: string, selection: Selection, groups: ReadonlyMap<string, ReadonlySet<string>>): string {
  const { namespace, labels } = selection;
  if (namespace === undefined) return `kind\n${kind}`;
  let best = `place\n${kind}\n${namespace}`;
  for (const [key, value] of Object.entries(labels?.matchLabels ?? {})) {
    const name = `label\n${kind}\n${namespace}\n${key}=${value}`;
    if ((groups.get(name)?.size ?? 0) < (groups.get(best)?.size ?? 0)) best = name;
  }
  return best;
}

/** An empty index. Order of answers: by namespace and name, so that controllers decide the same way every time. */
export function objectIndex(): ObjectIndex {
  const objects = new Map<string, KubeObject>();
  const refs = new Map<string, string>();
  const groups = new Map<string, Set<string>>();

  function collect(group: string): KubeObject[] {
    const found: KubeObject[] = [];
    for (const uid of groups.get(group) ?? []) {
      const object = objects.get(uid);
      if (object !== undefined) found.push(object);
    }
    return found.sort(byPlace);
  }

  function remove(uid: string): void {
    const object = objects.get(uid);
    if (object === undefined) return;
    objects.delete(uid);
    const ref = refKey(refOf(object));
    if (refs.get(ref) === uid) refs.delete(ref);
    for (const facet of facets(object)) {
      const group = groups.get(facet);
      group?.delete(uid);
      if (group?.size === 0) groups.delete(facet);
    }
  }

  return {
    byUid: (uid) => objects.get(uid),
    byRef: (ref) => {
      const uid = refs.get(refKey(ref));
      return uid === undefined ? undefined : objects.get(uid);
    },
    select: (kind, selection = {}) =>
      collect(narrowest(kind, selection, groups)).filter((object) =>
        matchesSelector(selection.labels, object.metadata.labels),
      ),
    ownedBy: (kind, uid) => collect(`owner\n${kind}\n${uid}`),
    put: (object) => {
      const { uid } = object.metadata;
      remove(uid);
      objects.set(uid, object);
      refs.set(refKey(refOf(object)), uid);
      for (const facet of facets(object)) {
        const group = groups.get(facet) ?? new Set();
        group.add(uid);
        groups.set(facet, group);
      }
    },
    remove,
    all: () => objects.values(),
  };
}

function byPlace(a: KubeObject, b: KubeObject): number {
  const left = `${a.metadata.namespace ?? ''}/${a.metadata.name}`;
  const right = `${b.metadata.namespace ?? ''}/${b.metadata.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
