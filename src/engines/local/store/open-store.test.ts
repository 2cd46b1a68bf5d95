import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject, NewObject } from '../../../core/model/meta.ts';
import type { WatchEvent } from '../../../ports/store.ts';
import { openStore } from './open-store.ts';
import type { LocalStore } from './open-store.ts';

let folder: string;
let store: LocalStore;
let nowMs = Date.parse('2026-01-01T00:00:00Z');
const clock = { now: () => (nowMs += 1), sleep: () => Promise.resolve() };

function open(): LocalStore {
  return openStore({ path: join(folder, 'serin.db'), clock });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-store-'));
  store = open();
});

afterEach(() => {
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function configMap(name: string, data: Record<string, string> = {}, namespace = 'default'): NewObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data } as NewObject;
}

test('writes survive a reopening', async () => {
  const { results, resourceVersion } = await store.write([
    { op: 'create', object: configMap('a', { x: '1' }) },
    { op: 'append', journal: 'j', entries: [{ at: 5, kind: 'k', body: { n: 1 } }] },
  ]);
  expect(results.map((one) => one.outcome)).toEqual(['created', 'changed']);
  store[Symbol.dispose]();
  store = open();
  expect(await store.get({ kind: 'ConfigMap', namespace: 'default', name: 'a' })).toEqual(results[0]?.object);
  expect((await store.list('ConfigMap')).resourceVersion).toBe(resourceVersion);
  expect(await store.journal('j')).toEqual([{ at: 5, kind: 'k', body: { n: 1 } }]);
});

test('a watcher sees the past in order, then the present', async () => {
  const { resourceVersion } = await store.list('ConfigMap');
  await store.write([{ op: 'create', object: configMap('a') }]);
  const seen: WatchEvent[] = [];
  store.watch(
    { kinds: ['ConfigMap'], since: resourceVersion },
    { onEvent: (event) => void seen.push(event), onLost: expect.unreachable },
  );
  await store.write([{ op: 'apply', object: configMap('a', { x: '2' }), manager: 'm' }]);
  await store.write([{ op: 'delete', ref: { kind: 'ConfigMap', namespace: 'default', name: 'a' } }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen.map((event) => event.type)).toEqual(['added', 'modified', 'deleted']);
  expect(seen.map((event: { object: KubeObject }) => event.object.metadata.generation)).toEqual([1, 2, 2]);
});
