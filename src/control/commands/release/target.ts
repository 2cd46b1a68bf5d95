/** Reads what a command or a view about one release needs, from any store. */
import type { ObjectRef } from '../../../core/model/meta.ts';
import type { Pod } from '../../../core/model/pod.ts';
import type { Release } from '../../../core/model/release.ts';
import type { Command, Run } from '../../../core/model/run.ts';
import type { Service } from '../../../core/model/service.ts';
import type { Deployment, ReplicaSet } from '../../../core/model/workload.ts';
import type { Observation } from '../../../core/release/observation.ts';
import type { ReleaseRecord } from '../../../core/release/state.ts';
import type { Workloads } from '../../../core/release/versions.ts';
import { findArms } from '../../../core/release/versions.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import { loadRecord } from '../../release/record.ts';
import type { ReleaseWorld } from '../../release/world.ts';
import { cheapObservation } from '../../release/world.ts';

export interface ReleaseTarget {
  readonly namespace: string;
  readonly name: string;
}

export interface TargetState {
  readonly release: Release;
  readonly state: ReleaseRecord;
  readonly run: Run | undefined;
  readonly runs: readonly Run[];
  readonly seen: Observation;
  readonly workloads: Workloads;
}

/** @throws Fault `notFound` */
export async function findRelease(store: Store, target: ReleaseTarget): Promise<Release> {
  const ref: ObjectRef = { kind: 'Release', ...target };
  const release = await store.get<Release>(ref);
  if (release !== undefined) return release;
  const { name, namespace } = target;
  throw new Fault('notFound', { key: 'run.refused.noSuchRelease', params: { name, namespace } });
}

/** @throws Fault `notFound` */
export async function readTarget(store: Store, target: ReleaseTarget): Promise<TargetState> {
  const release = await findRelease(store, target);
  const { namespace } = target;
  const [service, deployments, sets, pods, runs] = await Promise.all([
    store.get<Service>({ kind: 'Service', namespace, name: release.spec.service }),
    store.list<Deployment>('Deployment', { namespace }),
    store.list<ReplicaSet>('ReplicaSet', { namespace }),
    store.list<Pod>('Pod', { namespace }),
    runsOf(store, target),
  ]);
  const workloads: Workloads = {
    release,
    service,
    deployments: deployments.items,
    replicaSets: (owner) => sets.items.filter((set) => isOwned(set, owner)),
    pods: (owner) => pods.items.filter((pod) => isOwned(pod, owner)),
  };
  const loaded = loadRecord(release, (name) => runs.find((run) => run.metadata.name === name));
  const none: readonly Command[] = [];
  const world: ReleaseWorld = { release, found: findArms(workloads), runs, commands: none };
  return {
    release,
    state: loaded.state,
    run: loaded.run,
    runs,
    seen: cheapObservation(world, loaded.state),
    workloads,
  };
}

/** Newest first. */
export async function runsOf(store: Store, target: ReleaseTarget): Promise<readonly Run[]> {
  const { items } = await store.list<Run>('Run', { namespace: target.namespace });
  const number = (run: Run): number => Number(run.metadata.name.slice(target.name.length + 1));
  return items.filter((run) => run.spec.release === target.name).sort((a, b) => number(b) - number(a));
}

function isOwned(object: ReplicaSet | Pod, owner: Deployment | ReplicaSet): boolean {
  return object.metadata.ownerReferences?.some((ref) => ref.uid === owner.metadata.uid) ?? false;
}
