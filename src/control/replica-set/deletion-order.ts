/** Which pods go first when a ReplicaSet shrinks. Source: Kubernetes, controller_utils.go ActivePodsWithRanks. */
import { readySince } from '../../core/rollout/availability.ts';
import type { Pod } from '../../core/model/pod.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function rankOfPhase(pod: Pod): number {
  return phaseRank[pod.status?.phase ?? 'Pending'] ?? 0;
}

function cost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

/** Negative where `a` goes before `b`. */
function compare(a: Pod, b: Pod): number {
  const [readyA, readyB] = [readySince(a), readySince(b)];
  return (
    rankOfPhase(a) - rankOfPhase(b) ||
    Number(readyA !== undefined) - Number(readyB !== undefined) ||
    cost(a) - cost(b) ||
    (readyB ?? 0) - (readyA ?? 0) ||
    restarts(b) - restarts(a) ||
    Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

/** First the pods whose loss costs least: not started, not ready, cheap, ready for a short time, often restarted, young. */
export function inDeletionOrder(pods: readonly Pod[]): readonly Pod[] {
  return [...pods].sort(compare);
}
