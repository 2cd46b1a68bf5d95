import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject, NewObject } from '../../core/model/meta.ts';
import { PORTS_ANNOTATION } from '../../core/model/pod.ts';
import { SERVICE_NAME_LABEL } from '../../core/model/service.ts';
import type { RoutingTable } from '../../core/routing/table.ts';
import { type LocalStore, openStore } from '../../engines/local/store/open-store.ts';
import { type FakeClock, fakeClock } from '../../lib/fake-clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { AddressClaim, AddressGrant, Addresses } from '../../ports/addresses.ts';
import { type Cache, startCache } from '../cache.ts';
import { COMPILE_GAP_MS, type MeshConfig, startMeshConfig } from './mesh-config.ts';
import { MESH_KINDS } from './present.ts';

let folder: string;
let store: LocalStore;
let clock: FakeClock;
let cache: Cache;
let config: MeshConfig;
let tables: RoutingTable[];
let refuse: AddressClaim['kind'] | undefined;

/** Gives one address after the other. */
function bookOfAddresses(): Pick<Addresses, 'reserve' | 'granted'> {
  const grants = new Map<string, AddressGrant>();
  const keyOf = ({ ...claim }: AddressClaim): string =>
    JSON.stringify({ ...claim, ports: undefined, wanted: undefined });
  return {
    granted: (claim) => grants.get(keyOf(claim)),
    reserve: (claim) => {
      if (claim.kind === refuse) return Promise.reject(new Error('no address left'));
      const nominal = 'ports' in claim ? claim.ports : [claim.kind === 'forwardProxy' ? 15_080 : claim.port];
      const wanted = claim.kind === 'nodePort' ? (claim.wanted ?? 30_000) : undefined;
      const address =
        claim.kind === 'gateway' || claim.kind === 'nodePort' ? '127.0.0.1' : `127.32.0.${grants.size + 1}`;
      const ports = Object.fromEntries(nominal.map((port) => [port, wanted ?? port]));
      const grant = { address, ports, moved: [] };
      grants.set(keyOf(claim), grant);
      return Promise.resolve(grant);
    },
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-mesh-config-'));
  clock = fakeClock({ turns: 6 });
  store = openStore({ path: join(folder, 'serin.db'), clock });
  cache = startCache({ store, kinds: MESH_KINDS, clock, log: silentLog });
  tables = [];
  refuse = undefined;
});

afterEach(async () => {
  await config.close();
  cache.close();
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  config = startMeshConfig({
    cache,
    addresses: bookOfAddresses(),
    sink: { push: (table) => void tables.push(table) },
    clock,
    log: silentLog,
  });
  await config.ready;
  await clock.advance(COMPILE_GAP_MS);
}

const create = (...objects: readonly object[]) =>
  store.write(objects.map((object) => ({ op: 'create', object: object as NewObject })));

const service = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 9080, targetPort: 80 }], ...more },
});

const pod = (name: string, version: string, ports?: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    labels: { app: 'reviews', version },
    annotations: ports === undefined ? {} : { [PORTS_ANNOTATION]: JSON.stringify(ports) },
  },
  spec: { containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 80 }] }] },
});

const slice = (pods: readonly (readonly [string, string, boolean])[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'reviews-1', namespace: 'default', labels: { [SERVICE_NAME_LABEL]: 'reviews' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 80 }],
  endpoints: pods.map(([name, address, ready]) => ({
    addresses: [address],
    conditions: { ready },
    targetRef: { kind: 'Pod', namespace: 'default', name, uid: name },
  })),
});

const virtualService = (weights: readonly [number, number]) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace: 'default' },
  spec: {
    hosts: ['reviews'],
    http: [
      {
        route: [
          { destination: { host: 'reviews', subset: 'v1' }, weight: weights[0] },
          { destination: { host: 'reviews', subset: 'v2' }, weight: weights[1] },
        ],
      },
    ],
  },
});

const destinationRule = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace: 'default' },
  spec: {
    host: 'reviews',
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'v2', labels: { version: 'v2' } },
    ],
  },
};

const latest = (): RoutingTable => tables.at(-1) ?? expect.fail('nothing was pushed');

test('pods appear at the address and port that their process has; only ready ones', async () => {
  await create(
    service('reviews'),
    pod('reviews-v1', 'v1', { 80: 20_001 }),
    pod('reviews-v2', 'v2', { 80: 20_002 }),
    slice([
      ['reviews-v1', '127.64.0.1', true],
      ['reviews-v2', '127.64.0.2', false],
    ]),
    destinationRule,
    virtualService([90, 10]),
  );
  await start();
  const host = 'reviews.default.svc.cluster.local';
  expect(latest().clusters[`outbound|9080|v1|${host}`]?.endpoints).toMatchObject([
    { address: '127.64.0.1', port: 20_001, pod: 'reviews-v1', workload: { workload: 'reviews-v1', version: 'v1' } },
  ]);
  expect(latest().clusters[`outbound|9080|v2|${host}`]?.endpoints).toEqual([]);
});

