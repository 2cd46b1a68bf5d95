import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import { STICKY_ANNOTATION, type VirtualService } from '../../core/model/virtual-service.ts';
import { type LocalStore, openStore } from '../../engines/local/store/open-store.ts';
import type { Write } from '../../ports/store.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import { newDr, newVs, splitOf } from './istio.fixture.ts';
import { createIstioProvider } from './provider.ts';

let folder: string;
let store: LocalStore;
let provider: TrafficProvider;
let acknowledged: string | undefined;
let batches: (readonly Write[])[];
let nowMs = Date.parse('2026-01-01T00:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-istio-'));
  store = openStore({
    path: join(folder, 'serin.db'),
    clock: { now: () => (nowMs += 1000), sleep: () => Promise.resolve() },
  });
  batches = [];
  acknowledged = undefined;
  provider = createIstioProvider({
    store: {
      list: (kind, options) => store.list(kind, options),
      write: (batch) => {
        batches.push(batch);
        return store.write(batch);
      },
    },
    mesh: { acknowledged: () => Promise.resolve(acknowledged) },
  });
});

afterEach(() => {
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const ref = (kind: string, name = 'reviews') => ({ kind, namespace: 'default', name });
const vs = async (name = 'reviews') => (await store.get<VirtualService>(ref('VirtualService', name)))!;
const dr = async (name = 'reviews') => (await store.get<DestinationRule>(ref('DestinationRule', name)))!;
const weights = (object: VirtualService, index = 0) =>
  Object.fromEntries((object.spec.http?.[index]?.route ?? []).map((one) => [one.destination.subset, one.weight]));
const bend = async <T extends KubeObject>(object: T, change: (object: T) => T) =>
  void (await store.write([{ op: 'update', object: change(object) }]));
const remove = (kind: string, name = 'reviews') => store.write([{ op: 'delete', ref: ref(kind, name) }]);
const named = { virtualService: { name: 'reviews', routes: ['primary'] } };

describe('objects of its own', () => {
  test('are made in one write, subsets before routes', async () => {
    expect(await provider.apply(splitOf('v2', 30))).toBe('changed');
    expect(batches.map((batch) => batch.map((write) => write.op === 'create' && write.object.kind))).toEqual([
      ['DestinationRule', 'VirtualService'],
    ]);
    expect((await dr()).spec).toEqual({
      host: 'reviews',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    });
    expect((await vs()).spec.hosts).toEqual(['reviews']);
    expect(weights(await vs())).toEqual({ v1: 70, v2: 30 });
  });

  test('a second apply writes nothing, a new weight writes the VirtualService only', async () => {
    await provider.apply(splitOf('v2', 30));
    expect(await provider.apply(splitOf('v2', 30))).toBe('same');
    expect(batches).toHaveLength(1);
    await provider.apply(splitOf('v2', 31));
    expect(batches[1]?.map((write) => write.op === 'update' && write.object.kind)).toEqual(['VirtualService']);
  });

  test('decimals become parts of 10,000', async () => {
    await provider.apply(splitOf('v2', 0.25));
    expect(weights(await vs())).toEqual({ v1: 9975, v2: 25 });
    expect((await provider.read(splitOf('v2', 0.25))).candidateWeight).toBe(0.25);
  });

  test('an old subset goes away only once no route names it', async () => {
    await provider.apply(splitOf('v2', 100));
    const promoted = { stable: { version: 'v2', labels: { version: 'v2' } } };
    await provider.apply(splitOf(undefined, 0, promoted));
    expect((await dr()).spec.subsets?.map(({ name }) => name)).toEqual(['v1', 'v2']);
    await provider.apply(splitOf('v3', 1, promoted));
    expect((await dr()).spec.subsets?.map(({ name }) => name)).toEqual(['v2', 'v3']);
  });

  test('versions that give the same name get different subsets', async () => {
    const stable = { version: 'v1.0', labels: { version: 'v1.0' } };
    await provider.apply({ ...splitOf('v1-0', 5), stable });
    expect((await dr()).spec.subsets).toEqual([
      { name: 'v1-0', labels: { version: 'v1.0' } },
      { name: 'v1-0-2', labels: { version: 'v1-0' } },
    ]);
    expect(weights(await vs())).toEqual({ 'v1-0': 95, 'v1-0-2': 5 });
  });

  test('do not take the place of somebody’s', async () => {
    const http = [{ route: [{ destination: { host: 'reviews' } }] }];
    await store.write([
      { op: 'create', object: newVs('mine', { hosts: ['reviews.default.svc.cluster.local'], http }) },
    ]);
    await expect(provider.apply(splitOf('v2', 30))).rejects.toMatchObject({
      code: 'refused',
      details: { place: { object: 'VirtualService default/mine' }, remedy: { key: 'traffic.nameVirtualService' } },
    });
    expect(batches).toEqual([]);
  });
});

describe('sticky users', () => {
  const sticky = { key: { cookie: 'user' }, salt: 'run-1' };

  test('the candidate takes the lowest buckets; the policy goes with the candidate', async () => {
    await provider.apply(splitOf('v2', 30, { sticky }));
    const text = (await vs()).metadata.annotations?.[STICKY_ANNOTATION] ?? '';
    expect(JSON.parse(text)).toEqual([{ route: 'serin', key: { cookie: 'user' }, salt: 'run-1', first: 'reviews#v2' }]);
    await provider.apply(splitOf());
    expect((await vs()).metadata.annotations?.[STICKY_ANNOTATION]).toBeUndefined();
  });

  test('policies of other rules stay', async () => {
    const foreign = [{ route: 'other', key: { header: 'x' }, salt: 's', first: 'a' }];
    const object = newVs('reviews', {
      hosts: ['reviews'],
      http: [{ name: 'primary', route: [{ destination: { host: 'reviews' } }] }],
    });
    const metadata = { ...object.metadata, annotations: { [STICKY_ANNOTATION]: JSON.stringify(foreign) } };
    await store.write([{ op: 'create', object: { ...object, metadata } }]);
    await provider.apply(splitOf('v2', 30, { sticky, settings: named }));
    const text = (await vs()).metadata.annotations?.[STICKY_ANNOTATION] ?? '';
    expect(JSON.parse(text)).toEqual([...foreign, expect.objectContaining({ route: 'primary' })]);
    await provider.apply(splitOf(undefined, 0, { settings: named }));
    expect((await vs()).metadata.annotations?.[STICKY_ANNOTATION]).toBe(JSON.stringify(foreign));
  });
});

describe('somebody’s VirtualService', () => {
  const policy = { loadBalancer: { simple: 'RANDOM' } } as const;

  beforeEach(async () => {
    await store.write([
      {
        op: 'create',
        object: newVs('reviews', {
          hosts: ['reviews'],
          http: [
            { match: [{ uri: { prefix: '/admin' } }], route: [{ destination: { host: 'reviews', subset: 'v1' } }] },
            {
              name: 'primary',
              timeout: '3s',
              route: [
                { destination: { host: 'reviews', port: { number: 9080 } }, headers: { request: { set: { a: 'b' } } } },
              ],
            },
          ],
        }),
      },
      {
        op: 'create',
        object: newDr('reviews-rules', {
          host: 'reviews.default.svc.cluster.local',
          trafficPolicy: policy,
          subsets: [{ name: 'green', labels: { version: 'v2' }, trafficPolicy: policy }],
        }),
      },
    ]);
  });

  test('only the named rule changes; port and headers are kept; a fitting subset is used as it is', async () => {
    const before = await vs();
    await provider.apply(splitOf('v2', 10, { settings: named }));
    const after = await vs();
    expect(after.spec.http?.[0]).toEqual(before.spec.http?.[0]);
    const headers = { request: { set: { a: 'b' } } };
    expect(after.spec.http?.[1]).toEqual({
      name: 'primary',
      timeout: '3s',
      route: [
        { destination: { host: 'reviews', port: { number: 9080 }, subset: 'v1' }, headers, weight: 90 },
        { destination: { host: 'reviews', port: { number: 9080 }, subset: 'green' }, headers, weight: 10 },
      ],
    });
    expect((await dr('reviews-rules')).spec).toEqual({
      host: 'reviews.default.svc.cluster.local',
      trafficPolicy: policy,
      subsets: [
        { name: 'green', labels: { version: 'v2' }, trafficPolicy: policy },
        { name: 'v1', labels: { version: 'v1' } },
      ],
    });
  });

  test('a rule that does not exist is a fault with place and remedy, and nothing is written', async () => {
    const settings = { virtualService: { name: 'reviews', routes: ['secondary'] } };
    await expect(provider.apply(splitOf('v2', 10, { settings }))).rejects.toMatchObject({
      code: 'invalid',
      text: { key: 'traffic.routeMissing', params: { route: 'secondary' } },
      details: {
        place: { object: 'VirtualService default/reviews', field: 'spec.http[].name' },
        expected: 'secondary',
        found: 'primary',
        remedy: { key: 'traffic.nameRule' },
      },
    });
    expect(batches).toEqual([]);
  });

  test('several rules and no name is a fault', async () => {
    const settings = { virtualService: { name: 'reviews' } };
    await expect(provider.apply(splitOf('v2', 10, { settings }))).rejects.toMatchObject({
      text: { key: 'traffic.routesUnnamed', params: { count: 2 } },
    });
  });

  test('the first pin with a wrong name is a fault as well, not a guess', async () => {
    const settings = { virtualService: { name: 'reviews', routes: ['secondary'] } };
    await expect(provider.apply(splitOf(undefined, 0, { settings }))).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('an abort needs only the service and stable', () => {
  const abort = splitOf();

  test('both objects deleted: made anew', async () => {
    await provider.apply(splitOf('v2', 50));
    await remove('VirtualService');
    await remove('DestinationRule');
    expect(await provider.apply(abort)).toBe('changed');
    expect(weights(await vs())).toEqual({ v1: 100 });
    expect((await dr()).spec.subsets).toEqual([{ name: 'v1', labels: { version: 'v1' } }]);
  });

  test('the DestinationRule deleted: its subset comes back', async () => {
    await provider.apply(splitOf('v2', 50));
    await remove('DestinationRule');
    await provider.apply(abort);
    expect((await dr()).spec.subsets).toEqual([{ name: 'v1', labels: { version: 'v1' } }]);
    expect(weights(await vs())).toEqual({ v1: 100 });
  });

  test('a bent subset selects stable again', async () => {
    await provider.apply(splitOf('v2', 50));
    await bend(await dr(), (rule) => ({
      ...rule,
      spec: { ...rule.spec, subsets: [{ name: 'v1', labels: { version: 'v2' } }] },
    }));
    await provider.apply(abort);
    expect((await dr()).spec.subsets?.find(({ name }) => name === 'v1')?.labels).toEqual({ version: 'v1' });
  });

  test('a mangled own VirtualService is written anew', async () => {
    await provider.apply(splitOf('v2', 50));
    await bend(await vs(), (object) => ({
      ...object,
      spec: { hosts: ['other'], http: [{ route: [{ destination: { host: 'other' } }] }] },
    }));
    await provider.apply(abort);
    expect((await vs()).spec.hosts).toEqual(['reviews']);
    expect(weights(await vs())).toEqual({ v1: 100 });
  });

  test('a renamed rule of somebody’s VirtualService is found by what it carries', async () => {
    await store.write([
      {
        op: 'create',
        object: newVs('reviews', {
          hosts: ['reviews'],
          http: [
            { name: 'pinned', match: [{ port: 1 }], route: [{ destination: { host: 'reviews', subset: 'v1' } }] },
            { name: 'primary', route: [{ destination: { host: 'reviews' } }] },
          ],
        }),
      },
    ]);
    await provider.apply(splitOf('v2', 50, { settings: named }));
    await bend(await vs(), (object) => ({
      ...object,
      spec: { ...object.spec, http: (object.spec.http ?? []).map((rule) => ({ ...rule, name: `x-${rule.name}` })) },
    }));
    await expect(provider.apply(splitOf('v2', 60, { settings: named }))).rejects.toMatchObject({ code: 'invalid' });
    await provider.apply(splitOf(undefined, 0, { settings: named }));
    const after = await vs();
    expect(weights(after, 1)).toEqual({ v1: 100 });
    expect(after.spec.http?.[0]).toEqual({
      name: 'x-pinned',
      match: [{ port: 1 }],
      route: [{ destination: { host: 'reviews', subset: 'v1' } }],
    });
  });

  test('a second writer in between is no obstacle', async () => {
    await provider.apply(splitOf('v2', 50));
    let interfered = false;
    const racing = createIstioProvider({
      store: {
        list: async (kind, options) => {
          const listing = await store.list<never>(kind, options);
          if (!interfered && kind === 'VirtualService') {
            interfered = true;
            await bend(await vs(), (object) => ({
              ...object,
              metadata: { ...object.metadata, labels: { ...object.metadata.labels, a: 'b' } },
            }));
          }
          return listing;
        },
        write: (batch) => store.write(batch),
      },
    });
    expect(await racing.apply(abort)).toBe('changed');
    expect(weights(await vs())).toEqual({ v1: 100 });
    expect((await vs()).metadata.labels?.['a']).toBe('b');
  });
});

describe('reading back', () => {
  test('in force once the mesh acknowledged a version that holds the objects', async () => {
    await provider.apply(splitOf('v2', 30));
    const version = Number((await vs()).metadata.resourceVersion);
    expect(await provider.read(splitOf('v2', 30))).toEqual({ candidateWeight: 30, inForce: false });
    acknowledged = String(version - 1);
    expect((await provider.read(splitOf('v2', 30))).inForce).toBe(false);
    acknowledged = String(version);
    expect(await provider.read(splitOf('v2', 30))).toEqual({ candidateWeight: 30, inForce: true });
  });

  test('nothing there', async () => {
    expect(await provider.read(splitOf())).toMatchObject({
      candidateWeight: null,
      contradiction: { key: 'traffic.gone', params: { object: 'VirtualService default/reviews' } },
    });
  });

  test('weights that somebody changed', async () => {
    await provider.apply(splitOf('v2', 30));
    await bend(await vs(), (object) => ({
      ...object,
      spec: {
        ...object.spec,
        http: (object.spec.http ?? []).map((rule) => ({
          ...rule,
          route: (rule.route ?? []).map((entry, index) => ({ ...entry, weight: index === 0 ? 1 : 3 })),
        })),
      },
    }));
    expect(await provider.read(splitOf('v2', 30))).toMatchObject({
      candidateWeight: 75,
      contradiction: { key: 'traffic.weightsDiffer', params: { found: 75, expected: 30 } },
    });
  });

  test('a subset that somebody bent, or removed', async () => {
    await provider.apply(splitOf('v2', 30));
    await bend(await dr(), (rule) => ({
      ...rule,
      spec: { ...rule.spec, subsets: rule.spec.subsets?.slice(0, 1) ?? [] },
    }));
    expect((await provider.read(splitOf('v2', 30))).contradiction).toMatchObject({
      key: 'traffic.subsetsDiffer',
      params: { object: 'DestinationRule default/reviews' },
    });
  });

  test('a rule without a subset sends to all pods: not to stable', async () => {
    await provider.apply(splitOf());
    await bend(await vs(), (object) => ({
      ...object,
      spec: { ...object.spec, http: [{ name: 'serin', route: [{ destination: { host: 'reviews' } }] }] },
    }));
    expect((await provider.read(splitOf())).candidateWeight).toBe(100);
  });
});

describe('giving the service up for good', () => {
  const { stable } = splitOf();
  const whole = (more: Partial<TrafficSplit> = {}) =>
    splitOf(undefined, 0, { stable: { ...stable, labels: {} }, ...more });

  test('takes away what Serin made', async () => {
    await provider.apply(splitOf('v2', 40));
    expect(await provider.remove(splitOf())).toBe('changed');
    expect(await provider.remove(whole())).toBe('changed');
    expect(await store.list('VirtualService')).toMatchObject({ items: [] });
    expect(await store.list('DestinationRule')).toMatchObject({ items: [] });
    expect(await provider.remove(whole())).toBe('same');
    expect(await provider.remove(splitOf())).toBe('same');
    expect(await store.list('VirtualService')).toMatchObject({ items: [] });
  });

  test('leaves what others wrote as they wrote it', async () => {
    const route = newVs('reviews', {
      hosts: ['reviews'],
      http: [
        {
          name: 'testers',
          match: [{ headers: { who: { exact: 'tester' } } }],
          route: [{ destination: { host: 'reviews', subset: 'old' } }],
        },
        {
          name: 'primary',
          timeout: '3s',
          route: [{ destination: { host: 'reviews' }, headers: { request: { set: { a: 'b' } } } }],
        },
      ],
    });
    const rule = newDr('reviews', { host: 'reviews', subsets: [{ name: 'old', labels: { version: 'v0' } }] });
    await store.write([
      { op: 'create', object: route },
      { op: 'create', object: rule },
    ]);
    const settings = named;
    await provider.apply(splitOf('v2', 40, { settings, sticky: { key: { cookie: 'u' }, salt: 's' } }));
    await provider.remove(splitOf(undefined, 0, { settings }));
    await provider.remove(whole({ settings }));
    expect((await vs()).spec).toEqual(route.spec);
    expect((await dr()).spec).toEqual(rule.spec);
    expect((await vs()).metadata.annotations).toBeUndefined();
    expect((await dr()).metadata.annotations).toBeUndefined();
  });

  test('keeps a route to a subset that somebody else wrote', async () => {
    const rule = newDr('reviews', { host: 'reviews', subsets: [{ name: 'v1', labels: { version: 'v1' } }] });
    const route = newVs('reviews', {
      hosts: ['reviews'],
      http: [{ name: 'primary', route: [{ destination: { host: 'reviews', subset: 'v1' }, weight: 100 }] }],
    });
    await store.write([
      { op: 'create', object: route },
      { op: 'create', object: rule },
    ]);
    const settings = named;
    await provider.apply(splitOf('v2', 40, { settings }));
    await provider.remove(splitOf(undefined, 0, { settings }));
    await provider.remove(whole({ settings }));
    expect((await vs()).spec).toEqual(route.spec);
    expect((await dr()).spec).toEqual(rule.spec);
  });
});

test('removing leaves everything on stable', async () => {
  await provider.apply(splitOf('v2', 40, { sticky: { key: { cookie: 'u' }, salt: 's' } }));
  await provider.remove(splitOf('v2', 40, { sticky: { key: { cookie: 'u' }, salt: 's' } }));
  expect(weights(await vs())).toEqual({ v1: 100 });
  expect((await vs()).metadata.annotations?.[STICKY_ANNOTATION]).toBeUndefined();
});

test('says who gets most of the traffic by the route as it is', async () => {
  const serving = (more: Partial<TrafficSplit> = {}) => provider.serving(splitOf(undefined, 0, more));
  expect(await serving()).toBeUndefined();
  await provider.apply(splitOf('v2', 30));
  expect(await serving()).toEqual({ version: 'v1' });
  await provider.apply(splitOf('v2', 70));
  expect(await serving()).toEqual({ version: 'v2' });
  await store.write([
    {
      op: 'create',
      object: newVs('routes', {
        hosts: ['reviews'],
        http: [{ name: 'primary', route: [{ destination: { host: 'reviews' } }] }],
      }),
    },
  ]);
  expect(await serving({ settings: { virtualService: { name: 'routes', routes: ['primary'] } } })).toBeUndefined();
  expect(await serving({ settings: { virtualService: { name: 'absent' } } })).toBeUndefined();
});

test('says which objects carry a split', async () => {
  await provider.apply(splitOf('v2', 40));
  const { settings: _none, ...split } = splitOf();
  const [route, rule] = [await vs(), await dr()];
  const carries = (object: KubeObject, settings = {}) => provider.carries(object, { ...split, settings });
  expect([carries(route), carries(rule)]).toEqual([true, true]);
  const others = { virtualService: { name: 'routes' }, destinationRule: { name: 'rules' } };
  expect([carries(route, others), carries(rule, others)]).toEqual([false, false]);
  const metadata = { ...route.metadata, namespace: 'elsewhere' };
  expect(carries({ ...route, metadata })).toBe(false);
});
