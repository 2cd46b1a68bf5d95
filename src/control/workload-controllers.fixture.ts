/** The workload controllers on the real store, with a kubelet that starts and ends pods on a fake clock. */
import type { KubeObject, NewObject } from '../core/model/meta.ts';
import type { Pod } from '../core/model/pod.ts';
import type { Deployment, DeploymentSpec, ReplicaSet } from '../core/model/workload.ts';
import type { FakeClock } from '../lib/fake-clock.ts';
import { fakeClock } from '../lib/fake-clock.ts';
import { silentLog } from '../lib/log.ts';
import type { Store, Write } from '../ports/store.ts';
import type { WorkloadControllers } from './workload-controllers.ts';
import { startWorkloadControllers } from './workload-controllers.ts';

export interface Stage {
  readonly clock: FakeClock;
  readonly store: Store;
  controllers: WorkloadControllers;
  /** Largest and smallest numbers seen since the last `watchCounts`: pods that are not ending, and ready ones. */
  seen: { most: number; least: number };
  watchCounts(): void;
  /** Pods become ready this long after they were made. Infinity = never. */
  startMs: number;
  /** Pods of these images never become ready. */
  readonly broken: Set<string>;
  put(object: NewObject): Promise<void>;
  deployment(): Promise<Deployment>;
  change(spec: Partial<DeploymentSpec>): Promise<void>;
  pods(): Promise<readonly Pod[]>;
  sets(): Promise<readonly ReplicaSet[]>;
  /** Sizes of the active ReplicaSets by image. */
  sizes(): Promise<Record<string, number>>;
  /** Lets so many seconds pass, the kubelet looking each of them. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Numbers in [0, 1) that are the same in every run. Source: mulberry32 (public domain). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function appDeployment(spec: Partial<DeploymentSpec> = {}): NewObject<Deployment> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'app' } }, template: appTemplate('v1'), ...spec },
  };
}

export function appTemplate(version: string): DeploymentSpec['template'] {
  const ports = [{ name: 'http', containerPort: 8080 }];
  return {
    metadata: { labels: { app: 'app' } },
    spec: { containers: [{ name: 'c', image: `app:${version}`, ports }] },
  };
}

export interface StageOptions {
  /** Opens an empty store; `end` closes and removes it. */
  readonly open: (clock: FakeClock) => { readonly store: Store; readonly end: () => void };
  /** Stands between the controllers and the store. */
  readonly wrap?: (store: Store) => Store;
  readonly seed?: number;
}

const app = { kind: 'Deployment', namespace: 'default', name: 'app' };

export async function openStage(options: StageOptions): Promise<Stage> {
  const clock = fakeClock({ turns: 12 });
  const { store, end } = options.open(clock);
  const user = options.wrap?.(store) ?? store;
  const random = seeded(options.seed ?? 1);
  const stage: Stage = {
    clock,
    store,
    controllers: startWorkloadControllers({ store: user, clock, log: silentLog, random }),
    seen: { most: 0, least: Number.POSITIVE_INFINITY },
    startMs: 1000,
    broken: new Set(),
    watchCounts: () => void (stage.seen = { most: 0, least: Number.POSITIVE_INFINITY }),
    put: async (object) => {
      await store.write([{ op: 'create', object }]);
      await clock.settle();
    },
    deployment: async () => {
      const found = await store.get<Deployment>(app);
      if (found === undefined) throw new Error('the Deployment is gone');
      return found;
    },
    change: async (spec) => {
      const live = await stage.deployment();
      const next: Deployment = { ...live, spec: { ...live.spec, ...spec } };
      await store.write([{ op: 'update', object: next }]);
      await clock.settle();
    },
    pods: async () => (await store.list<Pod>('Pod')).items,
    sets: async () => (await store.list<ReplicaSet>('ReplicaSet')).items,
    sizes: async () => {
      const active = (await stage.sets()).filter((set) => (set.spec.replicas ?? 1) > 0);
      return Object.fromEntries(active.map((set) => [imageOf(set.spec.template), set.spec.replicas ?? 1]));
    },
    pass: async (seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        await kubelet(stage);
        await clock.advance(1000);
      }
    },
    close: async () => {
      await stage.controllers.close();
      end();
    },
  };
  await stage.controllers.ready;
  await clock.settle();
  return stage;
}

async function kubelet(stage: Stage): Promise<void> {
  const pods = await stage.pods();
  const living = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  stage.seen.most = Math.max(stage.seen.most, living.length);
  stage.seen.least = Math.min(stage.seen.least, living.filter(isReady).length);
  const writes = pods.flatMap((pod, at) => kubeletWrites(stage, pod, at));
  if (writes.length > 0) await stage.store.write(writes);
  await stage.clock.settle();
}

function kubeletWrites(stage: Stage, pod: Pod, at: number): readonly Write[] {
  const { name, namespace = '' } = pod.metadata;
  if (pod.metadata.deletionTimestamp !== undefined) {
    return [{ op: 'delete', ref: { kind: 'Pod', namespace, name }, graceSeconds: 0 }];
  }
  const age = stage.clock.now() - Date.parse(pod.metadata.creationTimestamp);
  if (isReady(pod) || age < stage.startMs || stage.broken.has(imageOf(pod))) return [];
  return [readyWrite(pod, { address: `127.64.0.${at + 1}`, now: stage.clock.now() })];
}

export function readyWrite(pod: Pod, at: { readonly address: string; readonly now: number }, isUp = true): Write {
  const lastTransitionTime = new Date(at.now).toISOString();
  const status = isUp ? 'True' : 'False';
  const conditions = [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime }] as const;
  const next: Pod = { ...pod, status: { phase: 'Running', podIP: at.address, conditions } };
  return { op: 'status', object: next };
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

export function imageOf(place: Pick<Pod, 'spec'>): string {
  return place.spec.containers[0]?.image ?? '';
}

export async function reasons(store: Store, kind: string): Promise<readonly string[]> {
  const { items } = await store.list<
    KubeObject & { readonly involvedObject: { readonly kind: string }; readonly reason: string }
  >('Event');
  return [...new Set(items.filter((event) => event.involvedObject.kind === kind).map((event) => event.reason))].sort();
}
