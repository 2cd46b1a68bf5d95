/** Create, update, status and apply of one object. */
import { admitted } from '../../../control/manifest/admission.ts';
import type { Admitted } from '../../../control/manifest/admission.ts';
import { isObject, sameJson, valueAt } from '../../../core/model/json.ts';
import type { JsonObject } from '../../../core/model/json.ts';
import { isEnding, objectName, refOf } from '../../../core/model/kinds.ts';
import { mergeApplied } from '../../../core/model/merge.ts';
import type { KubeObject, NewObject, ObjectMeta, ObjectRef, OwnerReference } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';
import { finishIfFree } from './delete-object.ts';
import { requireMutable } from './immutable.ts';
import type { Stored } from './object-table.ts';
import { assembled, bodyOf, require, requireVersion, statusOf, timestamp, writtenMeta } from './writing.ts';
import type { OneResult, Writing } from './writing.ts';
import { withoutOldType } from './service-type.ts';
import { unenforced } from './unenforced.ts';

/** @throws Fault `invalid`, `exists`, `notFound` (namespace), `conflict` (owner gone), `refused` */
export function createObject(writing: Writing, object: NewObject): OneResult {
  return created(writing, admitted(object), {});
}

function created(writing: Writing, admission: Admitted, applied: Stored['applied']): OneResult {
  const ref = refOf(admission.object);
  if (writing.draft.find(ref) !== undefined) {
    const name = objectName(ref);
    throw new Fault('exists', { key: 'fault.exists', params: { object: name } }, { place: { object: name } });
  }
  requireNamespace(writing, ref);
  requireOwners(writing, ref, admission.object.metadata.ownerReferences ?? []);
  const metadata: ObjectMeta = {
    name: ref.name,
    ...(ref.namespace === '' ? {} : { namespace: ref.namespace }),
    uid: writing.newUid(),
    resourceVersion: '',
    generation: 1,
    creationTimestamp: timestamp(writing.nowMs),
    ...writtenMeta(admission.object.metadata),
  };
  const { apiVersion, kind } = admission.object;
  const object = assembled({ apiVersion, kind, metadata, body: bodyOf(admission.object), status: undefined });
  return result('created', writing.draft.put({ object, applied }, 'added').object, admission);
}

/** Everything but `status`. @throws Fault `invalid`, `notFound`, `conflict`, `refused` */
export function updateObject(writing: Writing, object: KubeObject): OneResult {
  const stored = require(writing, refOf(object));
  requireVersion(writing, stored.object, object);
  return changed(writing, stored, admitted(withoutOldType(stored.object, object)));
}

/** Nothing but `status`. @throws Fault `notFound`, `conflict` */
export function updateStatus(writing: Writing, object: KubeObject): OneResult {
  const stored = require(writing, refOf(object));
  requireVersion(writing, stored.object, object);
  const status = statusOf(object);
  if (sameJson(status, statusOf(stored.object))) return { outcome: 'same', object: stored.object };
  const { apiVersion, kind, metadata } = stored.object;
  const next = assembled({ apiVersion, kind, metadata, body: bodyOf(stored.object), status });
  return { outcome: 'changed', object: writing.draft.put({ ...stored, object: next }, 'modified').object };
}

/**
 * Three-way merge on behalf of a manager; creates the object where it is missing.
 * @throws Fault as `createObject` and `updateObject`
 */
export function applyObject(writing: Writing, object: NewObject, manager: string): OneResult {
  const { object: written, notices } = admitted(object);
  const admission = { object: written, notices: [...notices, ...unenforced(written)] };
  const next = content(written);
  const stored = writing.draft.find(refOf(admission.object));
  if (stored === undefined) return created(writing, admission, { [manager]: next });
  const { [manager]: last, ...others } = stored.applied;
  const merged = mergeApplied({ last, live: content(stored.object), next, others: Object.values(others) });
  const applied = { ...stored.applied, [manager]: next };
  const proposal = { ...admission.object, ...bodyIn(merged), metadata: metaIn(merged, admission.object) };
  const outcome = changed(
    writing,
    { ...stored, applied },
    {
      object: admitted(withoutOldType(stored.object, withoutLeftovers(proposal, merged))).object,
      notices: admission.notices,
    },
  );
  if (outcome.outcome === 'same' && !sameJson(last, next)) writing.draft.note({ ...stored, applied });
  return outcome;
}

