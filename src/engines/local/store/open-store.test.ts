import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import { migrations, openDatabase } from './database.ts';
import { openStore } from './open-store.ts';
import { configMap, created, ref, settled, storeBed, watching } from './store.fixture.ts';
import type { StoreBed } from './store.fixture.ts';

const clock = { now: () => 0, sleep: () => Promise.resolve() };
let bed: StoreBed;

beforeEach(() => {
  bed = storeBed();
});
afterEach(() => bed[Symbol.dispose]());

function faultOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (cause) {
    return cause instanceof Fault ? `${cause.code} ${cause.text.key}` : cause;
  }
}

test('writes survive a reopening', async () => {
  const { results, resourceVersion } = await bed.store.write([
    { op: 'apply', object: configMap('a', { data: { x: '1' } }), manager: 'm' },
    { op: 'append', journal: 'j', entries: [{ at: 5, kind: 'k', body: { n: 1 } }] },
  ]);
  expect(results.map((one) => one.outcome)).toEqual(['created', 'changed']);
  const store = bed.reopen();
  expect(await store.get(ref('ConfigMap', 'a'))).toEqual(results[0]?.object);
  expect((await store.list('ConfigMap')).resourceVersion).toBe(resourceVersion);
  expect(await store.journal('j')).toEqual([{ at: 5, kind: 'k', body: { n: 1 } }]);
  await store.write([{ op: 'apply', object: configMap('a'), manager: 'm' }]);
  expect(await store.get(ref('ConfigMap', 'a'))).not.toHaveProperty('data');
});

test('journals grow in order and can be read from a place on', async () => {
  const entry = (n: number): { at: number; kind: string; body: { n: number } } => ({ at: n, kind: 'k', body: { n } });
  await bed.store.write([{ op: 'append', journal: 'j', entries: [entry(0), entry(1)] }]);
  await bed.store.write([{ op: 'append', journal: 'j', entries: [entry(2)] }]);
  await bed.store.write([{ op: 'append', journal: 'other', entries: [entry(9)] }]);
  expect(await bed.store.journal('j', 1)).toEqual([entry(1), entry(2)]);
});

test('one bad write and nothing of the batch is kept, not even in the journal', async () => {
  const before = bed.store.version();
  const batch = bed.store.write([
    { op: 'create', object: configMap('a') },
    { op: 'append', journal: 'j', entries: [{ at: 1, kind: 'k', body: {} }] },
    { op: 'create', object: configMap('b', { dtaa: {} }) },
  ]);
  await expect(batch).rejects.toMatchObject({
    code: 'invalid',
    details: { place: { object: 'ConfigMap default/b', field: 'dtaa' } },
  });
  expect((await bed.store.list('ConfigMap')).items).toEqual([]);
  expect(await bed.store.journal('j')).toEqual([]);
  expect(bed.store.version()).toBe(before);
});

test('batches of one moment succeed and fail each for itself', async () => {
  const outcomes = await Promise.allSettled([
    bed.store.write([{ op: 'create', object: configMap('a') }]),
    bed.store.write([
      { op: 'create', object: configMap('b') },
      { op: 'create', object: configMap('a') },
    ]),
    bed.store.write([{ op: 'create', object: configMap('c') }]),
  ]);
  expect(outcomes.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await bed.store.list('ConfigMap')).items.map((one) => one.metadata.name)).toEqual(['a', 'c']);
});

test('a watcher sees the past in order, then the present, and only its kinds', async () => {
  const { resourceVersion } = await bed.store.list('ConfigMap');
  await created(bed.store, configMap('a'));
  const seen = watching(bed.store, ['ConfigMap'], resourceVersion);
  await bed.store.write([{ op: 'apply', object: configMap('a', { data: { x: '2' } }), manager: 'm' }]);
  await bed.store.write([
    { op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } } },
    { op: 'delete', ref: ref('ConfigMap', 'a') },
  ]);
  await settled();
  expect(seen.events.map((event) => event.type)).toEqual(['added', 'modified', 'deleted']);
  expect(seen.events.map((event) => event.object.metadata.resourceVersion)).toEqual(
    seen.events.map((event) => event.resourceVersion),
  );
});

test('a watcher is never called before its subscription is in the hands of the caller', async () => {
  await created(bed.store, configMap('a'));
  const seen = watching(bed.store, ['ConfigMap'], '0');
  const tooOld = watching(bed.store, ['ConfigMap'], '-1');
  expect([seen.events, tooOld.lost]).toEqual([[], []]);
  await settled();
  expect([seen.events.length, tooOld.lost.length]).toEqual([1, 1]);
});

test('a watch goes on over a restart', async () => {
  const { resourceVersion } = await bed.store.list('ConfigMap');
  await created(bed.store, configMap('a'));
  const seen = watching(bed.reopen(), ['ConfigMap'], resourceVersion);
  await settled();
  expect(seen.events.map((event) => [event.type, event.object.metadata.name])).toEqual([['added', 'a']]);
});

test('a closed subscription and a failing watcher disturb nobody', async () => {
  const since = bed.store.version();
  const lost: unknown[] = [];
  const failing = {
    onEvent: () => {
      throw new Error('watcher broke');
    },
    onLost: (cause: unknown) => void lost.push(cause),
  };
  bed.store.watch({ kinds: ['ConfigMap'], since }, failing);
  bed.store
    .watch({ kinds: ['ConfigMap'], since }, { onEvent: () => expect.unreachable(), onLost: () => expect.unreachable() })
    .close();
  const seen = watching(bed.store, ['ConfigMap'], since);
  await created(bed.store, configMap('a'));
  await created(bed.store, configMap('b'));
  await settled();
  expect(lost).toEqual([new Error('watcher broke')]);
  expect(seen.events).toHaveLength(2);
});

