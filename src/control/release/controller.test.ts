import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cluster, deployment, releaseOf, service } from './cluster.fixture.ts';
import type { Cluster, OpenTestStore } from './cluster.fixture.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { Command } from '../../core/model/run.ts';
import { openStore } from '../../engines/local/store/open-store.ts';

let c: Cluster;

const open: OpenTestStore = (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-release-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock });
  const end = (): void => {
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  };
  return { store, end };
};

beforeEach(async () => {
  c = await cluster(open);
});

afterEach(async () => {
  await c.end();
});

async function stableOnV1(spec: Parameters<typeof releaseOf>[0] = {}): Promise<void> {
  await c.apply(service());
  await c.apply(deployment('reviews-v1', { version: 'v1' }));
  await c.apply(releaseOf(spec));
  await c.until(async () => (await c.release()).status?.conditions?.some(isReady) ?? false, 10_000);
}

function isReady(condition: { type: string; status: string }): boolean {
  return condition.type === 'Ready' && condition.status === 'True';
}

async function remove(kind: string, name: string): Promise<void> {
  await c.store.write([{ op: 'delete', ref: { kind, namespace: 'default', name } }]);
}

function route(name: string, subset: string): NewObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'default' },
    spec: { hosts: [name], http: [{ route: [{ destination: { host: name, subset } }] }] },
  } as NewObject;
}

const outcome = async (): Promise<string | undefined> => (await c.runs()).at(-1)?.status?.outcome;

test('pins all traffic to stable, promotes a good version by itself, and lowers the old one later', async () => {
  await stableOnV1();
  expect(c.router.current?.stable).toEqual({ version: 'v1', labels: { version: 'v1' } });
  await c.apply(deployment('reviews-v2', { version: 'v2', replicas: 1 }));
  await c.until(async () => (await outcome()) === 'promoted');
  expect(c.router.changes.map((split) => split.candidateWeight).filter((weight) => weight > 0)).toEqual([10, 50, 100]);
  await c.until(async () => (await c.deployment('reviews-v1'))?.spec.replicas === 0, 60_000);
  expect((await c.release()).status?.stable?.version).toBe('v2');
  expect(c.router.current?.stable.version).toBe('v2');
});

test('takes a bad version back by itself and says why', async () => {
  await stableOnV1();
  c.metrics.failing['v4'] = 1;
  await c.apply(deployment('reviews-v4', { version: 'v4' }));
  await c.until(async () => (await outcome()) === 'aborted');
  expect(c.router.current?.candidateWeight).toBe(0);
  expect(c.router.current?.candidate).toBeUndefined();
  expect((await c.runs()).at(-1)?.status?.message).toContain('v4');
});

test.each(['preparing', 'stepping', 'promoting'])('an abort while %s gives everything back at once', async (phase) => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => (await c.release()).status?.phase === phase, 60_000);
  const name = await c.command({ verb: 'abort', reason: 'second thoughts' });
  await c.pass(300);
  expect(c.router.current?.candidate).toBeUndefined();
  await c.until(async () => (await outcome()) === 'aborted', 20_000);
  const command = await c.store.get<Command>({ kind: 'Command', namespace: 'default', name });
  expect(command?.status?.result).toBe('accepted');
  await c.until(async () => (await c.deployment('reviews-v2'))?.spec.replicas === 0, 60_000);
  expect((await c.release()).status?.conditions).toMatchObject([
    { type: 'Ready', status: 'False', reason: 'RunAborted' },
    { type: 'Reconciling', status: 'False' },
    { type: 'Stalled', status: 'True' },
  ]);
});

test('an abort of an abort is answered, one without a run is refused', async () => {
  await stableOnV1();
  const early = await c.command({ verb: 'abort' });
  await c.pass(200);
  const refused = await c.store.get<Command>({ kind: 'Command', namespace: 'default', name: early });
  expect(refused?.status).toMatchObject({ result: 'refused', message: expect.stringMatching(/^no run is in flight/) });
});

