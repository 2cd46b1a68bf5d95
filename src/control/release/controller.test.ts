import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cluster, deployment, releaseOf, service } from './cluster.fixture.ts';
import type { Cluster, OpenTestStore } from './cluster.fixture.ts';
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
