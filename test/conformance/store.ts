/** What every implementation of the store port must do, whoever is behind it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/core/model/plain.ts';
import type { KubeObject, NewObject } from '../../src/core/model/meta.ts';
import type { Deployment } from '../../src/core/model/workload.ts';
import type { Store, WatchEvent } from '../../src/ports/store.ts';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

interface Data {
  readonly [key: string]: string;
}

interface Where {
  readonly labels?: Data;
  readonly namespace?: string;
}

function configMap(name: string, data: Data = {}, where: Where = {}): NewObject {
  const { labels = {}, namespace = 'default' } = where;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data } as NewObject;
}

function deployment(name: string): NewObject<Deployment> {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'x' }] } },
    },
  };
}

const ref = (name: string) => ({ kind: 'ConfigMap', namespace: 'default', name });

/** Collects what a watch tells. */
function recorder(store: Store, since: string, namespace?: string) {
  const events: WatchEvent[] = [];
  const losses: unknown[] = [];
  const subscription = store.watch(
    { kinds: ['ConfigMap'], since, ...(namespace === undefined ? {} : { namespace }) },
    { onEvent: (event) => events.push(event), onLost: (cause) => losses.push(cause) },
  );
  return {
    events,
    losses,
    subscription,
    told: () => events.map(({ type, object }) => `${type} ${object.metadata.name}`),
  };
}

