/** A pure little cluster for tests of rollouts: ReplicaSets that follow late, pods that start, fail and end. */
import type { ObjectMeta, OwnerReference } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { formatTime } from '../model/time.ts';
import type { Deployment, DeploymentSpec, ReplicaSet } from '../model/workload.ts';
import { isActivePod, ownedPods, readySince, tallyPods } from './availability.ts';
import { planRollout } from './plan-rollout.ts';
import type { RolloutAction, RolloutPlan } from './plan-rollout.ts';

export interface Counts {
  readonly active: number;
  readonly available: number;
}

export interface Cluster {
  deployment: Deployment;
  sets: ReplicaSet[];
  pods: Pod[];
  now: number;
  /** Objects made so far. */
  serial: number;
  /** One look of the Deployment controller. */
  look(): RolloutPlan;
  /** ReplicaSet number `at` (or all) makes or ends the pods that it lacks or has too many. */
  follow(at?: number): void;
  setReady(pod: Pod, ready: boolean): void;
  /** The processes of a pod that was asked to end are gone. */
  finish(pod: Pod): void;
  change(spec: Partial<DeploymentSpec>): void;
  counts(): Counts;
  /** Looks, follows, starts and ends pods until nothing moves. */
  settle(): RolloutPlan;
}

export function templateOf(version: string): DeploymentSpec['template'] {
  return { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: `a:${version}` }] } };
}

export function imageOf(object: { readonly spec: Pick<DeploymentSpec, 'template'> }): string | undefined {
  return object.spec.template.spec.containers[0]?.image;
}

export function newCluster(spec: Partial<DeploymentSpec> = {}): Cluster {
  const cluster: Cluster = {
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metaOf('a', 0, 0),
      spec: { selector: { matchLabels: { app: 'a' } }, template: templateOf('v1'), ...spec },
    },
    sets: [],
    pods: [],
    now: 1_000_000,
    serial: 0,
    look: () => look(cluster),
    follow: (at) => {
      const chosen = at === undefined ? cluster.sets : cluster.sets.slice(at, at + 1);
      for (const set of chosen) follow(cluster, set);
    },
    setReady: (pod, ready) => {
      const status = ready ? 'True' : 'False';
      const lastTransitionTime = formatTime(cluster.now);
      const condition = { type: 'Ready', status, reason: '', message: '', lastTransitionTime } as const;
      const next: Pod = { ...pod, status: { phase: 'Running', conditions: [condition] } };
      cluster.pods = cluster.pods.map((one) => (isOne(one, pod) ? next : one));
    },
    finish: (pod) => void (cluster.pods = cluster.pods.filter((one) => !isOne(one, pod))),
    change: (change) => {
      const { deployment } = cluster;
      const metadata = { ...deployment.metadata, generation: deployment.metadata.generation + 1 };
      cluster.deployment = { ...deployment, metadata, spec: { ...deployment.spec, ...change } };
    },
    counts: () => {
      const seconds = cluster.deployment.spec.minReadySeconds ?? 0;
      const { replicas, available } = tallyPods(cluster.pods, seconds, cluster.now);
      return { active: replicas, available };
    },
    settle: () => settle(cluster),
  };
  return cluster;
}

function metaOf(name: string, serial: number, now: number): ObjectMeta {
  return {
    name,
    namespace: 'default',
    uid: `uid-${serial}`,
    resourceVersion: String(serial),
    generation: 1,
    creationTimestamp: formatTime(now),
  };
}

function fresh(cluster: Cluster, name: string): ObjectMeta {
  cluster.serial += 1;
  return metaOf(name, cluster.serial, cluster.now);
}

function look(cluster: Cluster): RolloutPlan {
  cluster.now += 1;
  const { deployment, sets, pods, now } = cluster;
  const plan = planRollout({ deployment, replicaSets: sets, pods, now });
  for (const action of plan.actions) act(cluster, action);
  cluster.deployment = { ...cluster.deployment, status: plan.status };
  return plan;
}

function act(cluster: Cluster, action: RolloutAction): void {
  switch (action.kind) {
    case 'create': {
      const metadata = { ...fresh(cluster, action.replicaSet.metadata.name), ...action.replicaSet.metadata };
      cluster.sets.push({ ...action.replicaSet, metadata } as ReplicaSet);
      return;
    }
    case 'update':
      cluster.sets = cluster.sets.map((set) => (isOne(set, action.replicaSet) ? action.replicaSet : set));
      return;
    case 'delete':
      cluster.sets = cluster.sets.filter((set) => !isOne(set, action.replicaSet));
      return;
    case 'annotate': {
      const { metadata } = cluster.deployment;
      const annotations = { ...metadata.annotations, ...action.annotations };
      cluster.deployment = { ...cluster.deployment, metadata: { ...metadata, annotations } };
    }
  }
}

function follow(cluster: Cluster, set: ReplicaSet): void {
  const active = ownedPods(set, cluster.pods).filter(isActivePod);
  const missing = (set.spec.replicas ?? 1) - active.length;
  for (let count = 0; count < missing; count += 1) cluster.pods.push(newPod(cluster, set));
  const doomed = [...active].sort((a, b) => since(b) - since(a)).slice(0, Math.max(0, -missing));
  const deletionTimestamp = formatTime(cluster.now);
  cluster.pods = cluster.pods.map((pod) =>
    doomed.includes(pod) ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp } } : pod,
  );
}

function newPod(cluster: Cluster, set: ReplicaSet): Pod {
  const { name, uid } = set.metadata;
  const owner: OwnerReference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true };
  const metadata = { ...fresh(cluster, `${name}-${cluster.serial}`), ownerReferences: [owner] };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: set.spec.template.spec, status: { phase: 'Pending' } };
}

function settle(cluster: Cluster): RolloutPlan {
  let quiet = 0;
  for (let round = 0; round < 500; round += 1) {
    const plan = cluster.look();
    cluster.follow();
    const stuck = cluster.pods.filter((pod) => !isActivePod(pod));
    const starting = cluster.pods.filter((pod) => isActivePod(pod) && !isUp(pod));
    for (const pod of stuck) cluster.finish(pod);
    for (const pod of starting) cluster.setReady(pod, true);
    cluster.now += (cluster.deployment.spec.minReadySeconds ?? 0) * 1000;
    quiet = plan.actions.length + stuck.length + starting.length === 0 ? quiet + 1 : 0;
    // Twice: what became ready in the last round counts as available only after its time.
    if (quiet === 2) return cluster.look();
  }
  throw new Error('the rollout does not come to rest');
}

/** Not ready at all counts as ready from the end of time on: such pods go first, then those that are ready latest. */
function since(pod: Pod): number {
  return readySince(pod) ?? Number.MAX_SAFE_INTEGER;
}

export function isUp(pod: Pod): boolean {
  return pod.status?.conditions?.[0]?.status === 'True';
}

function isOne(a: { readonly metadata: ObjectMeta }, b: { readonly metadata: ObjectMeta }): boolean {
  return a.metadata.uid === b.metadata.uid;
}
