import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../core/model/meta.ts';
import type { Write } from '../../../ports/store.ts';
import { configMap, created, ownedBy, pod, ref, settled, storeBed, watching } from './store.fixture.ts';
import type { StoreBed } from './store.fixture.ts';

let bed: StoreBed;

beforeEach(() => {
  bed = storeBed();
});
afterEach(() => bed[Symbol.dispose]());

async function remove(
  kind: string,
  name: string,
  more: Partial<Extract<Write, { op: 'delete' }>> = {},
): Promise<unknown> {
  const { results } = await bed.store.write([{ op: 'delete', ref: ref(kind, name), ...more }]);
  return results[0];
}

async function names(kind: string): Promise<readonly string[]> {
  return (await bed.store.list(kind)).items.map((one) => one.metadata.name);
}

test('an object goes, and its name is free again with another uid', async () => {
  const one = await created(bed.store, configMap('a'));
  expect(await remove('ConfigMap', 'a')).toEqual({ outcome: 'deleted' });
  await expect(remove('ConfigMap', 'a')).rejects.toMatchObject({ code: 'notFound' });
  expect((await created(bed.store, configMap('a'))).metadata.uid).not.toBe(one.metadata.uid);
});

test('a pod first gets its time to end', async () => {
  await created(bed.store, pod('p', {}, { terminationGracePeriodSeconds: 5 }));
  const seen = watching(bed.store, ['Pod'], bed.store.version());
  expect(await remove('Pod', 'p')).toMatchObject({
    outcome: 'deleted',
    object: {
      metadata: { deletionTimestamp: '2026-01-01T00:00:05.000Z', deletionGracePeriodSeconds: 5, generation: 1 },
    },
  });
  const version = bed.store.version();
  expect(await remove('Pod', 'p')).toMatchObject({ outcome: 'same' });
  expect(bed.store.version()).toBe(version);
  expect(await remove('Pod', 'p', { graceSeconds: 2 })).toMatchObject({
    object: { metadata: { deletionGracePeriodSeconds: 2 } },
  });
  expect(await remove('Pod', 'p', { graceSeconds: 0 })).toEqual({ outcome: 'deleted' });
  await settled();
  expect(seen.events.map((event) => event.type)).toEqual(['modified', 'modified', 'deleted']);
});

test('dependents go with the last of their owners, grandchildren too', async () => {
  const a = await created(bed.store, configMap('a'));
  const b = await created(bed.store, configMap('b'));
  const child = await created(bed.store, configMap('child', {}, ownedBy(a)));
  await created(bed.store, configMap('grandchild', {}, ownedBy(child)));
  const both = { ownerReferences: [ownedBy(a), ownedBy(b)].flatMap((one) => one['ownerReferences']) };
  await created(bed.store, configMap('shared', {}, both));
  await created(bed.store, pod('p', ownedBy(child)));
  await remove('ConfigMap', 'a');
  expect(await names('ConfigMap')).toEqual(['b', 'shared']);
  expect((await bed.store.get(ref('Pod', 'p')))?.metadata.deletionGracePeriodSeconds).toBe(30);
  expect((await bed.store.get(ref('ConfigMap', 'shared')))?.metadata.ownerReferences).toHaveLength(1);
  await remove('ConfigMap', 'b');
  expect(await names('ConfigMap')).toEqual([]);
});

test('orphans stay, without the owner', async () => {
  const a = await created(bed.store, configMap('a'));
  await created(bed.store, configMap('child', {}, ownedBy(a)));
  await remove('ConfigMap', 'a', { orphan: true });
  expect((await bed.store.get(ref('ConfigMap', 'child')))?.metadata).not.toHaveProperty('ownerReferences');
});

test('finalizers hold an object until they are taken away; none can be added then', async () => {
  const one = await created(bed.store, configMap('a', {}, { finalizers: ['x/y'] }));
  await created(bed.store, configMap('child', {}, ownedBy(one)));
  expect(await remove('ConfigMap', 'a')).toMatchObject({
    outcome: 'deleted',
    object: { metadata: { finalizers: ['x/y'] } },
  });
  const held = (await bed.store.get(ref('ConfigMap', 'a')))!;
  const more: KubeObject = { ...held, metadata: { ...held.metadata, finalizers: ['x/y', 'x/z'] } };
  await expect(bed.store.write([{ op: 'update', object: more }])).rejects.toMatchObject({ code: 'refused' });
  expect(await names('ConfigMap')).toEqual(['a', 'child']);
  const { finalizers: _, ...metadata } = held.metadata;
  const { results } = await bed.store.write([{ op: 'update', object: { ...held, metadata } }]);
  expect(results[0]?.outcome).toBe('deleted');
  expect(await names('ConfigMap')).toEqual([]);
});

test('a batch may name an owner and what goes with it', async () => {
  const a = await created(bed.store, configMap('a'));
  await created(bed.store, configMap('child', {}, ownedBy(a)));
  const { results } = await bed.store.write([
    { op: 'delete', ref: ref('ConfigMap', 'a') },
    { op: 'delete', ref: ref('ConfigMap', 'child') },
  ]);
  expect(results.map((one) => one.outcome)).toEqual(['deleted', 'deleted']);
});

test('an object may be deleted and made anew in one batch', async () => {
  const one = await created(bed.store, configMap('a', { data: { x: '1' } }));
  await bed.store.write([
    { op: 'delete', ref: ref('ConfigMap', 'a') },
    { op: 'create', object: configMap('a') },
  ]);
  const two = (await bed.reopen().get(ref('ConfigMap', 'a')))!;
  expect(two.metadata.uid).not.toBe(one.metadata.uid);
  expect(two).not.toHaveProperty('data');
});

test('a namespace ends with the last object in it, and takes nothing new meanwhile', async () => {
  const inShop = { namespace: 'shop' };
  await created(bed.store, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await created(bed.store, configMap('a', {}, inShop));
  await created(bed.store, pod('p', inShop));
  const gone = { op: 'delete', ref: { kind: 'Namespace', namespace: '', name: 'shop' } } as const;
  const { results } = await bed.store.write([gone]);
  expect(results[0]).toMatchObject({ outcome: 'deleted', object: { status: { phase: 'Terminating' } } });
  expect(await names('ConfigMap')).toEqual([]);
  await expect(created(bed.store, configMap('b', {}, inShop))).rejects.toMatchObject({ code: 'refused' });
  await bed.store.write([{ op: 'delete', ref: ref('Pod', 'p', 'shop'), graceSeconds: 0 }]);
  expect(await names('Namespace')).toEqual(['default', 'istio-system']);
});

test("the system's namespaces cannot be deleted", async () => {
  await expect(remove('Namespace', 'default')).rejects.toMatchObject({ code: 'refused' });
});
