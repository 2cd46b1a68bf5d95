/** One service with a release in a namespace of its own, driven by command line and watched by events. */
import { resolve } from 'node:path';
import type { Release, ReleaseSpec } from '../../../src/core/model/release.ts';
import type { Run } from '../../../src/core/model/run.ts';
import type { Service } from '../../../src/core/model/service.ts';
import type { Deployment } from '../../../src/core/model/workload.ts';
import type { Pod } from '../../../src/core/model/pod.ts';
import type { Observer } from './observer.ts';
import type { CommandOutput, Serin } from './serin.ts';
import type { Traffic } from './traffic.ts';
import { startTraffic } from './traffic.ts';

const program = resolve(import.meta.dirname, 'app.mjs');

export type Env = Readonly<Record<string, string>>;
type Manifest = Readonly<Record<string, unknown>>;
export type Status = NonNullable<Release['status']>;

/** A pod template of the service `shop`. Without `label` it carries no version label of its own. */
function template(env: Env, label?: string): Manifest {
  return {
    metadata: { labels: { app: 'shop', ...(label === undefined ? {} : { version: label }) } },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'shop',
          image: 'shop',
          command: [process.execPath, program],
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          ports: [{ containerPort: 8000 }],
          readinessProbe: { httpGet: { path: '/health', port: 8000 }, periodSeconds: 1 },
        },
      ],
    },
  };
}

function deploymentOf(name: string, pods: Manifest, labels: Manifest, replicas: number): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: pods },
  };
}

/** The Deployment of one version beside others. */
export function version(name: string, env: Env = {}, replicas = 1): Manifest {
  const labels = { app: 'shop', version: name };
  return deploymentOf(`shop-${name}`, template({ VERSION: name, ...env }, name), labels, replicas);
}

/** The one Deployment of a release with `workload.deployment`. */
export function single(env: Env, replicas = 1): Manifest {
  return deploymentOf('shop', template(env), { app: 'shop' }, replicas);
}

const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop' },
  spec: { selector: { app: 'shop' }, ports: [{ name: 'http', port: 8000 }] },
};

type Steps = NonNullable<NonNullable<ReleaseSpec['strategy']['canary']>['steps']>;

/** A release whose pace suits a test; `spec` replaces whole blocks. */
export function release(steps: Steps, spec: Partial<ReleaseSpec> = {}): Manifest {
  return {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: { name: 'shop' },
    spec: {
      service: 'shop',
      workload: { versions: {} },
      strategy: { canary: { steps } },
      onAbort: { keepCandidate: '1s' },
      onPromotion: { scaleDownDelay: '1s' },
      ...spec,
    },
  };
}

export interface Shop {
  readonly namespace: string;
  readonly observer: Observer;
  /** Runs a command line in the shop's namespace. */
  run(args: readonly string[], user?: string): Promise<CommandOutput>;
  must(args: readonly string[], user?: string): Promise<string>;
  json<T>(args: readonly string[]): Promise<T>;
  apply(...objects: readonly Manifest[]): Promise<void>;
  /** Applies the release and waits until it has found its stable version. */
  govern(manifest: Manifest): Promise<void>;
  readonly status: () => Status | undefined;
  /** Waits until the release's status fits. */
  until(fits: (status: Status) => boolean, withinMs?: number): Promise<Status>;
  /** Waits for a hold of the run in flight. */
  untilHeld(reason: string): Promise<void>;
  /** Runs, oldest first. */
  readonly runs: () => readonly Run[];
  /** Waits for the end of the newest run to a version, told by its label or its content hash. */
  ended(version: string, withinMs?: number): Promise<Run>;
  deployment(name: string): Deployment | undefined;
  readonly pods: (prefix?: string) => readonly Pod[];
  traffic(rps: number): Traffic;
  /** Every status the release ever had here, in order. */
  readonly statuses: readonly Status[];
}

/** Brings up the service with these Deployments and, once it answers, its release if there is one. */
export async function openShop(
  serin: Serin,
  observer: Observer,
  setup: { readonly namespace: string; readonly workloads: readonly Manifest[]; readonly release?: Manifest },
): Promise<Shop> {
  const { namespace } = setup;
  const statuses: Status[] = [];
  observer.onChange((object) => {
    const { status } = object as Release;
    if (object.kind === 'Release' && object.metadata.namespace === namespace && status) statuses.push(status);
  });
  const at = (args: readonly string[]): readonly string[] => [...args, '-n', namespace];
  const env = (user: string | undefined) => (user === undefined ? {} : { env: { SERIN_USER: user } });
  const apply: Shop['apply'] = async (...objects) => {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    await serin.must(at(['apply', '-f', '-']), { input });
  };
  const status = (): Status | undefined => observer.get<Release>('Release', namespace, 'shop')?.status;
  const until: Shop['until'] = (fits, withinMs) =>
    observer
      .until(
        `the release in ${namespace}`,
        () => {
          const now = status();
          return now !== undefined && fits(now) ? now : undefined;
        },
        withinMs,
      )
      .catch((error: unknown) => {
        throw new Error(`${String(error)}; its status was ${JSON.stringify(status())}`);
      });
  const runs = (): readonly Run[] =>
    observer
      .list<Run>('Run', namespace)
      .toSorted((a, b) => Number(a.metadata.name.slice(5)) - Number(b.metadata.name.slice(5)));

  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, service, ...setup.workloads);
  const address = await observer.until('the address of the service', () => {
    return observer.get<Service>('Service', namespace, 'shop')?.spec.clusterIP;
  });
  const url = `http://${address}:8000/`;
  await answers(url);
  const govern: Shop['govern'] = async (manifest) => {
    await apply(manifest);
    await until(({ stable, conditions }) => {
      return (
        stable !== undefined && conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
      );
    });
  };
  if (setup.release !== undefined) await govern(setup.release);
  return {
    govern,
    namespace,
    observer,
    run: (args, user) => serin.run(at(args), env(user)),
    must: (args, user) => serin.must(at(args), env(user)),
    json: <T>(args: readonly string[]) => serin.json<T>(at(args)),
    apply,
    status,
    until,
    untilHeld: async (reason) => {
      await observer.until(`a hold (${reason}) in ${namespace}`, () => {
        const record = runs().at(-1)?.status?.record as { holds?: readonly { reason: string }[] } | undefined;
        return record?.holds?.find((hold) => hold.reason === reason);
      });
    },
    runs,
    ended: (to, withinMs) =>
      observer
        .until(
          `the end of the run to ${to} in ${namespace}`,
          () =>
            runs().findLast(
              (run) => [run.spec.to.version, run.spec.to.hash].includes(to) && run.status?.outcome !== undefined,
            ),
          withinMs,
        )
        .catch((error: unknown) => {
          throw new Error(`${String(error)}; the release was ${JSON.stringify(status())}`);
        }),
    deployment: (name) => observer.get<Deployment>('Deployment', namespace, name),
    pods: (prefix = '') =>
      observer.list<Pod>('Pod', namespace).filter(({ metadata }) => metadata.name.startsWith(prefix)),
    traffic: (rps) => startTraffic(url, rps),
    statuses,
  };
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer: ${answer?.status ?? 'no connection'}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
