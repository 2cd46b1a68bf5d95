import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { created, configMap, ref, storeBed } from '../../engines/local/store/store.fixture.ts';
import type { StoreBed } from '../../engines/local/store/store.fixture.ts';
import { say } from '../../texts/catalogue.ts';
import { applyManifests } from './apply.ts';
import { patchObject } from './patch-object.ts';
import { readSources } from './sources.ts';

let bed: StoreBed;

beforeEach(() => {
  bed = storeBed();
});
afterEach(() => bed[Symbol.dispose]());

const service = (port: number, file = 'a.yaml'): { file: string; text: string } => ({
  file,
  text: `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: ${port}}], selector: {app: web}}\n`,
});

async function lines(sources: Parameters<typeof applyManifests>[1]): Promise<readonly string[]> {
  const outcome = await applyManifests(bed.store, sources);
  return outcome.outcome === 'done' ? outcome.changes.map((change) => say('en', change.text)) : ['refused'];
}

test('says what happened as kubectl does', async () => {
  expect(await lines([service(80)])).toEqual(['service/web created']);
  expect(await lines([service(80)])).toEqual(['service/web unchanged']);
  expect(await lines([service(81)])).toEqual(['service/web configured']);
});

test('one problem in one of the files, and nothing of them is applied', async () => {
  const outcome = await applyManifests(bed.store, [service(80), service(0, 'b.yaml')]);
  expect(outcome).toMatchObject({ outcome: 'refused', problems: [{ place: { file: 'b.yaml', line: 4 } }] });
  expect((await bed.store.list('Service')).items).toEqual([]);
});

test('a fault of the store names the file and the line', async () => {
  const inShop = {
    file: 'shop.yaml',
    text: `# shop\n${service(80).text.replace('name: web', 'name: web, namespace: shop')}`,
  };
  await expect(applyManifests(bed.store, [service(80), inShop])).rejects.toMatchObject({
    code: 'notFound',
    details: { place: { file: 'shop.yaml', line: 2, object: 'Service shop/web', field: 'metadata.namespace' } },
  });
  expect((await bed.store.list('Service')).items).toEqual([]);
});

test('the namespace that was asked for is where objects go that name none', async () => {
  const shop = { file: 'ns.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' };
  await applyManifests(bed.store, [service(80), shop], { namespace: 'shop' });
  expect(await bed.store.get(ref('Service', 'web', 'shop'))).toBeDefined();
});

test('no object at all is said', async () => {
  await expect(applyManifests(bed.store, [{ file: 'a.yaml', text: '# empty\n' }])).rejects.toMatchObject({
    code: 'usage',
  });
});

test('folders in the order of names, subfolders on request, never the configuration', async () => {
  const folder = join(bed.folder, 'manifests');
  mkdirSync(join(folder, 'more'), { recursive: true });
  for (const name of ['b.yml', 'a.yaml', 'c.json', 'notes.txt', 'serin.yaml', 'more/d.yaml']) {
    writeFileSync(join(folder, name), name);
  }
  const names = async (recursive: boolean): Promise<readonly string[]> =>
    (await readSources({ paths: [folder, '-'], recursive, readStandardInput: () => Promise.resolve('stdin') })).map(
      (source) => source.text,
    );
  expect(await names(false)).toEqual(['a.yaml', 'b.yml', 'c.json', 'stdin']);
  expect(await names(true)).toEqual(['a.yaml', 'b.yml', 'c.json', 'more/d.yaml', 'stdin']);
  const missing = { paths: [join(folder, 'no')], readStandardInput: () => Promise.resolve('') };
  await expect(readSources(missing)).rejects.toMatchObject({ code: 'notFound' });
});

test('patch by both languages; identity and status stay', async () => {
  await applyManifests(bed.store, [service(80)]);
  const patch = {
    metadata: { uid: 'x', labels: { a: 'b' } },
    spec: {
      ports: [
        { port: 80, name: 'http' },
        { port: 81, name: 'b' },
      ],
    },
  };
  const one = await patchObject(bed.store, { ref: ref('Service', 'web'), patch, type: 'strategic' });
  expect(one.object).toMatchObject({
    metadata: { uid: 'uid-3', labels: { a: 'b' } },
    spec: { ports: [{ port: 80 }, { port: 81 }] },
  });
  const merge = { spec: { ports: [{ port: 82 }], selector: null } };
  const two = await patchObject(bed.store, { ref: ref('Service', 'web'), patch: merge, type: 'merge' });
  expect(two.object).toMatchObject({ spec: { ports: [{ port: 82 }] } });
  expect(two.object).not.toHaveProperty('spec.selector');
  const bad = patchObject(bed.store, { ref: ref('Service', 'web'), patch: { spec: { port: 1 } }, type: 'merge' });
  await expect(bad).rejects.toMatchObject({ code: 'invalid', details: { place: { field: 'spec.port' } } });
});

test('a patch is tried again when somebody else wrote meanwhile', async () => {
  await created(bed.store, configMap('a', { data: { x: '1' } }));
  const patches = ['p', 'q', 'r'].map((key) =>
    patchObject(bed.store, { ref: ref('ConfigMap', 'a'), patch: { data: { [key]: '1' } }, type: 'merge' }),
  );
  await Promise.all(patches);
  expect(await bed.store.get(ref('ConfigMap', 'a'))).toMatchObject({ data: { x: '1', p: '1', q: '1', r: '1' } });
});
