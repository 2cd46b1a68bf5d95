import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NewObject } from '../../core/model/meta.ts';
import type { Pod, PodSpec } from '../../core/model/pod.ts';
import type { EndpointSlice, Service, ServiceSpec } from '../../core/model/service.ts';
import { openStore } from '../../engines/local/store/open-store.ts';
import type { LocalStore } from '../../engines/local/store/open-store.ts';
import { fakeClock } from '../../lib/fake-clock.ts';
import { silentLog } from '../../lib/log.ts';
import { startCache } from '../cache.ts';
import type { Cache } from '../cache.ts';
import type { Loop } from '../loop.ts';
import { readyWrite } from '../workload-controllers.fixture.ts';
import { WORKLOAD_KINDS } from '../workload-controllers.ts';
import { startEndpointsController } from './endpoints-controller.ts';

const clock = fakeClock({ turns: 8 });
let folder: string;
let store: LocalStore;
let cache: Cache;
let loop: Loop;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'serin-endpoints-'));
  store = openStore({ path: join(folder, 'serin.db'), clock });
  cache = startCache({ store, kinds: WORKLOAD_KINDS, clock, random: () => 0, log: silentLog });
  loop = startEndpointsController({ store, cache, clock, random: () => 0, log: silentLog });
  await loop.ready;
});

afterEach(async () => {
  await loop.close();
  cache.close();
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function put(object: NewObject): Promise<void> {
  await store.write([{ op: 'apply', object, manager: 'test' }]);
  await clock.settle();
}

function service(spec: ServiceSpec): NewObject<Service> {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec };
}

const web: ServiceSpec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'main' }] };

async function pod(name: string, port: number, options: { readonly isReady?: boolean } = {}): Promise<void> {
  const spec: PodSpec = { containers: [{ name: 'c', image: 'x', ports: [{ name: 'main', containerPort: port }] }] };
  const metadata = { name, namespace: 'default', labels: { app: 'web' } };
  await put({ apiVersion: 'v1', kind: 'Pod', metadata, spec } as NewObject<Pod>);
  await mark(name, options.isReady ?? true);
}

async function mark(name: string, isUp: boolean): Promise<void> {
  const live = await store.get<Pod>({ kind: 'Pod', namespace: 'default', name });
  if (live === undefined) throw new Error(`no pod ${name}`);
  const number = name.charCodeAt(0) - 96;
  await store.write([readyWrite(live, { address: `127.64.0.${number}`, now: clock.now() }, isUp)]);
  await clock.settle();
}

async function slices(): Promise<readonly EndpointSlice[]> {
  await clock.settle();
  return (await store.list<EndpointSlice>('EndpointSlice')).items;
}

async function conditions(): Promise<readonly unknown[]> {
  const all = (await slices()).flatMap(({ endpoints }) => endpoints);
  return all.map((one) => [
    one.targetRef?.name,
    one.conditions.ready,
    one.conditions.serving,
    one.conditions.terminating,
  ]);
}

it('lists pods with address, readiness and the number behind a named port', async () => {
  await put(service(web));
  await pod('a', 8080);
  await pod('b', 8080, { isReady: false });
  const [slice, ...others] = await slices();
  expect(others).toEqual([]);
  expect(slice?.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'web' });
  expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  expect(slice?.endpoints[0]?.addresses).toEqual(['127.64.0.1']);
  expect(await conditions()).toEqual([
    ['a', true, true, false],
    ['b', false, false, false],
  ]);
});

it('has one slice for each distinct set of ports', async () => {
  await put(service(web));
  await pod('a', 8080);
  await pod('b', 9090);
  const ports = (await slices()).map((slice) => [slice.ports[0]?.port, slice.endpoints[0]?.targetRef?.name]);
  expect(ports.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [8080, 'a'],
    [9090, 'b'],
  ]);
});

it('has one empty slice where no pod fits, and follows pods that come, change labels and go', async () => {
  await put(service(web));
  expect((await slices()).map(({ endpoints }) => endpoints)).toEqual([[]]);
  await pod('a', 8080);
  expect(await conditions()).toEqual([['a', true, true, false]]);
  const live = await store.get<Pod>({ kind: 'Pod', namespace: 'default', name: 'a' });
  if (live === undefined) throw new Error('no pod');
  const relabelled: Pod = { ...live, metadata: { ...live.metadata, labels: { app: 'other' } } };
  await store.write([{ op: 'update', object: relabelled }]);
  expect(await conditions()).toEqual([]);
});

it('says that a pod is ending, and drops it when it is gone', async () => {
  await put(service(web));
  await pod('a', 8080);
  const ref = { kind: 'Pod', namespace: 'default', name: 'a' };
  await store.write([{ op: 'delete', ref }]);
  expect(await conditions()).toEqual([['a', false, true, true]]);
  await store.write([{ op: 'delete', ref, graceSeconds: 0 }]);
  expect(await conditions()).toEqual([]);
});

it('publishes pods that are not ready where the Service asks for it, and marks headless ones', async () => {
  await put(service({ ...web, clusterIP: 'None', publishNotReadyAddresses: true }));
  await pod('a', 8080, { isReady: false });
  expect(await conditions()).toEqual([['a', true, false, false]]);
  expect((await slices())[0]?.metadata.labels).toHaveProperty('service.kubernetes.io/headless');
});

it('leaves Services without a selector and foreign slices alone', async () => {
  await put(service({ ports: [{ port: 80 }] }));
  const metadata = { name: 'own', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } };
  const own = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  };
  await put(own as NewObject<EndpointSlice>);
  expect((await slices()).map((slice) => slice.metadata.name)).toEqual(['own']);
});

it('switches all endpoints when the selector changes', async () => {
  await put(service({ ...web, selector: { app: 'web', color: 'blue' } }));
  await pod('a', 8080);
  expect(await conditions()).toEqual([]);
  await put(service(web));
  expect(await conditions()).toEqual([['a', true, true, false]]);
});

it('writes nothing where nothing changed, restores a slice that somebody deletes, and goes with the Service', async () => {
  await put(service(web));
  await pod('a', 8080);
  const before = store.version();
  loop.add('default/web');
  await clock.settle();
  expect(store.version()).toBe(before);
  const name = (await slices())[0]?.metadata.name ?? '';
  await store.write([{ op: 'delete', ref: { kind: 'EndpointSlice', namespace: 'default', name } }]);
  expect(await conditions()).toEqual([['a', true, true, false]]);
  await store.write([{ op: 'delete', ref: { kind: 'Service', namespace: 'default', name: 'web' } }]);
  expect(await slices()).toEqual([]);
});