test('history is bounded: who comes back too late, or from the future, lists again', async () => {
  using small = storeBed({ historyLimit: 10 });
  const since = small.store.version();
  for (let n = 0; n < 25; n += 1) {
    await small.store.write([{ op: 'apply', object: configMap('a', { data: { n: String(n) } }), manager: 'm' }]);
  }
  for (const version of [since, '99999', '', 'x', '-1']) {
    const seen = watching(small.store, ['ConfigMap'], version);
    await settled();
    expect([version, seen.lost.length, seen.events.length]).toEqual([version, 1, 0]);
  }
  const recent = watching(small.store, ['ConfigMap'], String(Number(small.store.version()) - 3));
  await settled();
  expect(recent.events).toHaveLength(3);
});

test('what the store gives out cannot be changed', async () => {
  const object = await created(bed.store, configMap('a', { data: { x: '1' } }));
  expect(() => Object.assign(object.metadata, { name: 'b' })).toThrow(TypeError);
  const data = { x: '1' };
  await created(bed.store, configMap('b', { data }));
  data.x = '2';
  expect(await bed.store.get(ref('ConfigMap', 'b'))).toMatchObject({ data: { x: '1' } });
});

test('a second store on the same file is refused, also in the same process; after closing it opens', () => {
  expect(faultOf(() => openStore({ path: bed.path, clock }))).toBe('busy store.busy');
  bed.store[Symbol.dispose]();
  expect(() => openStore({ path: bed.path, clock })[Symbol.dispose]()).not.toThrow();
});

test('a closed store takes no writes', async () => {
  bed.store[Symbol.dispose]();
  await expect(bed.store.write([])).rejects.toMatchObject({ code: 'unreachable' });
});

test('nobody else can read the files', async () => {
  await created(bed.store, configMap('a'));
  const modes = readdirSync(bed.folder)
    .filter((name) => !name.includes('.lock'))
    .map((name) => [name, statSync(join(bed.folder, name)).mode & 0o777]);
  expect(modes).toEqual([
    ['serin.db', 0o600],
    ['serin.db-shm', 0o600],
    ['serin.db-wal', 0o600],
  ]);
});

test('a file of a newer format is left as it is', () => {
  const path = join(bed.folder, 'newer.db');
  openDatabase(path, [...migrations, (db) => db.exec('CREATE TABLE future (x)')]).close();
  const before = readFileSync(path);
  expect(faultOf(() => openStore({ path, clock }))).toBe('refused store.newer');
  expect(readFileSync(path)).toEqual(before);
});

test("somebody else's file is left as it is", () => {
  const text = join(bed.folder, 'text.db');
  writeFileSync(text, 'this is no database, but it is longer than a header of one would be'.repeat(20));
  expect(faultOf(() => openStore({ path: text, clock }))).toBe('refused store.foreign');
  const other = join(bed.folder, 'other.db');
  const db = new Database(other);
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  const before = readFileSync(other);
  expect(faultOf(() => openStore({ path: other, clock }))).toBe('refused store.foreign');
  expect(readFileSync(other)).toEqual(before);
});

test('an older file is brought up to date, and a copy of it stays', async () => {
  await created(bed.store, configMap('a'));
  bed.store[Symbol.dispose]();
  const db = openDatabase(bed.path, [...migrations, (one) => one.exec('CREATE TABLE more (x)')]);
  expect(db.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
  expect(db.prepare('SELECT count(*) FROM objects WHERE name = ?').pluck().get('a')).toBe(1);
  db.close();
  expect(readdirSync(bed.folder)).toContain(`serin.db.format-${migrations.length}`);
});

test('a migration that fails leaves the old format', () => {
  bed.store[Symbol.dispose]();
  const broken = (db: Database.Database): void => {
    db.exec('DROP TABLE objects');
    throw new Error('broken');
  };
  expect(() => openDatabase(bed.path, [...migrations, broken])).toThrow('broken');
  expect(() => bed.reopen()).not.toThrow();
});

test('a row that cannot be read is kept, reported, and never overwritten', async () => {
  await created(bed.store, configMap('a'));
  await created(bed.store, configMap('b'));
  bed.store[Symbol.dispose]();
  const db = new Database(bed.path);
  db.prepare("UPDATE objects SET body = '{half' WHERE name = 'a'").run();
  db.close();
  const store = bed.reopen();
  expect(store.unreadable.map((row) => row.ref)).toEqual([ref('ConfigMap', 'a')]);
  expect((await store.list('ConfigMap')).items.map((one) => one.metadata.name)).toEqual(['b']);
  await expect(store.get(ref('ConfigMap', 'a'))).rejects.toMatchObject({ code: 'refused' });
  for (const write of [
    { op: 'apply', object: configMap('a'), manager: 'm' },
    { op: 'delete', ref: ref('ConfigMap', 'a') },
  ] as const) {
    await expect(store.write([write])).rejects.toMatchObject({ code: 'refused', text: { key: 'store.unreadableRow' } });
  }
  bed.store[Symbol.dispose]();
  const after = new Database(bed.path);
  expect(after.prepare("SELECT body FROM objects WHERE name = 'a'").pluck().get()).toBe('{half');
  after.close();
  bed.reopen();
});
