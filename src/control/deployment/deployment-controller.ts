/** Moves a Deployment's pods from one template to the next. The arithmetic is `core/rollout`; this reads and writes. */
import { sameJson } from '../../core/model/json.ts';
import { matchesSelector } from '../../core/model/labels.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import { KEEP_REPLICAS_ANNOTATION } from '../../core/model/workload.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import { planRollout } from '../../core/rollout/plan-rollout.ts';
import type { RolloutAction, RolloutPlan } from '../../core/rollout/plan-rollout.ts';
import { Fault } from '../../lib/fault.ts';
import type { Write } from '../../ports/store.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { Cache } from '../cache.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { eventRecorder } from '../events.ts';
import type { Happening, Recorder } from '../events.ts';
import { keyOf, placeOf } from '../key.ts';
import { startLoop } from '../loop.ts';
import type { Loop } from '../loop.ts';
import { claimed, controllerOf } from '../ownership.ts';
import type { WorkResult } from '../queue.ts';

/** Starts the Deployment controller. */
export function startDeploymentController(options: ControllerOptions): Loop {
  const { cache, clock, log } = options;
  const recorder = eventRecorder({ store: options.store, clock, log, component: 'deployment-controller' });
  return startLoop({
    name: 'deployment',
    store: options.store,
    cache,
    kinds: ['Deployment', 'ReplicaSet', 'Pod'],
    keysOf: ({ object }) => keysFor(cache, object),
    reconcile: (key) => reconcile(key, { ...options, recorder }),
    clock,
    log,
    random: options.random,
  });
}

function keysFor(cache: Cache, object: KubeObject): readonly string[] {
  const { namespace = '', labels } = object.metadata;
  if (object.kind === 'Deployment') return [keyOf(object.metadata)];
  const owner = controllerOf(object);
  if (object.kind === 'Pod') {
    if (owner?.kind !== 'ReplicaSet') return [];
    const set = cache.get<ReplicaSet>({ kind: 'ReplicaSet', namespace, name: owner.name });
    const root = set === undefined ? undefined : controllerOf(set);
    return root?.kind === 'Deployment' ? [keyOf({ namespace, name: root.name })] : [];
  }
  if (owner !== undefined) return owner.kind === 'Deployment' ? [keyOf({ namespace, name: owner.name })] : [];
  return cache
    .list<Deployment>('Deployment', { namespace })
    .filter((deployment) => matchesSelector(deployment.spec.selector, labels))
    .map((deployment) => keyOf(deployment.metadata));
}

type Tools = ControllerOptions & { readonly recorder: Recorder };

async function reconcile(key: string, tools: Tools): Promise<WorkResult> {
  const { cache, clock, recorder } = tools;
  const deployment = cache.get<Deployment>({ kind: 'Deployment', ...placeOf(key) });
  if (deployment === undefined) return;
  const { selector } = deployment.spec;
  const replicaSets = await claimed<ReplicaSet>({ cache, owner: deployment, selector, kind: 'ReplicaSet' });
  const pods = replicaSets.flatMap((set) => cache.owned<Pod>('Pod', set.metadata.uid));
  const plan = planRollout({ deployment, replicaSets, pods, now: clock.now() });
  const writes = writesFor(deployment, plan);
  try {
    if (writes.length > 0) await cache.write(writes);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'exists') throw error;
    await countCollision(deployment, tools);
    return;
  }
  await recorder.record(deployment, [...plan.actions.flatMap(told), ...complaints(deployment)]);
  return plan.requeueAfterMs === undefined ? undefined : { afterMs: plan.requeueAfterMs };
}

/** All of one look in one batch, the status with it: a crash leaves either nothing of it or everything. */
function writesFor(deployment: Deployment, plan: RolloutPlan): readonly Write[] {
  const writes = plan.actions.map((action) => writeFor(deployment, action));
  if (sameJson(plan.status, deployment.status)) return writes;
  const object: Deployment = { ...deployment, status: plan.status };
  return [...writes, { op: 'status', object }];
}

function writeFor(deployment: Deployment, action: RolloutAction): Write {
  switch (action.kind) {
    case 'create':
      return { op: 'create', object: action.replicaSet };
    case 'update':
      return { op: 'update', object: action.replicaSet };
    case 'delete': {
      const { namespace = '', name } = action.replicaSet.metadata;
      return { op: 'delete', ref: { kind: 'ReplicaSet', namespace, name } };
    }
    case 'annotate': {
      const annotations = { ...deployment.metadata.annotations, ...action.annotations };
      return { op: 'update', object: { ...deployment, metadata: { ...deployment.metadata, annotations } } };
    }
  }
}

/** Somebody else's ReplicaSet has the name; the next look makes another hash. */
async function countCollision(deployment: Deployment, { cache, log }: Tools): Promise<void> {
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  log.info('name of a ReplicaSet is taken', { deployment: keyOf(deployment.metadata), collisionCount });
  const object: Deployment = { ...deployment, status: { ...deployment.status, collisionCount } };
  await cache.write([{ op: 'status', object }]);
}

function told(action: RolloutAction): readonly Happening[] {
  const note = (message: Message): Happening => ({ type: 'Normal', reason: 'ScalingReplicaSet', message });
  if (action.kind === 'create') {
    const { metadata, spec } = action.replicaSet;
    const params = { name: metadata.name, from: 0, to: spec.replicas ?? 0 };
    return [note({ key: 'happening.scaledUp', params })];
  }
  if (action.kind !== 'update' || action.scaled === undefined) return [];
  const { from, to } = action.scaled;
  const params = { name: action.replicaSet.metadata.name, from, to };
  return [note({ key: to > from ? 'happening.scaledUp' : 'happening.scaledDown', params })];
}

function complaints(deployment: Deployment): readonly Happening[] {
  const keep = deployment.metadata.annotations?.[KEEP_REPLICAS_ANNOTATION];
  if (keep === undefined || /^\d+$/.test(keep)) return [];
  const params = { annotation: KEEP_REPLICAS_ANNOTATION, found: keep };
  return [{ type: 'Warning', reason: 'InvalidAnnotation', message: { key: 'happening.badAnnotation', params } }];
}
