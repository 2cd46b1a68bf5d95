import { describe, expect, it } from 'vitest';
import type { ContainerState, ContainerStatus, Pod, PodSpec } from '../model/pod.ts';
import type { PodView } from './pod-status.ts';
import { isPodReady, podPhase, podStatus } from './pod-status.ts';

const at = '2026-01-01T00:00:00Z';
const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: at },
});
const running: ContainerState = { running: { startedAt: at } };
const waiting: ContainerState = { waiting: { reason: 'ContainerCreating' } };

const container = (state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'main',
  image: '',
  ready: state.running !== undefined,
  restartCount: 0,
  state,
  ...more,
});

function view(
  containers: readonly ContainerStatus[],
  more: Partial<PodView> = {},
  spec: Partial<PodSpec> = {},
): PodView {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: at },
    spec: { containers: [{ name: 'main' }], ...spec },
  };
  return {
    pod,
    podIP: '127.64.0.1',
    hostIP: '127.0.0.1',
    startTime: at,
    initialized: true,
    init: [],
    containers,
    terminating: false,
    notices: [],
    ...more,
  };
}

describe('podPhase', () => {
  it.each<[string, PodView, string]>([
    ['nothing started', view([container(waiting)]), 'Pending'],
    ['one of two waits', view([container(running), container(waiting)]), 'Pending'],
    ['running', view([container(running)]), 'Running'],
    ['crash loop', view([container({ waiting: { reason: 'CrashLoopBackOff' } }, { lastState: ended(1) })]), 'Running'],
    ['ended well, Always', view([container(ended(0))]), 'Running'],
    ['ended well, Never', view([container(ended(0))], {}, { restartPolicy: 'Never' }), 'Succeeded'],
    ['ended badly, Never', view([container(ended(3))], {}, { restartPolicy: 'Never' }), 'Failed'],
    ['ended badly, OnFailure', view([container(ended(3))], {}, { restartPolicy: 'OnFailure' }), 'Running'],
    ['init runs', view([container(waiting)], { initialized: false, init: [container(running)] }), 'Pending'],
    [
      'init failed, Never',
      view([container(waiting)], { initialized: false, init: [container(ended(1))] }, { restartPolicy: 'Never' }),
      'Failed',
    ],
  ])('%s', (_name, input, expected) => {
    expect(podPhase(input)).toBe(expected);
  });
});

describe('podStatus', () => {
  it('keeps the time of conditions that did not change', () => {
    const first = podStatus(view([container(waiting)]), undefined, 't1');
    const second = podStatus(view([container(running)]), first, 't2');
    const time = (type: string): string | undefined =>
      second.conditions?.find((each) => each.type === type)?.lastTransitionTime;
    expect([time('PodScheduled'), time('Initialized'), time('Ready')]).toEqual(['t1', 't1', 't2']);
  });

  it('is not ready while terminating, though its containers are', () => {
    const status = podStatus(view([container(running)], { terminating: true }), undefined, at);
    expect(isPodReady(status)).toBe(false);
    expect(status.conditions?.find(({ type }) => type === 'ContainersReady')?.status).toBe('True');
  });

  it('names unready containers and shows notices', () => {
    const status = podStatus(
      view([container(waiting)], { notices: [{ key: 'workload.limitsIgnored', params: { container: 'main' } }] }),
      undefined,
      at,
    );
    expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
    expect(status.conditions?.find(({ type }) => type === 'Notices')?.message).toBe(
      'container main: resource requests and limits are not enforced on one machine',
    );
  });
});