/** What merging looks at: what writers set, without identity and status. */
function content(object: NewObject | KubeObject): JsonObject {
  return { metadata: { ...writtenMeta(object.metadata) }, ...bodyOf(object) };
}

function bodyIn(merged: unknown): JsonObject {
  return isObject(merged) ? bodyOf(merged) : {};
}

function metaIn(merged: unknown, object: NewObject): JsonObject {
  const metadata = valueAt(merged, 'metadata');
  const { name, namespace } = object.metadata;
  return { name, ...(namespace === undefined ? {} : { namespace }), ...(isObject(metadata) ? metadata : {}) };
}

/** Only top-level fields that the merge kept. */
function withoutLeftovers(proposal: JsonObject, merged: unknown): JsonObject {
  const isKept = (key: string): boolean =>
    ['apiVersion', 'kind', 'metadata'].includes(key) || valueAt(merged, key) !== undefined;
  return Object.fromEntries(Object.entries(proposal).filter(([key]) => isKept(key)));
}

function changed(writing: Writing, stored: Stored, admission: Admitted): OneResult {
  const before = stored.object;
  const { labels: _l, annotations: _a, ownerReferences: _o, finalizers: _f, ...identity } = before.metadata;
  const body = bodyOf(admission.object);
  const isBodySame = sameJson(body, bodyOf(before));
  const generation = before.metadata.generation + (isBodySame ? 0 : 1);
  const metadata: ObjectMeta = { ...identity, generation, ...writtenMeta(admission.object.metadata) };
  const { apiVersion, kind } = admission.object;
  const object = assembled({ apiVersion, kind, metadata, body, status: statusOf(before) });
  if (sameJson(object, before)) return result('same', before, admission);
  requireMutable(before, object);
  requireNoNewFinalizer(before, object);
  const kept = writing.draft.put({ ...stored, object }, 'modified');
  if (finishIfFree(writing, kept)) return { outcome: 'deleted', notices: admission.notices };
  return result('changed', kept.object, admission);
}

function result(outcome: OneResult['outcome'], object: KubeObject, admission: Admitted): OneResult {
  return { outcome, object, ...(admission.notices.length === 0 ? {} : { notices: admission.notices }) };
}

function requireNamespace(writing: Writing, ref: ObjectRef): void {
  if (ref.namespace === '') return;
  const namespace = writing.draft.find({ kind: 'Namespace', namespace: '', name: ref.namespace });
  const params = { namespace: ref.namespace, object: objectName(ref) };
  const place = { object: objectName(ref), field: 'metadata.namespace' };
  if (namespace === undefined) {
    const remedy = { key: 'store.namespaceMissingRemedy' } as const;
    throw new Fault('notFound', { key: 'store.namespaceMissing', params }, { place, remedy });
  }
  if (isEnding(namespace.object)) throw new Fault('refused', { key: 'store.namespaceEnding', params }, { place });
}

/** An object whose owners are all gone would never be collected. */
function requireOwners(writing: Writing, ref: ObjectRef, owners: readonly OwnerReference[]): void {
  if (owners.length === 0 || owners.some((owner) => writing.draft.holds(owner.uid))) return;
  const object = objectName(ref);
  throw new Fault('conflict', { key: 'store.ownerGone', params: { object } }, { place: { object } });
}

function requireNoNewFinalizer(before: KubeObject, after: KubeObject): void {
  const known = before.metadata.finalizers ?? [];
  if (!isEnding(before) || (after.metadata.finalizers ?? []).every((name) => known.includes(name))) return;
  const object = objectName(refOf(before));
  throw new Fault('refused', { key: 'store.ending', params: { object } }, { place: { object } });
}
