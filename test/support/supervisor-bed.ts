/** What the tests of the supervisor share: a real store, real addresses, real processes in a scratch folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject, NewObject } from '../../src/core/model/meta.ts';
import type { ContainerStatus, Pod, PodSpec } from '../../src/core/model/pod.ts';
import { isPodReady } from '../../src/core/workload/pod-status.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { WatchEvent } from '../../src/ports/store.ts';
import type { LocalAddresses } from '../../src/engines/local/addresses/open-addresses.ts';
import { openAddresses } from '../../src/engines/local/addresses/open-addresses.ts';
import type { ConfigInput } from '../../src/engines/local/config/config.ts';
import { defaultConfig } from '../../src/engines/local/config/config.ts';
import type { LocalStore } from '../../src/engines/local/store/open-store.ts';
import { openStore } from '../../src/engines/local/store/open-store.ts';
import type { Supervisor } from '../../src/engines/local/supervisor/supervisor.ts';
import { startSupervisor } from '../../src/engines/local/supervisor/supervisor.ts';

export interface TestBed {
  readonly folder: string;
  readonly store: LocalStore;
  readonly addresses: LocalAddresses;
  readonly supervisor: Supervisor;
  /** Every event of pods since the start. */
  readonly seen: readonly WatchEvent[];
  /** Writes a program and gives the command that runs it. */
  program(name: string, source: string): readonly string[];
  create(...objects: NewObject[]): Promise<void>;
  createPod(name: string, spec: PodSpec, metadata?: Partial<NewObject['metadata']>): Promise<Pod>;
  pod(name: string): Promise<Pod | undefined>;
  deletePod(name: string, graceSeconds?: number): Promise<void>;
  /** Resolves once the pod is as wanted; fails with its status after 10 s. */
  until(name: string, isWanted: (pod: Pod) => boolean): Promise<Pod>;
  untilReady(name: string): Promise<Pod>;
  untilGone(name: string): Promise<void>;
  file(name: string): string;
  [Symbol.asyncDispose](): Promise<void>;
}

const LIMIT_MS = 10_000;

export const fastConfig: ConfigInput = { backOff: { base: '200ms', max: '800ms', resetAfter: '1m' }, drain: '100ms' };

export async function openTestBed(settings: ConfigInput = fastConfig, folder?: string): Promise<TestBed> {
  const root = folder ?? mkdtempSync(join(tmpdir(), 'serin-supervisor-'));
  const store = openStore({ path: join(root, 'serin.db'), clock: systemClock });
  const config = defaultConfig(root, settings);
  const addresses = await openAddresses({ path: join(root, 'addresses.db'), podPorts: { from: 20_000, to: 29_999 } });
  const supervisor = await startSupervisor({
    store,
    dataDir: join(root, 'data'),
    config,
    addresses,
    clock: systemClock,
    log: silentLog,
  });
  const seen: WatchEvent[] = [];
  const onLost = (): void => undefined;
  const watch = store.watch(
    { kinds: ['Pod'], since: store.version() },
    { onEvent: (event) => void seen.push(event), onLost },
  );
  const ref = (name: string) => ({ kind: 'Pod', namespace: 'default', name });
  const pod = (name: string): Promise<Pod | undefined> => store.get<Pod>(ref(name));
  const until: TestBed['until'] = (name, isWanted) =>
    eventually(
      async () => {
        const present = await pod(name);
        return present !== undefined && isWanted(present) ? present : undefined;
      },
      async () => JSON.stringify((await pod(name))?.status, undefined, 1),
    );
  return {
    folder: root,
    store,
    addresses,
    supervisor,
    seen,
    program(name, source) {
      const path = join(root, `${name}.mjs`);
      writeFileSync(path, source);
      return [process.execPath, path];
    },
    create: async (...objects) => void (await store.write(objects.map((object) => ({ op: 'create', object })))),
    createPod: async (name, spec, metadata = {}) => {
      const object: NewObject<Pod> = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ...metadata },
        spec,
      };
      const { results } = await store.write([{ op: 'create', object }]);
      // What was created is what came back.
      return results[0]?.object as KubeObject as Pod;
    },
    pod,
    deletePod: async (name, graceSeconds) => {
      const grace = graceSeconds === undefined ? {} : { graceSeconds };
      await store.write([{ op: 'delete', ref: ref(name), ...grace }]);
    },
    until,
    untilReady: (name) => until(name, ({ status }) => isPodReady(status)),
    untilGone: async (name) => {
      await eventually(
        async () => ((await pod(name)) === undefined ? true : undefined),
        async () => JSON.stringify(await pod(name)),
      );
    },
    file: (name) => readText(join(root, name)),
    async [Symbol.asyncDispose]() {
      for (const { metadata } of (await store.list<Pod>('Pod')).items) {
        await store.write([
          { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: metadata.name }, graceSeconds: 0 },
        ]);
      }
      await delay(50);
      await supervisor.close({ stopPods: true });
      watch.close();
      addresses.close();
      store[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until there is an answer. */
export async function eventually<T>(ask: () => Promise<T | undefined>, describe: () => Promise<string>): Promise<T> {
  const until = Date.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`not within ${LIMIT_MS} ms; last seen: ${await describe()}`);
    await delay(10);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function containerOf(pod: Pod | undefined, name = 'main'): ContainerStatus {
  const status = pod?.status;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no status of container ${name}: ${JSON.stringify(status)}`);
  return found;
}

/** A server on $PORT that answers /healthz by 200 once the file `ready` stands beside it, and tells its pid. */
export const SERVER = `
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
const ready = new URL('./ready', import.meta.url);
createServer((request, response) => {
  response.statusCode = request.url === '/healthz' && !existsSync(ready) ? 503 : 200;
  response.end(JSON.stringify({ pid: process.pid, env: process.env }));
}).listen(Number(process.env.PORT), process.env.POD_IP);
process.on('SIGTERM', () => process.exit(0));
`;
