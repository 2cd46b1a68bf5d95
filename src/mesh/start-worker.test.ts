import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { diffTables } from '../core/routing/table-patch.ts';
import type { Ack, Counts, FromWorker, ToWorker } from './protocol.ts';
import { startWorker } from './start-worker.ts';
import { ask, cluster, endpoint, forwardTo, freePort, httpPod, route, Stage, table, until } from './test-bed.ts';

const stage = new Stage();
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  await stage.end();
});

/** A control plane that keeps every message of every connection. */
async function controlPlane(): Promise<{
  path: string;
  folder: string;
  connections: { socket: Socket; heard: FromWorker[] }[];
  send(message: ToWorker | string): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-worker-'));
  const path = join(folder, 'control.sock');
  const connections: { socket: Socket; heard: FromWorker[] }[] = [];
  const server = createServer((socket) => {
    const heard: FromWorker[] = [];
    let held = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (held + chunk.toString()).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) heard.push(JSON.parse(line) as FromWorker);
    });
    socket.on('error', () => {});
    connections.push({ socket, heard });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  cleanUp.push(() => {
    server.close();
    for (const { socket } of connections) socket.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = (message: ToWorker | string): void => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    connections.at(-1)?.socket.write(`${text}\n`);
  };
  return { path, folder, connections, send };
}

const acks = (heard: readonly FromWorker[]): Ack[] => heard.filter((message) => message.type === 'ack');
const counts = (heard: readonly FromWorker[]): Counts[] => heard.filter((message) => message.type === 'counts');

test('hello with all rows, ack after the swap, patches, and a fresh start where something does not fit', async () => {
  const plane = await controlPlane();
  const worker = startWorker({ controlPath: plane.path, index: 3, hostname: 'test' });
  cleanUp.push(() => worker.drain(0));
  await until(() => plane.connections[0]?.heard.length === 2);
  expect(plane.connections[0]?.heard).toMatchObject([
    { type: 'hello', worker: 3, pid: process.pid, tableVersion: 0 },
    { type: 'counts', rows: [] },
  ]);
  const pod = await stage.pod(httpPod((_, response) => response.end('ok')));
  const port = await freePort();
  const parts = { port, clusters: [cluster('v1', [endpoint(pod)])] };
  const one = table({ ...parts, version: 1, routes: [route(forwardTo({ v1: 1 }))] });
  const two = table({ ...parts, version: 2, routes: [route({ kind: 'respond', status: 203, body: '' })] });
  plane.send({ type: 'table', table: one });
  await until(() => acks(plane.connections[0]?.heard ?? []).length === 1);
  expect((await ask(port)).status).toBe(200);
  plane.send({ type: 'patch', patch: diffTables(one, two) });
  await until(() => acks(plane.connections[0]?.heard ?? []).some(({ version }) => version === 2));
  expect((await ask(port)).status).toBe(203);

  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  // Belongs on table 1, which is not there any more.
  plane.send({ type: 'patch', patch: diffTables(one, two) });
  await until(() => plane.connections[1]?.heard.length === 2);
  expect(plane.connections[1]?.heard[0]).toMatchObject({ type: 'hello', tableVersion: 2 });
  // A new connection hears everything that was ever counted.
  expect(counts(plane.connections[1]?.heard ?? [])[0]?.rows).toMatchObject([{ requests: 1 }]);
  expect(said.mock.calls.join()).toContain('patch refused');
  said.mockRestore();
  plane.send('this is no JSON');
  await until(() => plane.connections[2]?.heard.length === 2);
  expect((await ask(port)).status).toBe(203);
});

test('counts come every second even where nothing happened, and soon after a failure', async () => {
  const plane = await controlPlane();
  const worker = startWorker({ controlPath: plane.path, index: 0, hostname: 'test' });
  cleanUp.push(() => worker.drain(0));
  await until(() => plane.connections[0]?.heard.length === 2);
  const heard = plane.connections[0]?.heard ?? [];
  await until(() => counts(heard).length === 2);
  const [first, second] = counts(heard);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
  expect(second?.startedAt).toBe(first?.startedAt);
  const port = await freePort();
  plane.send({
    type: 'table',
    table: table({ version: 1, port, routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [])] }),
  });
  await until(() => acks(heard).length === 1);
  const before = Date.now();
  await Promise.all(Array.from({ length: 20 }, () => ask(port)));
  const failures = await until(() =>
    counts(heard)
      .flatMap(({ rows, at }) => rows.map((row) => ({ at, ...row })))
      .find((row) => row.failures > 0),
  );
  expect(failures.at - before).toBeLessThan(500);
  await until(() => counts(heard).some(({ rows }) => rows.some((row) => row.failures === 20)));
  const soon = counts(heard).filter(({ at }) => at >= before);
  for (let i = 1; i < soon.length; i++) expect((soon[i]?.at ?? 0) - (soon[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(95);
});

test('drain from the control plane ends the worker', async () => {
  const plane = await controlPlane();
  const worker = startWorker({ controlPath: plane.path, index: 0, hostname: 'test' });
  await until(() => plane.connections[0]?.heard.length === 2);
  plane.send({ type: 'drain', withinMs: 1000 });
  await worker.finished;
  await until(
    () => plane.connections[0]?.socket.closed === true || plane.connections[0]?.socket.readableEnded === true,
  );
});