test('a candidate whose pods crash is out before it gets any traffic', async () => {
  await stableOnV1();
  c.crashing.add('v2');
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => (await outcome()) === 'aborted', 10_000);
  expect(c.router.changes.every((split) => split.candidateWeight === 0)).toBe(true);
});

test('a release at rest reads nothing and writes nothing', async () => {
  await stableOnV1();
  await c.pass(5_000);
  const { reads } = c.router;
  const { resourceVersion } = await c.store.list('Release');
  await c.pass(60_000);
  expect(c.router.reads).toBe(reads);
  expect(c.metrics.reads).toBe(0);
  expect((await c.store.list('Release')).resourceVersion).toBe(resourceVersion);
});

test('somebody who writes to the route of a release at rest is noticed at once', async () => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => (await c.deployment('reviews-v1'))?.spec.replicas === 0, 600_000);
  const { reads } = c.router;
  await c.pass(5_000);
  expect(c.router.reads).toBe(reads);
  const [first] = c.router.changes;
  if (first === undefined) throw new Error('the router was never told anything');
  c.router.current = first;
  await c.apply(route('reviews', 'v1'));
  await c.pass(300);
  expect(c.router.current?.stable.version).toBe('v2');
  c.router.broken = true;
  c.router.current = first;
  await c.apply(route('reviews', 'v3'));
  await c.pass(2_000);
  c.router.broken = false;
  await c.pass(2_000);
  expect(c.router.current?.stable.version).toBe('v2');
  expect(
    (await c.store.journal('release/default/reviews')).filter(({ kind }) => kind === 'contradiction'),
  ).toHaveLength(2);
  const settled = c.router.reads;
  await c.apply(route('others', 'v1'));
  await c.pass(5_000);
  expect(c.router.reads).toBe(settled);
});

test('deleting a release in the middle of a run leaves all traffic on stable', async () => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => c.router.current?.candidateWeight === 10, 60_000);
  await remove('Release', 'reviews');
  await c.pass(500);
  expect(c.router.current).toMatchObject({ stable: { version: 'v1' }, candidateWeight: 0 });
  expect(c.router.current?.candidate).toBeUndefined();
  expect(await c.store.list('Release')).toMatchObject({ items: [] });
});

test('a release deleted while the router or the controller is down is given up once they are back', async () => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => c.router.current?.candidateWeight === 10, 60_000);
  c.router.broken = true;
  await remove('Release', 'reviews');
  await c.pass(5_000);
  expect((await c.release()).metadata.deletionTimestamp).toBeDefined();
  await c.controller.close();
  c.router.broken = false;
  await c.pass(1_000);
  expect(c.router.current?.candidateWeight).toBe(10);
  c.restart();
  await c.pass(500);
  expect(c.router.current?.candidateWeight).toBe(0);
  expect(await c.store.list('Release')).toMatchObject({ items: [] });
});

test('a release that is made anew finds the version that its predecessor left all traffic on', async () => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => (await outcome()) === 'promoted');
  await remove('Release', 'reviews');
  await c.pass(500);
  expect((await c.deployment('reviews-v1'))?.spec.replicas).toBe(2);
  await c.apply(releaseOf());
  await c.until(async () => (await c.release()).status?.conditions?.some(isReady) ?? false, 10_000);
  expect((await c.release()).status?.stable?.version).toBe('v2');
  expect(c.router.changes.at(-1)?.stable.version).toBe('v2');
});

test('deleting the release of a service with one version leaves nothing behind', async () => {
  await stableOnV1();
  await remove('Release', 'reviews');
  await c.pass(500);
  expect(c.router.current).toBeUndefined();
  expect(await c.store.list('Release')).toMatchObject({ items: [] });
});

test('rollback to the warm old version is one change of the route', async () => {
  await stableOnV1();
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => (await outcome()) === 'promoted');
  await c.command({ verb: 'rollback' });
  await c.pass(300);
  expect(c.router.current).toMatchObject({ candidateWeight: 100, candidate: { version: 'v1' } });
  await c.until(async () => (await c.release()).status?.stable?.version === 'v1', 60_000);
});
