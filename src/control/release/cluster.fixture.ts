/** A small cluster for tests of the release controller: the real store, a router, pods and traffic that follow a clock. */
import type { NewObject } from '../../core/model/meta.ts';
import type { Release, ReleaseSpec } from '../../core/model/release.ts';
import type { Command, CommandSpec, Run } from '../../core/model/run.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { seeded } from '../../core/release/world.fixture.ts';
import type { FakeClock } from '../../lib/fake-clock.ts';
import { fakeClock } from '../../lib/fake-clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { Controller } from './controller.ts';
import { startReleaseController } from './controller.ts';
import { followDeployments } from './kubelet.fixture.ts';
import type { FakeMetrics, FakeRouter } from './traffic.fixture.ts';
import { fakeMetrics, fakeRouter } from './traffic.fixture.ts';

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

/** A store on a folder of its own. Control knows no engine, so the tests bring theirs. */
export type OpenTestStore = (clock: Clock) => { readonly store: Store; end(): void };

export async function cluster(open: OpenTestStore, mortal?: (whole: Mortal) => Mortal): Promise<Cluster> {
  const clock = fakeClock();
  const opened = open(clock);
  const { store } = opened;
  await store.write([{ op: 'apply', manager: 'test', object: namespace('default') }]).catch(() => undefined);
  const router = fakeRouter();
  const metrics = fakeMetrics(clock, router);
  const random = seeded(5);
  const whole: Mortal = { store, router };
  const start = (on: Mortal): Controller =>
    startReleaseController({ store: on.store, traffic: { istio: on.router }, metrics, clock, log: silentLog, random });
  const crashing = new Set<string>();
  const self: Cluster = {
    clock,
    store,
    router,
    metrics,
    crashing,
    controller: start(mortal?.(whole) ?? whole),
    // The earlier controller may wait for ever on something dead; nobody waits for it.
    restart: (on = whole) => void (self.controller = start(on)),
    ...objectsOf(store, () => `command-${clock.now()}-${Math.floor(random() * 1e6)}`),
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += 100) {
        await followDeployments(store, { now: clock.now(), crashing });
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
      await self.controller.close();
      opened.end();
    },
  };
  return self;
}

type Objects = Pick<Cluster, 'apply' | 'command' | 'release' | 'runs' | 'deployment'>;

function objectsOf(store: Store, newName: () => string): Objects {
  const namespace = 'default';
  return {
    apply: async (object) => void (await store.write([{ op: 'apply', manager: 'test', object }])),
    command: async (spec) => {
      const name = newName();
      const object: NewObject<Command> = {
        apiVersion: 'serin.dev/v1alpha1',
        kind: 'Command',
        metadata: { name, namespace },
        spec: { release: 'reviews', by: 'ada', ...spec },
      };
      await store.write([{ op: 'create', object }]);
      return name;
    },
    release: async () => {
      const found = await store.get<Release>({ kind: 'Release', namespace, name: 'reviews' });
      if (found === undefined) throw new Error('no release');
      return found;
    },
    runs: async () => (await store.list<Run>('Run', { namespace })).items,
    deployment: (name) => store.get<Deployment>({ kind: 'Deployment', namespace, name }),
  };
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
