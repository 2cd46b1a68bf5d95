import type { ObjectMeta, StringMap } from '../model/meta.ts';
import { POD_TEMPLATE_HASH_LABEL } from '../model/workload.ts';
import type { WorkloadIdentity } from '../routing/table.ts';

/** What naming a workload needs of a pod (a ReplicaSet's template with its owner will do as well). */
export interface PodLike {
  readonly metadata: Pick<ObjectMeta, 'name'> & Partial<Pick<ObjectMeta, 'namespace' | 'labels' | 'ownerReferences'>>;
}

/** Name of the workload behind a pod: its Deployment where the ReplicaSet's name ends in the template hash, else the owner, else the pod. */
export function workloadName(pod: PodLike): string {
  const owner =
    pod.metadata.ownerReferences?.find((reference) => reference.controller) ?? pod.metadata.ownerReferences?.[0];
  if (owner === undefined) return pod.metadata.name;
  const hash = pod.metadata.labels?.[POD_TEMPLATE_HASH_LABEL];
  const suffix = hash === undefined ? undefined : `-${hash}`;
  if (owner.kind === 'ReplicaSet' && suffix !== undefined && owner.name.endsWith(suffix)) {
    return owner.name.slice(0, -suffix.length);
  }
  return owner.name;
}

/**
 * A pod as Istio's metrics name it: `app` and `version` are the canonical name and revision
 * (labels `service.istio.io/canonical-*`, then `app.kubernetes.io/*`, then `app` / `version`).
 */
export function workloadIdentity(pod: PodLike): WorkloadIdentity {
  const labels: StringMap = pod.metadata.labels ?? {};
  const workload = workloadName(pod);
  return {
    workload,
    namespace: pod.metadata.namespace ?? 'default',
    app: labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? workload,
    version:
      labels['service.istio.io/canonical-revision'] ??
      labels['app.kubernetes.io/version'] ??
      labels['version'] ??
      'latest',
    labels,
  };
}
