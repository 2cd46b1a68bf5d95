/** The STATUS and RESTARTS of a pod in words, as kubectl's printPod decides them. */
import type { ContainerState, ContainerStatus, Pod } from '../../core/model/pod.ts';
import { age } from '../render/age.ts';

function endedReason(ended: NonNullable<ContainerState['terminated']>): string {
  if (ended.reason !== '') return ended.reason;
  return ended.signal === undefined || ended.signal === 0 ? `ExitCode:${ended.exitCode}` : `Signal:${ended.signal}`;
}

function initReason(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const total = pod.spec.initContainers?.length ?? 0;
  const index = statuses.findIndex(({ state, started }) => state.terminated?.exitCode !== 0 && started !== true);
  const state = statuses[index]?.state;
  if (state === undefined) return undefined;
  if (state.terminated !== undefined) return `Init:${endedReason(state.terminated)}`;
  const waiting = state.waiting?.reason ?? '';
  return waiting === '' || waiting === 'PodInitializing' ? `Init:${index}/${total}` : `Init:${waiting}`;
}

function containerReason(statuses: readonly ContainerStatus[], phase: string): string {
  let reason = phase;
  let isRunning = false;
  for (const { state, ready } of statuses.toReversed()) {
    if (state.waiting !== undefined && state.waiting.reason !== '') reason = state.waiting.reason;
    else if (state.terminated !== undefined) reason = endedReason(state.terminated);
    else if (ready && state.running !== undefined) isRunning = true;
  }
  if (reason !== 'Completed' || !isRunning) return reason;
  return statuses.every(({ ready }) => ready) ? 'Running' : 'NotReady';
}

export function podStatus(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const status = pod.status;
  const phase = status?.reason ?? status?.phase ?? 'Pending';
  return initReason(pod) ?? containerReason(status?.containerStatuses ?? [], phase);
}

export function podReady(pod: Pod): string {
  const ready = (pod.status?.containerStatuses ?? []).filter((status) => status.ready).length;
  return `${ready}/${pod.spec.containers.length}`;
}

/** E.g. `0`, or `3 (5m ago)`. */
export function podRestarts(pod: Pod, now: number): string {
  const statuses = pod.status?.containerStatuses ?? [];
  const count = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []).toSorted();
  const last = ends.at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${age(last, now)} ago)`;
}
