/** What the single write operations share. */
import type { JsonObject } from '../../../core/model/json.ts';
import { isObject } from '../../../core/model/json.ts';
import { normalRef, objectName, refOf } from '../../../core/model/kinds.ts';
import type { KubeObject, NewObjectMeta, ObjectMeta, ObjectRef } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';
import type { WriteResult } from '../../../ports/store.ts';
import type { Draft } from './draft.ts';
import type { Stored, StoreView } from './object-table.ts';

export type OneResult = WriteResult['results'][number];

export interface Writing {
  readonly draft: Draft;
  /** As it was before the batch. */
  readonly before: StoreView;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly newUid: () => string;
}

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** @throws Fault `notFound` */
export function require(writing: Writing, wanted: ObjectRef): Stored {
  const ref = normalRef(wanted);
  const stored = writing.draft.find(ref);
  if (stored !== undefined) return stored;
  throw new Fault(
    'notFound',
    { key: 'fault.notFound', params: { kind: ref.kind, name: ref.name, namespace: ref.namespace } },
    { place: { object: objectName(ref) } },
  );
}

/**
 * The version that the caller read must be the present one, or the one from before this batch.
 * @throws Fault `conflict`
 */
export function requireVersion(writing: Writing, current: KubeObject, given: KubeObject): void {
  const ref = refOf(current);
  const before = writing.before.find(ref)?.object.metadata;
  const isSame = given.metadata.uid === undefined || given.metadata.uid === current.metadata.uid;
  const found = given.metadata.resourceVersion;
  const isFresh = found === current.metadata.resourceVersion || found === before?.resourceVersion;
  if (isSame && isFresh) return;
  const object = objectName(ref);
  throw new Fault(
    'conflict',
    { key: 'fault.conflict', params: { object } },
    { place: { object }, expected: current.metadata.resourceVersion, found: String(found) },
  );
}

/** Everything of an object but its identity, metadata and status: `spec`, `data` and the like. */
export function bodyOf(object: object): JsonObject {
  const whole: JsonObject = { ...object };
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...body } = whole;
  return body;
}

export function statusOf(object: object): unknown {
  return isObject(object) ? object['status'] : undefined;
}

/** The parts of metadata that writers set. */
export function writtenMeta(
  metadata: NewObjectMeta,
): Pick<NewObjectMeta, 'labels' | 'annotations' | 'ownerReferences' | 'finalizers'> {
  const { labels, annotations, ownerReferences, finalizers } = metadata;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
}

export interface Parts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly body: JsonObject;
  readonly status: unknown;
}

/** In the order in which people read it. */
export function assembled(parts: Parts): KubeObject {
  const { apiVersion, kind, metadata, body, status } = parts;
  return { apiVersion, kind, metadata, ...body, ...(status === undefined ? {} : { status }) };
}
