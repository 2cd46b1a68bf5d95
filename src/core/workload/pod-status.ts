import type { Message } from '../../texts/catalogue.ts';
import { wordingOf } from '../../texts/catalogue.ts';
import type { Condition } from '../model/meta.ts';
import type { ContainerStatus, Pod, PodStatus } from '../model/pod.ts';

/** What is known of a pod's processes at one moment. */
export interface PodView {
  readonly pod: Pod;
  /** Absent before an address was given. */
  readonly podIP?: string;
  readonly hostIP: string;
  /** RFC 3339; when the pod was taken up. */
  readonly startTime?: string;
  /** All init containers have ended well (or there are none). */
  readonly initialized: boolean;
  readonly init: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** Its end has begun: out of readiness whatever the processes say. */
  readonly terminating: boolean;
  /** What cannot be honoured on one machine. */
  readonly notices: readonly Message[];
}

type Phase = PodStatus['phase'];

/** Phase as a kubelet computes it. Source: kubernetes/pkg/kubelet, getPhase. */
export function podPhase(view: PodView): Phase {
  const policy = view.pod.spec.restartPolicy ?? 'Always';
  if (!view.initialized) {
    const failed = view.init.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
    return failed && policy === 'Never' ? 'Failed' : 'Pending';
  }
  const waiting = view.containers.filter(({ state, lastState }) => state.waiting && !lastState?.terminated);
  if (waiting.length > 0) return 'Pending';
  if (view.containers.some(({ state }) => state.running)) return 'Running';
  if (policy === 'Always') return 'Running';
  const ended = view.containers.filter(({ state }) => state.terminated);
  if (ended.length < view.containers.length) return 'Running';
  if (ended.every(({ state }) => state.terminated?.exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

/** Status as a kubelet writes it. `now` is RFC 3339 and dates the conditions that changed since `previous`. */
export function podStatus(view: PodView, previous: PodStatus | undefined, now: string): PodStatus {
  const phase = podPhase(view);
  const conditions = podConditions(view, phase).map((condition): Condition => {
    const before = previous?.conditions?.find(({ type }) => type === condition.type);
    const since = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, lastTransitionTime: since };
  });
  return {
    phase,
    ...(view.podIP === undefined ? {} : { podIP: view.podIP }),
    hostIP: view.hostIP,
    ...(view.startTime === undefined ? {} : { startTime: view.startTime }),
    conditions,
    ...(view.init.length === 0 ? {} : { initContainerStatuses: view.init }),
    containerStatuses: view.containers,
  };
}

type Draft = Omit<Condition, 'lastTransitionTime'>;

function podConditions(view: PodView, phase: Phase): readonly Draft[] {
  const completed = phase === 'Succeeded';
  const unready = view.containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const containersReady: Draft =
    unready.length === 0 && view.initialized
      ? yes('ContainersReady')
      : no('ContainersReady', completed ? 'PodCompleted' : 'ContainersNotReady', {
          key: 'happening.notReady',
          params: { names: unready.join(' ') },
        });
  const ready: Draft = view.terminating
    ? no('Ready', 'Terminating', { key: 'happening.ending' })
    : { ...containersReady, type: 'Ready' };
  const waitingInit = view.init.filter(({ ready: done }) => !done).map(({ name }) => name);
  const notices: readonly Draft[] =
    view.notices.length === 0
      ? []
      : [{ type: 'Notices', status: 'True', reason: 'NotHonoured', ...wordingOf(listed(view.notices)) }];
  return [
    view.podIP === undefined ? no('PodScheduled', 'NoAddress', { key: 'happening.noAddress' }) : yes('PodScheduled'),
    view.initialized
      ? yes('Initialized')
      : no('Initialized', 'ContainersNotInitialized', {
          key: 'happening.notInitialized',
          params: { names: waitingInit.join(' ') },
        }),
    containersReady,
    ready,
    ...notices,
  ];
}

const yes = (type: string): Draft => ({ type, status: 'True', reason: '', message: '' });
const no = (type: string, reason: string, message: Message): Draft => ({
  type,
  status: 'False',
  reason,
  ...wordingOf(message),
});
const listed = (notices: readonly Message[]): Message => ({ key: 'happening.notices', params: { notices } });

/** Whether endpoints may contain the pod: the condition `Ready` is true. */
export function isPodReady(status: PodStatus | undefined): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
