import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject } from '../core/model/meta.ts';
import type { Event } from '../core/model/plain.ts';
import { openStore } from '../engines/local/store/open-store.ts';
import type { LocalStore } from '../engines/local/store/open-store.ts';
import { fakeClock } from '../lib/fake-clock.ts';
import { silentLog } from '../lib/log.ts';
import type { Store } from '../ports/store.ts';
import type { Happening } from './events.ts';
import { eventRecorder } from './events.ts';

const clock = fakeClock({ turns: 8 });
let folder: string;
let store: LocalStore;
let object: KubeObject;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'serin-events-'));
  store = openStore({ path: join(folder, 'serin.db'), clock });
  const metadata = { name: 'a', namespace: 'default' };
  const { results } = await store.write([{ op: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } }]);
  object = results[0]?.object ?? expect.fail('nothing created');
});

afterEach(() => {
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

function happening(from: number, to: number): Happening {
  return {
    type: 'Normal',
    reason: 'Scaled',
    message: { key: 'happening.scaledUp', params: { name: 'web', from, to } },
  };
}
const scaled = happening(1, 2);

const byFirst = (a: readonly unknown[], b: readonly unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);

async function events(): Promise<readonly Event[]> {
  return (await store.list<Event>('Event')).items;
}

it('keeps one object for what repeats, with the count and the last time', async () => {
  const recorder = eventRecorder({ store, clock, log: silentLog, component: 'test' });
  const first = new Date(clock.now()).toISOString();
  await recorder.record(object, [scaled]);
  await clock.advance(5000);
  await recorder.record(object, [scaled, happening(2, 3)]);
  const found = (await events()).map(({ message, count, firstTimestamp }) => [
    message,
    count,
    firstTimestamp === first,
  ]);
  expect(found.toSorted(byFirst)).toEqual([
    ['Scaled up replica set web from 1 to 2', 2, true],
    ['Scaled up replica set web from 2 to 3', 1, false],
  ]);
  expect((await events()).every(({ text }) => text?.key === 'happening.scaledUp')).toBe(true);
  expect((await events())[0]?.involvedObject).toMatchObject({ kind: 'ConfigMap', name: 'a', uid: object.metadata.uid });
});

it('counts every one of several recorders that write at once, as far as they come through', async () => {
  const recorder = eventRecorder({ store, clock, log: silentLog, component: 'test' });
  await Promise.all([recorder.record(object, [scaled]), recorder.record(object, [scaled])]);
  expect((await events()).map(({ count }) => count)).toEqual([2]);
});

it('never throws', async () => {
  const broken: Store = { ...store, write: () => Promise.reject(new Error('disk full')) };
  await eventRecorder({ store: broken, clock, log: silentLog, component: 'test' }).record(object, [scaled]);
  expect(await events()).toEqual([]);
});
