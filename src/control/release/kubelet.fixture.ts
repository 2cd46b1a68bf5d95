/** ReplicaSets and pods for tests of the release controller: they follow what Deployments ask for. */
import type { KubeObject, NewObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION } from '../../core/model/workload.ts';
import { sameTemplate } from '../../core/rollout/template.ts';
import type { Store } from '../../ports/store.ts';

const READY_AFTER_MS = 1_000;

export interface Moment {
  readonly now: number;
  /** Versions whose pods crash instead of becoming ready. */
  readonly crashing: ReadonlySet<string>;
}

/** ReplicaSets and pods as the workload controllers would make them, ready a second after they were asked for. */
export async function followDeployments(store: Store, moment: Moment): Promise<void> {
  const deployments = (await store.list<Deployment>('Deployment')).items;
  for (const one of deployments) await followOne(store, one, moment.now);
  for (const pod of (await store.list<Pod>('Pod')).items) await readyPod(store, pod, moment);
}

async function followOne(store: Store, one: Deployment, now: number): Promise<void> {
  const sets = (await store.list<ReplicaSet>('ReplicaSet')).items.filter((set) => isOwner(set, one));
  const current = sets.find((set) => sameTemplate(set.spec.template, one.spec.template));
  const { annotations = {} } = one.metadata;
  const isOwned = annotations[RELEASE_OWNED_ANNOTATION] !== undefined;
  if (current === undefined && !isOwned) await store.write([{ op: 'create', object: replicaSet(one, sets.length) }]);
  for (const set of sets) {
    const own = set === current ? (one.spec.replicas ?? 1) : 0;
    const kept = annotations[KEEP_REPLICAS_ANNOTATION];
    const wanted = isOwned ? kept && Number(kept) : own;
    if (typeof wanted === 'number') await followSet(store, set, { wanted, now });
  }
  await tellAvailable(store, one, sets);
}

async function tellAvailable(store: Store, one: Deployment, sets: readonly ReplicaSet[]): Promise<void> {
  const pods = (await store.list<Pod>('Pod')).items.filter((pod) => sets.some((set) => isOwner(pod, set)));
  const availableReplicas = pods.filter((pod) => pod.status?.containerStatuses?.every(({ ready }) => ready)).length;
  if ((one.status?.availableReplicas ?? 0) === availableReplicas) return;
  const present = await store.get<Deployment>({ kind: 'Deployment', namespace: 'default', name: one.metadata.name });
  if (present === undefined) return;
  const object: Deployment = { ...present, status: { ...present.status, availableReplicas } };
  await store.write([{ op: 'status', object }]);
}

function isOwner(object: KubeObject, owner: KubeObject): boolean {
  return object.metadata.ownerReferences?.some((ref) => ref.uid === owner.metadata.uid) ?? false;
}

function ownedBy(by: KubeObject): NonNullable<NewObject['metadata']['ownerReferences']> {
  const { name, uid } = by.metadata;
  return [{ apiVersion: by.apiVersion, kind: by.kind, name, uid, controller: true }];
}

function replicaSet(one: Deployment, index: number): NewObject<ReplicaSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${one.metadata.name}-${index}`, namespace: 'default', ownerReferences: ownedBy(one) },
    spec: { replicas: one.spec.replicas ?? 1, selector: one.spec.selector, template: one.spec.template },
  };
}

async function followSet(
  store: Store,
  set: ReplicaSet,
  { wanted, now }: { readonly wanted: number; readonly now: number },
): Promise<void> {
  const pods = (await store.list<Pod>('Pod')).items.filter((pod) => isOwner(pod, set));
  for (const pod of pods.slice(wanted)) {
    const ref = { kind: 'Pod', namespace: 'default', name: pod.metadata.name };
    await store.write([{ op: 'delete', ref, graceSeconds: 0 }]);
  }
  for (let index = pods.length; index < wanted; index += 1) {
    const name = `${set.metadata.name}-${now}-${index}`;
    const labels = set.spec.template.metadata?.labels ?? {};
    const object: NewObject<Pod> = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels, ownerReferences: ownedBy(set) },
      spec: set.spec.template.spec,
    };
    await store.write([{ op: 'create', object }]);
  }
}

async function readyPod(store: Store, pod: Pod, { now, crashing }: Moment): Promise<void> {
  const crashes = crashing.has(pod.metadata.labels?.['version'] ?? '');
  const ready = !crashes && now - Date.parse(pod.metadata.creationTimestamp) >= READY_AFTER_MS;
  const known = pod.status?.containerStatuses?.[0];
  if (known !== undefined && known.ready === ready && known.restartCount > 0 === crashes) return;
  const at = new Date(now).toISOString();
  const status: Pod['status'] = {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: '', message: '', lastTransitionTime: at }],
    containerStatuses: [
      {
        name: 'main',
        ready,
        restartCount: crashes ? 4 : 0,
        image: '',
        state: crashes ? { waiting: { reason: 'CrashLoopBackOff' } } : { running: { startedAt: at } },
      },
    ],
  };
  const object: Pod = { ...pod, status };
  await store.write([{ op: 'status', object }]);
}
