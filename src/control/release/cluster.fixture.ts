/** A small cluster for tests of the release controller: the real store, a router, pods and traffic that follow a clock. */
import type { KubeObject, NewObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import type { Release, ReleaseSpec } from '../../core/model/release.ts';
import type { CommandSpec, Run } from '../../core/model/run.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import { sameTemplate } from '../../core/rollout/template.ts';
import { seeded } from '../../core/release/world.fixture.ts';
import type { FakeClock } from '../../lib/fake-clock.ts';
import { fakeClock } from '../../lib/fake-clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { ArmCounts, CountsReading, MetricsSource } from '../../ports/metrics.ts';
import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import type { Controller } from './controller.ts';
import { startReleaseController } from './controller.ts';

export interface FakeRouter extends TrafficProvider {
  /** Every split that changed something, in order. */
  readonly changes: TrafficSplit[];
  current: TrafficSplit | undefined;
  broken: boolean;
  reads: number;
}

export function fakeRouter(): FakeRouter {
  const router: FakeRouter = {
    name: 'istio',
    capabilities: { weights: 'exact', sticky: true, match: false, mirror: false },
    changes: [],
    current: undefined,
    broken: false,
    reads: 0,
    apply: async (split) => {
      if (router.broken) throw new Error('router unreachable');
      if (JSON.stringify(split) === JSON.stringify(router.current)) return 'same';
      router.current = split;
      router.changes.push(split);
      return 'changed';
    },
    read: async () => {
      router.reads += 1;
      if (router.broken) throw new Error('router unreachable');
      return { candidateWeight: router.current?.candidateWeight ?? null, inForce: true };
    },
    remove: async () => {
      router.current = undefined;
    },
  };
  return router;
}

export interface FakeMetrics extends MetricsSource {
  rps: number;
  /** Chance of failure by version. */
  readonly failing: Record<string, number>;
  broken: boolean;
  reads: number;
}

/** Draws requests by the split in force, second by second; a cursor is a moment. */
export function fakeMetrics(clock: FakeClock, router: FakeRouter): FakeMetrics {
  const random = seeded(11);
  const drawn: { at: number; version: string; failed: boolean }[] = [];
  let until = clock.now();
  const flow = (): void => {
    for (; until + 100 <= clock.now(); until += 100) {
      const { current } = router;
      if (current === undefined) continue;
      for (let i = 0; i < metrics.rps / 10; i += 1) {
        const toCandidate = random() * 100 < current.candidateWeight;
        const version = (toCandidate ? current.candidate : current.stable)?.version ?? '';
        drawn.push({ at: until, version, failed: random() < (metrics.failing[version] ?? 0) });
      }
    }
  };
  const armCounts = (version: string, from: number): ArmCounts => {
    const mine = drawn.filter((one) => one.version === version && one.at >= from);
    const latency = [...LATENCY_BOUNDS_MS, 0].map(() => 0);
    latency[5] = mine.length;
    return { requests: mine.length, failures: mine.filter((one) => one.failed).length, latency, byPod: {} };
  };
  const metrics: FakeMetrics = {
    name: 'fake',
    rps: 50,
    failing: {},
    broken: false,
    reads: 0,
    counts: async (query, cursor): Promise<CountsReading> => {
      metrics.reads += 1;
      if (metrics.broken) throw new Error('no counts');
      flow();
      const from = cursor === undefined ? until : Number(cursor);
      return {
        cursor: String(until),
        stable: armCounts(query.stable, from),
        candidate: armCounts(query.candidate, from),
        ageMs: 0,
        source: 'fake',
      };
    },
  };
  return metrics;
}

export interface Cluster {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly router: FakeRouter;
  readonly metrics: FakeMetrics;
  /** Versions whose pods crash instead of becoming ready. */
  readonly crashing: Set<string>;
  controller: Controller;
  /** Starts a controller, on things that may die. The earlier one is left as it is: dropped, not closed. */
  restart(mortal?: Mortal): void;
  apply(object: NewObject): Promise<void>;
  command(spec: Partial<CommandSpec> & { verb: CommandSpec['verb'] }): Promise<string>;
  release(): Promise<Release>;
  runs(): Promise<readonly Run[]>;
  deployment(name: string): Promise<Deployment | undefined>;
  /** Lets time pass in steps of 100 ms, with pods following what Deployments ask for. */
  pass(ms: number): Promise<void>;
  until(holds: () => Promise<boolean>, limitMs?: number): Promise<void>;
  end(): Promise<void>;
}

/** What a controller touches, so that a test can cut it off as a killed process is. */
export interface Mortal {
  readonly store: Store;
  readonly router: TrafficProvider;
}

const READY_AFTER_MS = 1_000;

/** A store on a folder of its own. Control knows no engine, so the tests bring theirs. */
export type OpenTestStore = (clock: Clock) => { readonly store: Store; end(): void };

export async function cluster(open: OpenTestStore, mortal?: (whole: Mortal) => Mortal): Promise<Cluster> {
  const clock = fakeClock();
  const { store, end } = open(clock);
  await store.write([{ op: 'apply', manager: 'test', object: namespace('default') }]).catch(() => undefined);
  const router = fakeRouter();
  const metrics = fakeMetrics(clock, router);
  const crashing = new Set<string>();
  const random = seeded(5);
  const started: Controller[] = [];
  const start = (on: Mortal): Controller => {
    const controller = startReleaseController({
      store: on.store,
      traffic: { istio: on.router },
      metrics,
      clock,
      log: silentLog,
      random,
    });
    started.push(controller);
    return controller;
  };
  const place = (kind: string, name: string): { kind: string; namespace: string; name: string } => ({
    kind,
    namespace: 'default',
    name,
  });
  const self: Cluster = {
    clock,
    store,
    router,
    metrics,
    crashing,
    controller: start(mortal?.({ store, router }) ?? { store, router }),
    restart: (on = { store, router }) => {
      // A dropped controller may wait for ever on something dead; nobody waits for it.
      started.length = 0;
      self.controller = start(on);
    },
    apply: async (object) => void (await store.write([{ op: 'apply', manager: 'test', object }])),
    command: async (spec) => {
      const name = `command-${clock.now()}-${Math.floor(random() * 1e6)}`;
      const object = {
        apiVersion: 'serin.dev/v1alpha1',
        kind: 'Command',
        metadata: { name, namespace: 'default' },
        spec: { release: 'reviews', by: 'ada', ...spec },
      };
      await store.write([{ op: 'create', object }]);
      return name;
    },
    release: async () => {
      const found = await store.get<Release>(place('Release', 'reviews'));
      if (found === undefined) throw new Error('no release');
      return found;
    },
    runs: async () => (await store.list<Run>('Run', { namespace: 'default' })).items,
    deployment: (name) => store.get<Deployment>(place('Deployment', name)),
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += 100) {
        await followDeployments(store, clock.now(), crashing);
        await clock.advance(100);
      }
    },
    until: async (holds, limitMs = 600_000) => {
      for (let passed = 0; passed <= limitMs; passed += 100) {
        if (await holds()) return;
        await self.pass(100);
      }
      throw new Error(`not reached within ${limitMs} ms: ${JSON.stringify((await self.release()).status, null, 1)}`);
    },
    end: async () => {
      await Promise.all(started.map((one) => one.close()));
      end();
    },
  };
  return self;
}

