/** What a container's record looks like in the status of its pod. */
import type { Container, ContainerState, ContainerStatus } from '../../../core/model/pod.ts';
import type { ContainerRecord } from './pod-folder.ts';

/** What the record does not say. */
export interface ContainerNow {
  readonly isInit: boolean;
  readonly isRunning: boolean;
  /** What is waited for before the next instance. */
  readonly waiting: ContainerState['waiting'];
}

export function hasEndedWell(record: ContainerRecord): boolean {
  return record.phase === 'ended' && record.ended?.exitCode === 0;
}

function stateOf(record: ContainerRecord, { isRunning, waiting }: ContainerNow): ContainerState {
  if (waiting !== undefined) return { waiting };
  if (isRunning) return { running: { startedAt: new Date(record.startedAt ?? 0).toISOString() } };
  if (record.ended !== undefined && record.phase === 'ended') return { terminated: record.ended };
  return { waiting: { reason: 'ContainerCreating' } };
}

/** An init container is ready once it has ended well, any other while it runs and its probe says so. */
export function containerStatus(container: Container, record: ContainerRecord, now: ContainerNow): ContainerStatus {
  const state = stateOf(record, now);
  const isUp = state.running !== undefined;
  const last = state.terminated === undefined && record.phase === 'ended' ? record.ended : record.last;
  return {
    name: container.name,
    ready: now.isInit ? hasEndedWell(record) : isUp && record.ready === true,
    ...(now.isInit ? {} : { started: isUp && record.started === true }),
    restartCount: record.restartCount,
    image: container.image ?? '',
    state,
    ...(last === undefined ? {} : { lastState: { terminated: last } }),
  };
}