export function storeSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(`store: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const version = async (): Promise<string> => (await store.list('ConfigMap')).resourceVersion;
    const create = async (object: NewObject): Promise<KubeObject> => {
      const { results } = await store.write([{ op: 'create', object }]);
      const created = results[0]?.object;
      if (created === undefined) throw new Error('nothing was created');
      return created;
    };

    test('what does not exist is undefined; what was created is found', async () => {
      expect(await store.get(ref('a'))).toBeUndefined();
      const created = await create(configMap('a', { x: '1' }));
      expect(await store.get(ref('a'))).toEqual(created);
      expect(created.metadata).toMatchObject({ generation: 1, namespace: 'default' });
      expect(await store.get({ kind: 'Namespace', namespace: '', name: 'default' })).toBeDefined();
    });

    test('creating twice is the fault `exists`', async () => {
      await create(configMap('a'));
      await expect(create(configMap('a'))).rejects.toMatchObject({ code: 'exists' });
    });

    test('an update of what somebody else changed is the fault `conflict`, and retry helps', async () => {
      const first = (await create(configMap('a'))) as ConfigMap;
      const { results } = await store.write([{ op: 'update', object: { ...first, data: { x: '1' } } as KubeObject }]);
      expect(results[0]?.outcome).toBe('changed');
      const late = store.write([{ op: 'update', object: { ...first, data: { x: '2' } } as KubeObject }]);
      await expect(late).rejects.toMatchObject({ code: 'conflict', retry: 'backoff' });
      expect(await store.get(ref('a'))).toMatchObject({ data: { x: '1' } });
    });

    test('a batch is all or nothing', async () => {
      await create(configMap('b'));
      const batch = store.write([
        { op: 'create', object: configMap('a') },
        { op: 'create', object: configMap('b') },
      ]);
      await expect(batch).rejects.toMatchObject({ code: 'exists' });
      expect(await store.get(ref('a'))).toBeUndefined();
    });

    test('versions grow with every write', async () => {
      const first = await create(configMap('a'));
      const second = await create(configMap('b'));
      expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
      expect(Number(await version())).toBeGreaterThanOrEqual(Number(second.metadata.resourceVersion));
    });

    test('status and spec do not touch each other', async () => {
      const created = (await create(deployment('a'))) as Deployment;
      const { results } = await store.write([
        {
          op: 'status',
          object: { ...created, spec: { ...created.spec, replicas: 9 }, status: { readyReplicas: 1 } } as Deployment,
        },
      ]);
      expect(results[0]?.object).toMatchObject({ spec: { replicas: 1 }, status: { readyReplicas: 1 } });
      expect(results[0]?.object?.metadata.generation).toBe(1);
    });

    test('apply takes away what the manager no longer sets, and leaves what others set', async () => {
      const apply = (data: Data, manager: string) =>
        store.write([{ op: 'apply', manager, object: configMap('a', data) }]);
      expect((await apply({ x: '1', y: '1' }, 'me')).results[0]?.outcome).toBe('created');
      await apply({ z: '1' }, 'you');
      expect((await apply({ x: '2' }, 'me')).results[0]?.outcome).toBe('changed');
      expect(await store.get<ConfigMap>(ref('a'))).toMatchObject({ data: { x: '2', z: '1' } });
      expect((await store.get<ConfigMap>(ref('a')))?.data).not.toHaveProperty('y');
      expect((await apply({ x: '2' }, 'me')).results[0]?.outcome).toBe('same');
    });

    test('lists by namespace and by label', async () => {
      await store.write([
        { op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } },
      ]);
      await create(configMap('a', {}, { labels: { app: 'x', tier: 'web' } }));
      await create(configMap('b', {}, { labels: { app: 'x' } }));
      await create(configMap('c', {}, { labels: { app: 'x' }, namespace: 'shop' }));
      const names = async (...args: Parameters<Store['list']>): Promise<readonly string[]> =>
        (await store.list(...args)).items.map(({ metadata }) => metadata.name).toSorted();
      expect(await names('ConfigMap', { labels: { matchLabels: { app: 'x' } } })).toEqual(['a', 'b', 'c']);
      expect(await names('ConfigMap', { namespace: 'default', labels: { matchLabels: { app: 'x' } } })).toEqual([
        'a',
        'b',
      ]);
      const labels = { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' as const }] };
      expect(await names('ConfigMap', { labels: { matchLabels: { app: 'x' }, ...labels } })).toEqual(['b', 'c']);
    });

    test('what is wrong in an object is the fault `invalid` with its place', async () => {
      const wrong = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, dta: {} };
      await expect(store.write([{ op: 'create', object: wrong as NewObject }])).rejects.toMatchObject({
        code: 'invalid',
        details: { place: { field: expect.stringContaining('dta') } },
      });
      const nowhere = store.write([{ op: 'create', object: configMap('a', {}, { namespace: 'nowhere' }) }]);
      await expect(nowhere).rejects.toMatchObject({
        text: { key: 'store.namespaceMissing', params: { namespace: 'nowhere' } },
      });
    });

    test('deleting twice is the fault `notFound`', async () => {
      await create(configMap('a'));
      const { results } = await store.write([{ op: 'delete', ref: ref('a') }]);
      expect(results[0]?.outcome).toBe('deleted');
      await expect(store.write([{ op: 'delete', ref: ref('a') }])).rejects.toMatchObject({ code: 'notFound' });
    });

    test('a watch tells the past after `since`, then the present, in order', async () => {
      await create(configMap('before'));
      const since = await version();
      await create(configMap('a'));
      const watch = recorder(store, since);
      await store.write([
        { op: 'create', object: configMap('b') },
        { op: 'apply', manager: 'me', object: configMap('a', { x: '1' }) },
        { op: 'delete', ref: ref('b') },
      ]);
      await expect.poll(() => watch.told(), { timeout: 5000 }).toHaveLength(4);
      expect(watch.told()).toEqual(['added a', 'added b', 'modified a', 'deleted b']);
      const versions = watch.events.map(({ resourceVersion }) => Number(resourceVersion));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(watch.losses).toEqual([]);
      watch.subscription.close();
    });

    test('a watch of one namespace tells nothing of others, a closed one nothing at all', async () => {
      await store.write([
        { op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } },
      ]);
      const since = await version();
      const shop = recorder(store, since, 'shop');
      const closed = recorder(store, since);
      closed.subscription.close();
      await create(configMap('a'));
      await create(configMap('b', {}, { namespace: 'shop' }));
      await expect.poll(() => shop.told(), { timeout: 5000 }).toEqual(['added b']);
      expect(closed.told()).toEqual([]);
      shop.subscription.close();
    });

    test('a history that does not exist is a lost watch, once', async () => {
      const watch = recorder(store, '999999999');
      await expect.poll(() => watch.losses.length, { timeout: 5000 }).toBe(1);
      expect(watch.losses[0]).toMatchObject({ code: 'refused' });
      await create(configMap('a'));
      expect(watch.told()).toEqual([]);
    });

    test('journals keep their order and are read from an index', async () => {
      const entry = (at: number) => ({ at, kind: 'note', body: { at } });
      await store.write([{ op: 'append', journal: 'run/default/a b/c', entries: [entry(1), entry(2)] }]);
      await store.write([{ op: 'append', journal: 'run/default/a b/c', entries: [entry(3)] }]);
      expect(await store.journal('run/default/a b/c')).toEqual([entry(1), entry(2), entry(3)]);
      expect(await store.journal('run/default/a b/c', 2)).toEqual([entry(3)]);
      expect(await store.journal('none')).toEqual([]);
    });

    test('notices of a write come back as messages', async () => {
      const { results } = await store.write([
        {
          op: 'create',
          object: { apiVersion: 'extensions/v1beta1', kind: 'Deployment', ...withoutHead(deployment('a')) },
        },
      ]);
      expect(results[0]?.object?.apiVersion).toBe('apps/v1');
      expect(results[0]?.notices?.[0]?.key).toMatch(/^[a-z]+\./);
    });
  });
}

function withoutHead({ metadata, spec }: NewObject<Deployment>): Pick<NewObject<Deployment>, 'metadata' | 'spec'> {
  return { metadata, spec };
}
