/** `scale --replicas=N deploy|rs NAME`. */
import { objectName } from '../../../core/model/kinds.ts';
import type { ObjectRef } from '../../../core/model/meta.ts';
import type { Deployment, ReplicaSet } from '../../../core/model/workload.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import { changeObject } from './change-object.ts';
import type { Changed } from './change-object.ts';

export interface ScaleRequest {
  /** A Deployment or a ReplicaSet. */
  readonly ref: ObjectRef;
  readonly replicas: number;
  /** Scale only if this many are wanted now. */
  readonly currentReplicas?: number;
}

/** @throws Fault `notFound`, `usage` for a kind or number that cannot be, `refused` where `currentReplicas` differs */
export async function scale(store: Store, request: ScaleRequest): Promise<Changed<Deployment | ReplicaSet>> {
  const { ref, replicas, currentReplicas } = request;
  if (ref.kind !== 'Deployment' && ref.kind !== 'ReplicaSet') {
    throw new Fault('usage', { key: 'rollout.notScalable', params: { kind: ref.kind } });
  }
  if (!Number.isSafeInteger(replicas) || replicas < 0) {
    throw new Fault('usage', { key: 'rollout.badReplicas', params: { found: replicas } });
  }
  return changeObject<Deployment | ReplicaSet>(store, ref, (live) => {
    const found = live.spec.replicas ?? 1;
    if (currentReplicas !== undefined && currentReplicas !== found) {
      const params = { object: objectName(ref), found, expected: currentReplicas };
      throw new Fault('refused', { key: 'rollout.replicaMismatch', params });
    }
    if (found === replicas) return undefined;
    return live.kind === 'Deployment'
      ? { ...live, spec: { ...live.spec, replicas } }
      : { ...live, spec: { ...live.spec, replicas } };
  });
}