function namespace(name: string): NewObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function service(): NewObject {
  const spec = { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'reviews', namespace: 'default' }, spec } as NewObject;
}

export function releaseOf(spec: Partial<ReleaseSpec> = {}): NewObject {
  const full: ReleaseSpec = {
    service: 'reviews',
    workload: { versions: {} },
    strategy: { canary: { steps: [{ weight: 10 }, { weight: 50 }, { weight: 100 }] } },
    ...spec,
  };
  return {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: { name: 'reviews', namespace: 'default' },
    spec: full,
  } as NewObject;
}

/** `image` is the content. */
export function deployment(name: string, options: { version?: string; replicas?: number; image?: string }): NewObject {
  const labels = { app: 'reviews', ...(options.version === undefined ? {} : { version: options.version }) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: options.replicas ?? 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main',
              image: options.image ?? `reviews:${options.version ?? 'x'}`,
              ports: [{ containerPort: 9080 }],
            },
          ],
        },
      },
    },
  } as NewObject;
}

/** ReplicaSets and pods as the workload controllers would make them, ready a second after they were asked for. */
async function followDeployments(store: Store, now: number, crashing: ReadonlySet<string>): Promise<void> {
  const deployments = (await store.list<Deployment>('Deployment')).items;
  for (const one of deployments) {
    const sets = (await store.list<ReplicaSet>('ReplicaSet')).items.filter((set) => isOwner(set, one));
    const current = sets.find((set) => sameTemplate(set.spec.template, one.spec.template));
    const owned = one.metadata.annotations?.['serin.dev/release'] !== undefined;
    const keep = one.metadata.annotations?.['serin.dev/keep-replicas'];
    if (current === undefined && !owned) await store.write([{ op: 'create', object: replicaSet(one, sets.length) }]);
    for (const set of sets) {
      const wanted = owned
        ? keep === undefined
          ? undefined
          : Number(keep)
        : set === current
          ? (one.spec.replicas ?? 1)
          : 0;
      if (wanted !== undefined) await followSet(store, set, { wanted, now, crashing });
    }
    if (owned) continue;
  }
  await readyPods(store, now, crashing);
}

