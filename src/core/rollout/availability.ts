/** Which pods count, and from when on. Source: Kubernetes, controller_utils and pod/util. */
import { isEnding } from '../model/kinds.ts';
import { parseTime } from '../model/time.ts';
import type { Pod } from '../model/pod.ts';
import type { ReplicaSet } from '../model/workload.ts';

/** Not over and not asked to end. */
export function isActivePod(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return !isEnding(pod) && phase !== 'Succeeded' && phase !== 'Failed';
}

/** True while it may have processes; a pod that is ending does. */
export function isRunningPod(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

/** Since when it has been ready, in milliseconds since 1970; undefined = it is not. */
export function readySince(pod: Pod): number | undefined {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  return parseTime(ready.lastTransitionTime) ?? 0;
}

export function isReadyPod(pod: Pod): boolean {
  return readySince(pod) !== undefined;
}

/** Milliseconds until it counts as available if nothing changes; 0 = it is; undefined = it is not ready. */
function availableInMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const since = readySince(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}

export interface PodTally {
  /** Active pods. */
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  /** Until the next ready pod becomes available; undefined = none is waiting. */
  readonly nextAvailableMs?: number;
}

/** Counts of one owner's pods. */
export function tallyPods(pods: readonly Pod[], minReadySeconds: number, now: number): PodTally {
  let ready = 0;
  let available = 0;
  let nextAvailableMs = Number.POSITIVE_INFINITY;
  const active = pods.filter(isActivePod);
  for (const pod of active) {
    const wait = availableInMs(pod, minReadySeconds, now);
    if (wait === undefined) continue;
    ready += 1;
    if (wait === 0) available += 1;
    else nextAvailableMs = Math.min(nextAvailableMs, wait);
  }
  const counts = { replicas: active.length, ready, available };
  return Number.isFinite(nextAvailableMs) ? { ...counts, nextAvailableMs } : counts;
}

/** A ReplicaSet with what its pods are doing. `size` is what its spec asks for. */
export interface Crew {
  readonly set: ReplicaSet;
  readonly size: number;
  readonly pods: readonly Pod[];
  readonly tally: PodTally;
}

export function ownedPods(owner: ReplicaSet, pods: readonly Pod[]): readonly Pod[] {
  const { uid } = owner.metadata;
  return pods.filter((pod) => pod.metadata.ownerReferences?.some((ref) => ref.controller === true && ref.uid === uid));
}

/** Oldest first, as Kubernetes sorts by creation and then by name. */
export function crewsOf(
  sets: readonly ReplicaSet[],
  world: { readonly pods: readonly Pod[]; readonly minReadySeconds: number; readonly now: number },
): readonly Crew[] {
  const order = [...sets].sort((a, b) => byAge(a, b));
  return order.map((set) => {
    const pods = ownedPods(set, world.pods);
    return { set, size: set.spec.replicas ?? 1, pods, tally: tallyPods(pods, world.minReadySeconds, world.now) };
  });
}

function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const left = parseTime(a.metadata.creationTimestamp) ?? 0;
  const right = parseTime(b.metadata.creationTimestamp) ?? 0;
  return left - right || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/**
 * Pods of a crew that will be available once its ReplicaSet has its size: it ends pods that are not ready first. Right
 * even while the ReplicaSet has not yet followed its spec.
 */
export function lastingAvailable(crew: Crew): number {
  return Math.min(crew.tally.available, crew.size);
}

/** Pods of a crew that exist or will: those it has not yet ended count too. */
export function claimed(crew: Crew): number {
  return Math.max(crew.size, crew.tally.replicas);
}
