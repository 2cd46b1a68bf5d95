import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLog } from '../../../lib/log.ts';
import type { Counts } from '../../../mesh/protocol.ts';
import { ask, cluster, endpoint, forwardTo, freePort, httpPod, route, table } from '../../../mesh/test-bed.ts';
import { type MeshHost, startMeshHost } from './mesh-host.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'serin-mesh-host-'));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function host(dataDir: string, workers = 2): Promise<MeshHost> {
  return startMeshHost({
    socketPath: join(dataDir, 'control.sock'),
    workers,
    workerCommand: [process.execPath, join(import.meta.dirname, '../../../mesh/worker.ts')],
    dataDir,
    clock: systemClock,
    log: silentLog,
  });
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await systemClock.sleep(10);
  }
  throw new Error('it did not happen within five seconds');
}

test('starts workers, acknowledges tables, hears counts, hands over to the next control plane', async () => {
  const dataDir = folder();
  const first = await host(dataDir);
  const pod = await httpPod((request, response) => {
    response.statusCode = request.url === '/bad' ? 500 : 200;
    response.end('ok');
  });
  cleanUp.push(() => pod.close());
  const port = await freePort();
  const parts = { port, routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(pod)])] };
  const heard: Counts[] = [];
  first.counts((counts) => heard.push(counts));
  first.push(table({ ...parts, version: 7 }));
  await until(async () => (await first.acknowledged()) === '7' || undefined);
  expect((await ask(port, '/')).status).toBe(200);
  await until(() => new Set(heard.map(({ instance }) => instance)).size === 2 || undefined);
  const before = Date.now();
  expect((await ask(port, '/bad')).status).toBe(500);
  const failure = await until(() => heard.find(({ rows }) => rows.some(({ failures }) => failures > 0)));
  // Failures are told at once, not with the next second.
  expect(Date.now() - before).toBeLessThan(500);
  expect(failure.rows[0]).toMatchObject({ service: 'reviews.default.svc.cluster.local', version: 'v1' });

  await first.close({ stopWorkers: false });
  expect((await ask(port, '/')).status).toBe(200);

  const second = await host(dataDir);
  cleanUp.push(() => second.close({ stopWorkers: true }));
  const again: Counts[] = [];
  second.counts((counts) => again.push(counts));
  await until(async () => (await second.acknowledged()) === '7' || undefined);
  await until(() => again.some(({ rows }) => rows.length > 0) || undefined);
  // The same processes: their counters went on.
  const instances = new Set(heard.map(({ instance }) => instance));
  expect(again.every(({ instance }) => instances.has(instance))).toBe(true);
  second.push(table({ ...parts, version: 8 }));
  await until(async () => (await second.acknowledged()) === '8' || undefined);
});

test('a worker that dies is replaced and gets the table', async () => {
  const dataDir = folder();
  const started = await host(dataDir, 1);
  cleanUp.push(() => started.close({ stopWorkers: true }));
  const pids = new Set<string>();
  started.counts(({ instance }) => pids.add(instance));
  const port = await freePort();
  started.push(
    table({ version: 3, port, routes: [route({ kind: 'respond', status: 200, body: 'hi' })], clusters: [] }),
  );
  await until(async () => (await started.acknowledged()) === '3' || undefined);
  const { readFileSync } = await import('node:fs');
  const record = JSON.parse(readFileSync(join(dataDir, 'mesh-workers.json'), 'utf8')) as Record<
    string,
    { pid: number }
  >;
  process.kill(record['0']?.pid ?? 0, 'SIGKILL');
  await until(() => pids.size > 1 || undefined);
  await until(async () => (await started.acknowledged()) === '3' || undefined);
  expect((await ask(port, '/')).body).toBe('hi');
});

test('a listener that cannot be opened is a problem of that listener only', async () => {
  const dataDir = folder();
  const started = await host(dataDir, 1);
  cleanUp.push(() => started.close({ stopWorkers: true }));
  const parts = table({
    version: 4,
    port: await freePort(),
    routes: [route({ kind: 'respond', status: 204, body: '' })],
    clusters: [],
  });
  const [listener] = parts.listeners;
  if (listener === undefined) throw new Error('the table has a listener');
  const broken = { ...listener, id: '203.0.113.1:80', address: '203.0.113.1', port: 80 };
  started.push({ ...parts, listeners: [listener, broken] });
  await until(async () => (await started.acknowledged()) === '4' || undefined);
  expect(started.problems().map((problem) => problem.listener)).toEqual(['203.0.113.1:80']);
  expect((await ask(listener.port, '/')).status).toBe(204);
});