function isOwner(object: KubeObject, owner: KubeObject): boolean {
  return object.metadata.ownerReferences?.some((ref) => ref.uid === owner.metadata.uid) ?? false;
}

function owned(by: KubeObject): NewObject['metadata']['ownerReferences'] {
  const { name, uid } = by.metadata;
  return [{ apiVersion: by.apiVersion, kind: by.kind, name, uid, controller: true }];
}

function replicaSet(one: Deployment, index: number): NewObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${one.metadata.name}-${index}`, namespace: 'default', ownerReferences: owned(one) ?? [] },
    spec: { replicas: one.spec.replicas ?? 1, selector: one.spec.selector, template: one.spec.template },
  } as NewObject;
}

async function followSet(
  store: Store,
  set: ReplicaSet,
  { wanted, now }: { readonly wanted: number; readonly now: number; readonly crashing: ReadonlySet<string> },
): Promise<void> {
  const pods = (await store.list<Pod>('Pod')).items.filter((pod) => isOwner(pod, set));
  for (const pod of pods.slice(wanted)) {
    await store.write([
      { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: pod.metadata.name }, graceSeconds: 0 },
    ]);
  }
  for (let index = pods.length; index < wanted; index += 1) {
    const name = `${set.metadata.name}-${now}-${index}`;
    const metadata = {
      name,
      namespace: 'default',
      labels: set.spec.template.metadata?.labels ?? {},
      ownerReferences: owned(set) ?? [],
    };
    await store.write([
      { op: 'create', object: { apiVersion: 'v1', kind: 'Pod', metadata, spec: set.spec.template.spec } as NewObject },
    ]);
  }
}

async function readyPods(store: Store, now: number, crashing: ReadonlySet<string>): Promise<void> {
  for (const pod of (await store.list<Pod>('Pod')).items) {
    const crashes = crashing.has(pod.metadata.labels?.['version'] ?? '');
    const old = now - Date.parse(pod.metadata.creationTimestamp) >= READY_AFTER_MS;
    const ready = old && !crashes;
    const before = pod.status?.conditions?.find((one) => one.type === 'Ready')?.status === 'True';
    if (before === ready && !(crashes && pod.status?.containerStatuses === undefined)) continue;
    const status: Pod['status'] = {
      phase: 'Running',
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          reason: '',
          message: '',
          lastTransitionTime: new Date(now).toISOString(),
        },
      ],
      containerStatuses: [
        {
          name: 'main',
          ready,
          restartCount: crashes ? 4 : 0,
          image: '',
          state: crashes
            ? { waiting: { reason: 'CrashLoopBackOff' } }
            : { running: { startedAt: new Date(now).toISOString() } },
        },
      ],
    };
    await store.write([{ op: 'status', object: { ...pod, status } as Pod }]);
  }
}
