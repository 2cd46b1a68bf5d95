import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../../core/model/json.ts';
import type { KubeObject, NewObject } from '../../../core/model/meta.ts';
import type { WriteResult } from '../../../ports/store.ts';
import { configMap, created, ownedBy, pod, ref, storeBed } from './store.fixture.ts';
import type { StoreBed } from './store.fixture.ts';

let bed: StoreBed;

beforeEach(() => {
  bed = storeBed();
});
afterEach(() => bed[Symbol.dispose]());

function deployment(fields: JsonObject = {}, metadata: JsonObject = {}): NewObject {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'default', ...metadata },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'app' } },
      template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
      ...fields,
    },
  };
  return object as NewObject;
}

async function apply(object: NewObject, manager = 'cli'): Promise<WriteResult['results'][number]> {
  const { results } = await bed.store.write([{ op: 'apply', object, manager }]);
  return results[0]!;
}

function withStatus(object: KubeObject, status: unknown): KubeObject {
  return { ...object, status } as KubeObject;
}

test('a new object gets its identity; what a file claims of it is not taken', async () => {
  const claims = { uid: 'mine', resourceVersion: '7', generation: 9, creationTimestamp: 'then' };
  const object = await created(bed.store, { ...configMap('a', {}, claims), status: { x: 1 } } as NewObject);
  expect(object.metadata).toEqual({
    name: 'a',
    namespace: 'default',
    uid: 'uid-3',
    resourceVersion: bed.store.version(),
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00.000Z',
  });
  expect(object).not.toHaveProperty('status');
});

test('names exist once per kind and namespace', async () => {
  await created(bed.store, configMap('a'));
  await expect(created(bed.store, configMap('a'))).rejects.toMatchObject({ code: 'exists' });
});

test('a namespace must exist, but may come in the same batch in any order', async () => {
  const inShop = configMap('a', {}, { namespace: 'shop' });
  await expect(created(bed.store, inShop)).rejects.toMatchObject({
    code: 'notFound',
    text: { key: 'store.namespaceMissing' },
  });
  const shop: NewObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const { results } = await bed.store.write([
    { op: 'apply', object: inShop, manager: 'cli' },
    { op: 'apply', object: shop, manager: 'cli' },
  ]);
  expect(results.map((one) => one.object?.kind)).toEqual(['ConfigMap', 'Namespace']);
});

test('generation grows with the spec alone', async () => {
  const one = await created(bed.store, deployment());
  const labelled = { ...one, metadata: { ...one.metadata, labels: { a: 'b' } } };
  const two = (await bed.store.write([{ op: 'update', object: labelled }])).results[0]?.object;
  expect(two?.metadata.generation).toBe(1);
  const three = (await apply(deployment({ replicas: 5 }))).object;
  expect(three?.metadata.generation).toBe(2);
  const four = (await bed.store.write([{ op: 'status', object: withStatus(three!, { replicas: 1 }) }])).results[0];
  expect(four?.object?.metadata.generation).toBe(2);
});

test('update leaves the status, status leaves the rest, apply leaves the status', async () => {
  const one = await created(bed.store, deployment());
  const foreign = { ...withStatus(one, { replicas: 1 }), spec: { broken: true } } as KubeObject;
  const two = (await bed.store.write([{ op: 'status', object: foreign }])).results[0]!.object!;
  expect(two).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 } });
  const changed = {
    ...withStatus(two, { replicas: 99 }),
    spec: deployment({ replicas: 3 })['spec' as never],
  } as KubeObject;
  const three = (await bed.store.write([{ op: 'update', object: changed }])).results[0]!.object!;
  expect(three).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 1 } });
  expect((await apply({ ...deployment(), status: { replicas: 7 } } as NewObject)).object).toMatchObject({
    spec: { replicas: 2 },
    status: { replicas: 1 },
  });
});

