/** Deletion: grace of pods, finalizers, dependents, namespaces. */
import { valueAt } from '../../../core/model/json.ts';
import { isEnding, normalRef, objectName, refOf } from '../../../core/model/kinds.ts';
import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Stored } from './object-table.ts';
import { assembled, bodyOf, require, statusOf, timestamp } from './writing.ts';
import type { OneResult, Writing } from './writing.ts';

export interface Deletion {
  readonly ref: ObjectRef;
  /** Dependents stay, without this owner. */
  readonly orphan?: boolean;
  /** Pods only; 0 = at once. Default: the pod's own `terminationGracePeriodSeconds`, else 30. */
  readonly graceSeconds?: number;
}

/** These two are always there. */
export const SYSTEM_NAMESPACES: readonly string[] = ['default', 'istio-system'];

const DEFAULT_GRACE_SECONDS = 30;

/** @throws Fault `notFound`, `refused` */
export function deleteObject(writing: Writing, deletion: Deletion): OneResult {
  const ref = normalRef(deletion.ref);
  if (writing.draft.removed(ref)) return { outcome: 'deleted' };
  const stored = require(writing, ref);
  if (ref.kind === 'Namespace' && SYSTEM_NAMESPACES.includes(ref.name)) {
    const message = { key: 'store.namespaceKept', params: { namespace: ref.name } } as const;
    throw new Fault('refused', message, { place: { object: objectName(ref) } });
  }
  if (deletion.orphan === true) dropOwner(writing, stored);
  return end(writing, stored, deletion.graceSeconds);
}

/** Removes what has ended and is held by nothing any more. True if it is gone. */
export function finishIfFree(writing: Writing, stored: Stored): boolean {
  if (!isEnding(stored.object) || isHeld(writing, stored.object)) return false;
  remove(writing, stored);
  return true;
}

function isHeld(writing: Writing, object: KubeObject): boolean {
  return (
    (object.metadata.finalizers ?? []).length > 0 ||
    (object.metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
    (object.kind === 'Namespace' && writing.draft.inNamespace(object.metadata.name).length > 0)
  );
}

function remove(writing: Writing, stored: Stored): void {
  writing.draft.remove(stored);
  collectDependents(writing, stored.object.metadata.uid);
  finishNamespace(writing, stored.object.metadata.namespace);
}

/** Asks an object to end; what holds it back lets it end later. */
function end(writing: Writing, stored: Stored, graceSeconds: number | undefined): OneResult {
  if (stored.object.kind === 'Namespace') endContent(writing, stored.object.metadata.name);
  const ending = asEnding(writing, stored, graceSeconds);
  if (!isHeld(writing, ending.object)) {
    remove(writing, ending);
    return { outcome: 'deleted' };
  }
  if (ending === stored) return { outcome: 'same', object: stored.object };
  return { outcome: 'deleted', object: writing.draft.put(ending, 'modified').object };
}

/** With its time of deletion; the same object where a second request asks for nothing sooner. */
function asEnding(writing: Writing, stored: Stored, graceSeconds: number | undefined): Stored {
  const { object } = stored;
  const grace = graceOf(object, graceSeconds);
  const present = object.metadata.deletionGracePeriodSeconds ?? 0;
  if (isEnding(object) && grace >= present) return stored;
  const metadata = {
    ...object.metadata,
    deletionTimestamp: timestamp(writing.nowMs + grace * 1000),
    ...(object.kind === 'Pod' ? { deletionGracePeriodSeconds: grace } : {}),
  };
  const { apiVersion, kind } = object;
  const status = kind === 'Namespace' ? { phase: 'Terminating' } : statusOf(object);
  return { ...stored, object: assembled({ apiVersion, kind, metadata, body: bodyOf(object), status }) };
}

function graceOf(object: KubeObject, graceSeconds: number | undefined): number {
  if (object.kind !== 'Pod') return 0;
  const own = valueAt(valueAt(object, 'spec'), 'terminationGracePeriodSeconds');
  return Math.max(0, graceSeconds ?? (typeof own === 'number' ? own : DEFAULT_GRACE_SECONDS));
}

function endContent(writing: Writing, namespace: string): void {
  for (const stored of writing.draft.inNamespace(namespace)) {
    const present = writing.draft.find(refOf(stored.object));
    if (present !== undefined) end(writing, present, undefined);
  }
}

function finishNamespace(writing: Writing, namespace: string | undefined): void {
  if (namespace === undefined) return;
  const stored = writing.draft.find({ kind: 'Namespace', namespace: '', name: namespace });
  if (stored !== undefined) finishIfFree(writing, stored);
}

/** Background deletion: dependents go once no owner of theirs is left. */
function collectDependents(writing: Writing, uid: string): void {
  for (const dependent of writing.draft.ownedBy(uid)) {
    const present = writing.draft.find(refOf(dependent.object));
    if (present === undefined) continue;
    const owners = present.object.metadata.ownerReferences ?? [];
    if (owners.some((owner) => owner.uid !== uid && writing.draft.holds(owner.uid)))
      withoutOwner(writing, present, uid);
    else end(writing, present, undefined);
  }
}

function dropOwner(writing: Writing, owner: Stored): void {
  const { uid } = owner.object.metadata;
  for (const dependent of writing.draft.ownedBy(uid)) withoutOwner(writing, dependent, uid);
}

function withoutOwner(writing: Writing, stored: Stored, uid: string): void {
  const { ownerReferences = [], ...metadata } = stored.object.metadata;
  const rest = ownerReferences.filter((owner) => owner.uid !== uid);
  const object = {
    ...stored.object,
    metadata: { ...metadata, ...(rest.length === 0 ? {} : { ownerReferences: rest }) },
  };
  writing.draft.put({ ...stored, object }, 'modified');
}
