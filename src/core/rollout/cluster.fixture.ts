/** A pure little cluster for tests of rollouts: ReplicaSets that follow late, pods that start, fail and end. */
import type { NewObject, ObjectMeta, OwnerReference } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { formatTime } from '../model/time.ts';
import type { Deployment, DeploymentSpec, ReplicaSet } from '../model/workload.ts';
import { isActivePod, ownedPods, readySince, tallyPods } from './availability.ts';
import { planRollout } from './plan-rollout.ts';
import type { RolloutPlan } from './plan-rollout.ts';

export interface Counts {
  readonly active: number;
  readonly available: number;
}

export interface Cluster {
  deployment: Deployment;
  sets: ReplicaSet[];
  pods: Pod[];
  now: number;
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
  let serial = 0;
  const meta = (name: string, now: number): ObjectMeta => {
    serial += 1;
    return {
      name,
      namespace: 'default',
      uid: `uid-${serial}`,
      resourceVersion: String(serial),
      generation: 1,
      creationTimestamp: formatTime(now),
    };
  };

  const cluster: Cluster = {
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('a', 0),
      spec: { selector: { matchLabels: { app: 'a' } }, template: templateOf('v1'), ...spec },
    },
    sets: [],
    pods: [],
    now: 1_000_000,

    look() {
      cluster.now += 1;
      const { deployment, sets, pods, now } = cluster;
      const plan = planRollout({ deployment, replicaSets: sets, pods, now });
      for (const action of plan.actions) {
        if (action.kind === 'create') cluster.sets.push(created(action.replicaSet));
        if (action.kind === 'update') cluster.sets = cluster.sets.map((set) => pick(set, action.replicaSet));
        if (action.kind === 'delete') cluster.sets = cluster.sets.filter((set) => !isOne(set, action.replicaSet));
        if (action.kind === 'annotate') {
          const annotations = { ...deployment.metadata.annotations, ...action.annotations };
          cluster.deployment = { ...deployment, metadata: { ...deployment.metadata, annotations } };
        }
      }
      cluster.deployment = { ...cluster.deployment, status: plan.status };
      return plan;
    },

    follow(at) {
      const chosen = at === undefined ? cluster.sets : cluster.sets.slice(at, at + 1);
      for (const set of chosen) followOne(set);
    },

    setReady(pod, ready) {
      const status = ready ? 'True' : 'False';
      const lastTransitionTime = formatTime(cluster.now);
      const condition = { type: 'Ready', status, reason: '', message: '', lastTransitionTime } as const;
      const next: Pod = { ...pod, status: { phase: 'Running', conditions: [condition] } };
      cluster.pods = cluster.pods.map((one) => (isOne(one, pod) ? next : one));
    },

    finish(pod) {
      cluster.pods = cluster.pods.filter((one) => !isOne(one, pod));
    },

    change(change) {
      const { deployment } = cluster;
      const metadata = { ...deployment.metadata, generation: deployment.metadata.generation + 1 };
      cluster.deployment = { ...deployment, metadata, spec: { ...deployment.spec, ...change } };
    },

    counts() {
      const { replicas, available } = tallyPods(
        cluster.pods,
        cluster.deployment.spec.minReadySeconds ?? 0,
        cluster.now,
      );
      return { active: replicas, available };
    },

    settle() {
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
    },
  };

  function created(object: NewObject<ReplicaSet>): ReplicaSet {
    return { ...object, metadata: { ...meta(object.metadata.name, cluster.now), ...object.metadata } } as ReplicaSet;
  }

  function followOne(set: ReplicaSet): void {
    const active = ownedPods(set, cluster.pods).filter(isActivePod);
    const missing = (set.spec.replicas ?? 1) - active.length;
    for (let count = 0; count < missing; count += 1) cluster.pods.push(podOf(set));
    const doomed = [...active].sort((a, b) => since(b) - since(a)).slice(0, Math.max(0, -missing));
    cluster.pods = cluster.pods.map((pod) => (doomed.includes(pod) ? ending(pod) : pod));
  }

  function podOf(set: ReplicaSet): Pod {
    const { name, uid } = set.metadata;
    const owner: OwnerReference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true };
    const metadata = { ...meta(`${name}-${serial}`, cluster.now), ownerReferences: [owner] };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: set.spec.template.spec, status: { phase: 'Pending' } };
  }

  function ending(pod: Pod): Pod {
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: formatTime(cluster.now) } };
  }

  return cluster;
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

function pick(set: ReplicaSet, next: ReplicaSet): ReplicaSet {
  return isOne(set, next) ? next : set;
}