test('an old version, another uid or no version is a conflict', async () => {
  const one = await created(bed.store, configMap('a'));
  const change = (version: string, uid = one.metadata.uid): KubeObject =>
    ({ ...one, data: { v: version }, metadata: { ...one.metadata, resourceVersion: version, uid } }) as KubeObject;
  await bed.store.write([{ op: 'update', object: change(one.metadata.resourceVersion) }]);
  const now = (await bed.store.get(ref('ConfigMap', 'a')))!.metadata.resourceVersion;
  for (const object of [change(one.metadata.resourceVersion), change(''), change(now, 'other')]) {
    await expect(bed.store.write([{ op: 'update', object }])).rejects.toMatchObject({ code: 'conflict' });
    await expect(bed.store.write([{ op: 'status', object }])).rejects.toMatchObject({ code: 'conflict' });
  }
  await expect(
    bed.store.write([{ op: 'update', object: { ...one, metadata: { ...one.metadata, name: 'no' } } }]),
  ).rejects.toMatchObject({ code: 'notFound' });
});

test('several writes of one batch may name the version from before it', async () => {
  const one = await created(bed.store, deployment());
  const labelled = { ...one, metadata: { ...one.metadata, labels: { a: 'b' } } };
  const { results } = await bed.store.write([
    { op: 'update', object: labelled },
    { op: 'status', object: withStatus(one, { replicas: 1 }) },
  ]);
  expect(results[1]?.object).toMatchObject({ metadata: { labels: { a: 'b' } }, status: { replicas: 1 } });
});

test('writes that change nothing change no version', async () => {
  const one = (await apply(deployment())).object!;
  const version = bed.store.version();
  expect((await apply(deployment())).outcome).toBe('same');
  const { results } = await bed.store.write([
    { op: 'update', object: one },
    { op: 'status', object: one },
  ]);
  expect(results.map((item) => item.outcome)).toEqual(['same', 'same']);
  expect(bed.store.version()).toBe(version);
});

test('apply removes what this manager set before, and leaves what others set', async () => {
  await apply(deployment({ paused: true }, { labels: { own: '1' } }));
  const scaled = (await bed.store.get(ref('Deployment', 'app'))) as KubeObject & { spec: JsonObject };
  const foreign = {
    ...scaled,
    spec: { ...scaled.spec, minReadySeconds: 3 },
    metadata: { ...scaled.metadata, annotations: { foreign: '1' } },
  };
  await bed.store.write([{ op: 'update', object: foreign }]);
  const merged = (await apply(deployment())).object;
  expect(merged).toMatchObject({ spec: { minReadySeconds: 3 }, metadata: { annotations: { foreign: '1' } } });
  expect(merged?.metadata).not.toHaveProperty('labels');
  expect(merged).not.toHaveProperty('spec.paused');
});

test('two managers share one object', async () => {
  const rule = (...subsets: string[]): NewObject =>
    ({
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'DestinationRule',
      metadata: { name: 'r', namespace: 'default' },
      spec: { host: 'r', subsets: subsets.map((name) => ({ name, labels: { version: name } })) },
    }) as NewObject;
  await apply(rule('v1', 'v2'), 'cli');
  await apply(rule('v2', 'v3'), 'serin-release');
  const names = (object: KubeObject | undefined): unknown =>
    (object as unknown as { spec: { subsets: { name: string }[] } }).spec.subsets.map((one) => one.name);
  expect(names((await apply(rule('v1'), 'cli')).object)).toEqual(['v1', 'v2', 'v3']);
  expect(names((await apply(rule('v3'), 'serin-release')).object)).toEqual(['v1', 'v3']);
});

test('a manager that takes over what is there already is remembered without a change', async () => {
  await created(bed.store, configMap('a', { data: { x: '1' } }));
  const version = bed.store.version();
  expect((await apply(configMap('a', { data: { x: '1' } }))).outcome).toBe('same');
  expect(bed.store.version()).toBe(version);
  bed.reopen();
  expect((await apply(configMap('a'))).object).not.toHaveProperty('data');
});

test('old spellings are stored in the present one, with a notice', async () => {
  const result = await apply({ ...deployment(), apiVersion: 'apps/v1beta2' });
  expect(result.object?.apiVersion).toBe('apps/v1');
  expect(result.notices?.map((one) => one.key)).toEqual(['manifest.upgraded']);
});

