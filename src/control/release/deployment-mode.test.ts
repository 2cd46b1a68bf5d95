import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../engines/local/store/open-store.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { cluster, deployment, releaseOf, service } from './cluster.fixture.ts';
import type { Cluster, OpenTestStore } from './cluster.fixture.ts';

const open: OpenTestStore = (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-template-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock });
  const end = (): void => {
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  };
  return { store, end };
};

let c: Cluster;

beforeEach(async () => {
  c = await cluster(open);
});

afterEach(async () => {
  await c.end();
});

async function made(): Promise<readonly Deployment[]> {
  const { items } = await c.store.list<Deployment>('Deployment', { namespace: 'default' });
  return items.filter((one) => one.metadata.labels?.['serin.dev/release'] === 'reviews');
}

async function podsOf(prefix: string): Promise<number> {
  return (await c.store.list('Pod', { namespace: 'default' })).items.filter((pod) =>
    pod.metadata.name.startsWith(prefix),
  ).length;
}

const isReady = async (): Promise<boolean> =>
  (await c.release()).status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

async function adopted(): Promise<void> {
  await c.apply(service());
  await c.apply(deployment('reviews', { image: 'reviews:1' }));
  await c.pass(2_000);
  await c.apply(releaseOf({ workload: { deployment: 'reviews' } }));
  await c.until(async () => (await isReady()) && (await podsOf('reviews-0-')) === 0, 30_000);
}

test('adoption never leaves the service without pods, and the original keeps none', async () => {
  await c.apply(service());
  await c.apply(deployment('reviews', { image: 'reviews:1' }));
  await c.pass(2_000);
  await c.apply(releaseOf({ workload: { deployment: 'reviews' } }));
  let least = Infinity;
  await c.until(async () => {
    const pods = (await c.store.list('Pod', { namespace: 'default' })).items;
    const ready = pods.filter((pod) => JSON.stringify(pod).includes('"status":"True"')).length;
    least = Math.min(least, ready);
    return (await isReady()) && (await podsOf('reviews-0-')) === 0;
  }, 30_000);
  expect(least).toBeGreaterThanOrEqual(2);
  const original = await c.deployment('reviews');
  expect(original?.metadata.annotations).toMatchObject({
    'serin.dev/release': 'reviews',
    'serin.dev/keep-replicas': '0',
  });
  expect(original?.spec.replicas).toBe(2);
  expect((await made()).map((one) => one.spec.replicas)).toEqual([2]);
});

test('a changed template is a run of its own; the tested pods stay, the roles swap', async () => {
  await adopted();
  const [before] = await made();
  await c.apply(deployment('reviews', { image: 'reviews:2' }));
  await c.until(async () => c.router.current?.candidateWeight === 50, 60_000);
  const candidate = (await made()).find((one) => one.metadata.name !== before?.metadata.name);
  const pods = await podsOf(`${candidate?.metadata.name}-`);
  expect(pods).toBeGreaterThanOrEqual(1);
  await c.until(async () => (await c.runs())[0]?.status?.outcome === 'promoted', 60_000);
  await c.until(async () => (await c.deployment(before?.metadata.name ?? ''))?.spec.replicas === 0, 60_000);
  expect((await c.release()).status?.stable?.deployment).toBe(candidate?.metadata.name);
  expect((await c.deployment(candidate?.metadata.name ?? ''))?.spec.replicas).toBe(2);
});

test('a template that goes back while its run is on is taken back, and stays so', async () => {
  await adopted();
  await c.apply(deployment('reviews', { image: 'reviews:2' }));
  await c.until(async () => c.router.current?.candidateWeight === 10, 60_000);
  await c.apply(deployment('reviews', { image: 'reviews:1' }));
  await c.until(async () => (await c.runs())[0]?.status?.outcome !== undefined, 60_000);
  expect((await c.runs())[0]?.status?.outcome).toBe('aborted');
  expect(c.router.current?.candidate).toBeUndefined();
  await c.pass(10_000);
  expect((await c.runs()).length).toBe(1);
  await c.apply(deployment('reviews', { image: 'reviews:2' }));
  await c.until(async () => (await c.runs())[1]?.status?.outcome === 'promoted', 60_000);
  await c.command({ verb: 'rollback' });
  await c.until(async () => (await c.runs())[2]?.status?.outcome !== undefined, 60_000);
  expect((await c.runs())[2]?.status?.outcome).toBe('promoted');
});

test('without its release the original runs its own pods again, and the route names no version before the others go', async () => {
  await adopted();
  await c.apply(deployment('reviews', { image: 'reviews:2' }));
  await c.until(async () => (await c.runs())[0]?.status?.outcome === 'promoted', 60_000);
  await c.store.write([{ op: 'delete', ref: { kind: 'Release', namespace: 'default', name: 'reviews' } }]);
  let pinnedWithout = false;
  await c.until(async () => {
    const versions = await made();
    pinnedWithout ||= c.router.current !== undefined && versions.length === 0;
    return versions.length === 0 && (await c.store.list('Release')).items.length === 0;
  }, 60_000);
  expect(pinnedWithout).toBe(false);
  expect(c.router.current).toBeUndefined();
  expect(await podsOf('reviews-1-')).toBe(2);
  const original = await c.deployment('reviews');
  expect(Object.keys(original?.metadata.annotations ?? {})).toEqual([]);
});

test('deleted together with its Deployment, a release takes the versions along', async () => {
  await adopted();
  await c.store.write([
    { op: 'delete', ref: { kind: 'Deployment', namespace: 'default', name: 'reviews' } },
    { op: 'delete', ref: { kind: 'Release', namespace: 'default', name: 'reviews' } },
  ]);
  await c.until(async () => (await made()).length === 0, 10_000);
  expect(c.router.current).toBeUndefined();
});

test('stable follows the size that the owner of the Deployment asks for', async () => {
  await adopted();
  await c.apply(deployment('reviews', { image: 'reviews:1', replicas: 4 }));
  await c.until(async () => (await made())[0]?.spec.replicas === 4, 5_000);
});
