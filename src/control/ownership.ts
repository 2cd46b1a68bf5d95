/** Who owns what: controller references, adoption of strays and release of those that do not fit any more. */
import { matchesSelector } from '../core/model/labels.ts';
import { isEnding } from '../core/model/kinds.ts';
import type { KubeObject, LabelSelector, OwnerReference } from '../core/model/meta.ts';
import type { Cache } from './cache.ts';
import type { Write } from '../ports/store.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference that makes `owner` the controller of another object. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

export interface Claim {
  readonly cache: Cache;
  readonly owner: KubeObject;
  readonly selector: LabelSelector;
  /** Kind of the objects to claim. */
  readonly kind: string;
  /** Strays that are not worth taking. Default: all are. */
  mayAdopt?(object: KubeObject): boolean;
}

/**
 * Objects that belong to the owner, after strays that its selector matches were adopted and own ones that it does not
 * match any more were let go. Source: Kubernetes, controller_ref_manager.go.
 */
export async function claimed<T extends KubeObject>(claim: Claim): Promise<readonly T[]> {
  const { cache, owner, selector, kind } = claim;
  const namespace = owner.metadata.namespace ?? '';
  const owned = cache
    .owned<T>(kind, owner.metadata.uid)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
  if (isEnding(owner)) return owned;
  const strays = cache
    .list<T>(kind, { namespace, labels: selector })
    .filter((object) => controllerOf(object) === undefined && !isEnding(object))
    .filter((object) => claim.mayAdopt?.(object) ?? true);
  const misfits = owned.filter((object) => !matchesSelector(selector, object.metadata.labels));
  if (strays.length + misfits.length === 0) return owned;
  const writes: readonly Write[] = [
    ...strays.map((object) => owning(object, [...ownersOf(object), controllerReference(owner)])),
    ...misfits.map((object) =>
      owning(
        object,
        ownersOf(object).filter(({ uid }) => uid !== owner.metadata.uid),
      ),
    ),
  ];
  await cache.write(writes);
  return cache.owned<T>(kind, owner.metadata.uid);
}

function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? [];
}

function owning(object: KubeObject, ownerReferences: readonly OwnerReference[]): Write {
  const { ownerReferences: _before, ...metadata } = object.metadata;
  const next = ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences };
  return { op: 'update', object: { ...object, metadata: next } };
}