test('what one machine cannot honour is said once per object', async () => {
  const spec = {
    containers: [{ name: 'app', image: 'a', resources: { limits: { cpu: '1' } } }],
    nodeSelector: { a: 'b' },
  };
  const template = { metadata: { labels: { app: 'app' } }, spec };
  const { notices } = await apply(deployment({ template }));
  expect(notices).toEqual([{ key: 'manifest.notEnforced', params: { fields: 'nodeSelector, containers.resources' } }]);
});

test('selectors, commands and locked maps cannot be changed', async () => {
  await apply(deployment());
  const labels = { app: 'app', more: '1' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1' }] } };
  await expect(apply(deployment({ selector: { matchLabels: labels }, template }))).rejects.toMatchObject({
    code: 'invalid',
    details: { place: { object: 'Deployment default/app', field: 'spec.selector' } },
  });
  await apply(configMap('locked', { immutable: true, data: { a: '1' } }));
  await expect(apply(configMap('locked', { immutable: true, data: { a: '2' } }))).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(
    (await apply(configMap('locked', { immutable: true, data: { a: '1' } }, { labels: { a: 'b' } }))).outcome,
  ).toBe('changed');
});

test('a Secret keeps its texts as base64', async () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default' },
    stringData: { a: 'x' },
  };
  expect((await apply(secret as NewObject)).object).toMatchObject({ data: { a: 'eA==' } });
  expect((await apply(secret as NewObject)).outcome).toBe('same');
});

test('an object whose owners are gone is refused', async () => {
  const owner = await created(bed.store, configMap('owner'));
  await bed.store.write([{ op: 'delete', ref: ref('ConfigMap', 'owner') }]);
  await expect(created(bed.store, pod('p', ownedBy(owner)))).rejects.toMatchObject({ code: 'conflict' });
});

test('lists are sorted and filtered by labels and namespace', async () => {
  await created(bed.store, configMap('b', {}, { labels: { app: 'x' } }));
  await created(bed.store, configMap('a', {}, { labels: { app: 'x' } }));
  await created(bed.store, configMap('c', {}, { namespace: 'istio-system', labels: { app: 'x' } }));
  const names = async (options: Parameters<typeof bed.store.list>[1]): Promise<unknown> =>
    (await bed.store.list('ConfigMap', options)).items.map((one) => one.metadata.name);
  expect(await names({ labels: { matchLabels: { app: 'x' } } })).toEqual(['a', 'b', 'c']);
  expect(await names({ namespace: 'default' })).toEqual(['a', 'b']);
  expect(await names({ labels: { matchLabels: { app: 'y' } } })).toEqual([]);
});

test('a Service that stops being a NodePort loses what it was given for it', async () => {
  const service = (spec: JsonObject): NewObject =>
    ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec }) as NewObject;
  const ports = [{ name: 'http', port: 80 }];
  const live = (await apply(service({ type: 'NodePort', ports, selector: { app: 'web' } }))).object!;
  const given = { type: 'NodePort', ports: [{ ...ports[0], nodePort: 30001 }], clusterIP: '127.16.0.1' };
  await bed.store.write([{ op: 'update', object: { ...live, spec: given } as KubeObject }]);

  const inside = (await apply(service({ ports, selector: { app: 'web' } }))).object as KubeObject & {
    spec: JsonObject;
  };
  expect(inside.spec).toEqual({ ports, clusterIP: '127.16.0.1', selector: { app: 'web' } });

  const wrong = service({ ports: [{ ...ports[0], nodePort: 30002 }] });
  await expect(apply(wrong)).rejects.toMatchObject({ code: 'invalid', text: { key: 'manifest.nodePortType' } });

  const named = { ...inside, spec: { ...inside.spec, type: 'ExternalName', externalName: 'web.example' } };
  const { results } = await bed.store.write([{ op: 'update', object: named }]);
  expect(results[0]?.object).toMatchObject({ spec: { type: 'ExternalName', ports } });
  expect(results[0]?.object).not.toHaveProperty('spec.clusterIP');
});
