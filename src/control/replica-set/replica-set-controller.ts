/** Keeps as many pods as a ReplicaSet asks for. Source: Kubernetes, replica_set.go. */
import { matchesSelector } from '../../core/model/labels.ts';
import { isEnding } from '../../core/model/kinds.ts';
import { sameJson } from '../../core/model/json.ts';
import type { Condition, KubeObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import { formatTime } from '../../core/model/time.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../../core/model/workload.ts';
import { isActivePod, tallyPods } from '../../core/rollout/availability.ts';
import type { PodTally } from '../../core/rollout/availability.ts';
import { Fault, problemOf } from '../../lib/fault.ts';
import type { Write } from '../../ports/store.ts';
import type { Message } from '../../texts/catalogue.ts';
import { wordingOf } from '../../texts/catalogue.ts';
import type { Cache } from '../cache.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { eventRecorder } from '../events.ts';
import type { Happening, Recorder } from '../events.ts';
import { keyOf, placeOf } from '../key.ts';
import { startLoop } from '../loop.ts';
import type { Loop } from '../loop.ts';
import { claimed, controllerOf } from '../ownership.ts';
import type { WorkResult } from '../queue.ts';
import { inDeletionOrder } from './deletion-order.ts';
import { podName, podOf } from './pod-of.ts';

/** Pods made or ended in one look; the rest follows in the next. */
const BURST = 500;

/** Starts the ReplicaSet controller. */
export function startReplicaSetController(options: ControllerOptions): Loop {
  const { cache, clock, log } = options;
  const recorder = eventRecorder({ store: options.store, clock, log, component: 'replicaset-controller' });
  return startLoop({
    name: 'replica-set',
    store: options.store,
    cache,
    kinds: ['ReplicaSet', 'Pod'],
    keysOf: ({ object }) => keysFor(cache, object),
    reconcile: (key) => reconcile(key, { ...options, recorder }),
    clock,
    log,
    random: options.random,
  });
}

function keysFor(cache: Cache, object: KubeObject): readonly string[] {
  if (object.kind === 'ReplicaSet') return [keyOf(object.metadata)];
  const { namespace = '', labels } = object.metadata;
  const owner = controllerOf(object);
  if (owner !== undefined) return owner.kind === 'ReplicaSet' ? [keyOf({ namespace, name: owner.name })] : [];
  return cache
    .list<ReplicaSet>('ReplicaSet', { namespace })
    .filter((set) => matchesSelector(set.spec.selector, labels))
    .map((set) => keyOf(set.metadata));
}

type Tools = ControllerOptions & { readonly recorder: Recorder };

async function reconcile(key: string, tools: Tools): Promise<WorkResult> {
  const { cache, clock } = tools;
  const set = cache.get<ReplicaSet>({ kind: 'ReplicaSet', ...placeOf(key) });
  if (set === undefined || isEnding(set)) return;
  const { selector } = set.spec;
  const isWorthTaking = (object: KubeObject): boolean => isActivePod(object as Pod);
  const pods = await claimed<Pod>({ cache, owner: set, selector, kind: 'Pod', mayAdopt: isWorthTaking });
  const failure = await resize(set, pods.filter(isActivePod), tools);
  const now = clock.now();
  const present = cache.owned<Pod>('Pod', set.metadata.uid);
  const tally = tallyPods(present, set.spec.minReadySeconds ?? 0, now);
  const status = statusOf(set, { tally, pods: present.filter(isActivePod), failure, now });
  if (!sameJson(status, set.status)) await cache.write([{ op: 'status', object: { ...set, status } as ReplicaSet }]);
  if (failure !== undefined) throw failure.cause;
  return tally.nextAvailableMs === undefined ? undefined : { afterMs: tally.nextAvailableMs };
}

interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: Message;
  readonly cause: unknown;
}

/** Makes or ends pods. What goes wrong is told in the status before it is thrown. */
async function resize(set: ReplicaSet, active: readonly Pod[], tools: Tools): Promise<Failure | undefined> {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing === 0) return undefined;
  const isGrowing = missing > 0;
  const writes = isGrowing ? creations(set, missing, tools) : deletions(active, -missing);
  try {
    await tools.cache.write(writes);
  } catch (cause) {
    // Somebody else was faster, or the owner is gone: the next look sees it.
    if (cause instanceof Fault && (cause.code === 'conflict' || cause.code === 'notFound')) throw cause;
    const reason = isGrowing ? 'FailedCreate' : 'FailedDelete';
    const key = isGrowing ? 'happening.createFailed' : 'happening.deleteFailed';
    const message: Message = { key, params: { problem: problemOf(cause) } };
    await tools.recorder.record(set, [{ type: 'Warning', reason, message }]);
    return { reason, message, cause };
  }
  await tools.recorder.record(set, writes.map(told));
  return undefined;
}

function creations(set: ReplicaSet, count: number, { cache, random }: Tools): readonly Write[] {
  const { namespace = '', name } = set.metadata;
  const taken = new Set<string>();
  return Array.from({ length: Math.min(count, BURST) }, (): Write => {
    const isTaken = (wanted: string): boolean =>
      taken.has(wanted) || cache.get({ kind: 'Pod', namespace, name: wanted }) !== undefined;
    const free = podName(name, random, isTaken);
    taken.add(free);
    return { op: 'create', object: podOf(set, free) };
  });
}

function deletions(active: readonly Pod[], count: number): readonly Write[] {
  return inDeletionOrder(active)
    .slice(0, Math.min(count, BURST))
    .map(({ metadata }): Write => {
      return { op: 'delete', ref: { kind: 'Pod', namespace: metadata.namespace ?? '', name: metadata.name } };
    });
}

function told(write: Write): Happening {
  if (write.op === 'create') {
    const { name } = write.object.metadata;
    return { type: 'Normal', reason: 'SuccessfulCreate', message: { key: 'happening.createdPod', params: { name } } };
  }
  const name = write.op === 'delete' ? write.ref.name : '';
  return { type: 'Normal', reason: 'SuccessfulDelete', message: { key: 'happening.deletedPod', params: { name } } };
}

interface Seen {
  readonly tally: PodTally;
  readonly pods: readonly Pod[];
  readonly failure: Failure | undefined;
  readonly now: number;
}

function statusOf(set: ReplicaSet, seen: Seen): ReplicaSetStatus {
  const { tally, pods } = seen;
  const labels = set.spec.template.metadata?.labels;
  const conditions = conditionsOf(set, seen);
  return {
    observedGeneration: set.metadata.generation,
    replicas: tally.replicas,
    fullyLabeledReplicas: pods.filter((pod) => matchesSelector({ matchLabels: labels ?? {} }, pod.metadata.labels))
      .length,
    readyReplicas: tally.ready,
    availableReplicas: tally.available,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function conditionsOf(set: ReplicaSet, { failure, now }: Seen): readonly Condition[] {
  const all = set.status?.conditions ?? [];
  const others = all.filter(({ type }) => type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  const { reason, message } = failure;
  const before = all.find(({ type }) => type === 'ReplicaFailure');
  const lastTransitionTime = before?.lastTransitionTime ?? formatTime(now);
  return [...others, { type: 'ReplicaFailure', status: 'True', reason, ...wordingOf(message), lastTransitionTime }];
}