test('every workload calls a service at an address of its own, and so do strangers', async () => {
  await create(service('reviews', { type: 'NodePort', ports: [{ name: 'http', port: 9080, nodePort: 30_080 }] }));
  await create(pod('client', 'v1'), pod('other', 'v1'));
  await start();
  const places = latest().listeners.map(({ kind, caller, id, nominalPort }) => [
    kind,
    caller.workload,
    id,
    nominalPort,
  ]);
  expect(places).toEqual(
    expect.arrayContaining([
      ['mesh', 'client', expect.stringMatching(/^127\.32\..*:9080$/), 9080],
      ['mesh', 'other', expect.stringMatching(/^127\.32\..*:9080$/), 9080],
      ['mesh', 'unknown', expect.stringMatching(/^127\.32\..*:9080$/), 9080],
      ['nodePort', 'unknown', '127.0.0.1:30080', 9080],
      ['forwardProxy', 'client', expect.stringMatching(/:15080$/), 15_080],
    ]),
  );
  expect(new Set(places.map(([, , id]) => id)).size).toBe(places.length);
});

test('a change after a quiet time is pushed at once; more changes wait for the gap and share a table', async () => {
  await create(service('reviews'), destinationRule, virtualService([100, 0]));
  await start();
  const before = tables.length;
  const change = async (weights: readonly [number, number]): Promise<string> => {
    const present = await store.get<KubeObject>({ kind: 'VirtualService', namespace: 'default', name: 'reviews' });
    const object = { ...present, spec: virtualService(weights).spec } as KubeObject;
    return (await store.write([{ op: 'update', object }])).resourceVersion;
  };
  const first = await change([90, 10]);
  await clock.settle();
  expect(tables.length).toBe(before + 1);
  expect(latest().version).toBe(Number(first));
  for (const weight of [20, 30, 40] as const) await change([100 - weight, weight]);
  const last = await change([50, 50]);
  await clock.settle();
  expect(tables.length).toBe(before + 1);
  await clock.advance(COMPILE_GAP_MS);
  expect(tables.length).toBe(before + 2);
  expect(latest().version).toBe(Number(last));
});

test('what a probe changes in a pod compiles nothing; labels and ports do', async () => {
  await create(
    service('reviews'),
    pod('reviews-v1', 'v1', { 80: 20_001 }),
    slice([['reviews-v1', '127.64.0.1', true]]),
  );
  await start();
  const before = tables.length;
  const present = (await store.get<KubeObject>({ kind: 'Pod', namespace: 'default', name: 'reviews-v1' }))!;
  await store.write([{ op: 'status', object: { ...present, status: { phase: 'Running' } } as KubeObject }]);
  await clock.advance(COMPILE_GAP_MS);
  expect(tables.length).toBe(before);
  const running = (await store.get<KubeObject>({ kind: 'Pod', namespace: 'default', name: 'reviews-v1' }))!;
  const metadata = { ...running.metadata, annotations: { [PORTS_ANNOTATION]: JSON.stringify({ 80: 20_005 }) } };
  await store.write([{ op: 'update', object: { ...running, metadata } }]);
  await clock.advance(COMPILE_GAP_MS);
  const [cluster] = Object.values(latest().clusters);
  expect(cluster?.endpoints[0]?.port).toBe(20_005);
});

test('a Gateway opens its port on 127.0.0.1; what cannot be done is said', async () => {
  const problems: string[] = [];
  await create({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] },
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts: ['*'],
          tls: { mode: 'SIMPLE', credentialName: 'c' },
        },
      ],
    },
  });
  await start();
  expect(latest().listeners).toMatchObject([{ id: '127.0.0.1:80', kind: 'gateway', protocol: 'http' }]);
  problems.push(...config.problems().map(({ text }) => text.key));
  expect(problems).toEqual(['routing.gatewayTls']);
});

test('an address that cannot be had keeps nobody else waiting and is asked for again', async () => {
  refuse = 'forwardProxy';
  await create(service('reviews'), pod('client', 'v1'));
  await start();
  expect(latest().listeners.map(({ kind }) => kind)).toEqual(['mesh', 'mesh']);
  refuse = undefined;
  await clock.advance(2000);
  expect(latest().listeners.map(({ kind }) => kind)).toContain('forwardProxy');
});
