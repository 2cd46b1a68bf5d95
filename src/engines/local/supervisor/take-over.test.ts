import { fork } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { containerOf, eventually, openTestBed, SERVER } from '../../../../test/support/supervisor-bed.ts';
import type { TestBed } from '../../../../test/support/supervisor-bed.ts';
import type { Pod, PodSpec } from '../../../core/model/pod.ts';
import { PORTS_ANNOTATION } from '../../../core/model/pod.ts';
import { isPodReady } from '../../../core/workload/pod-status.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openStore } from '../store/open-store.ts';
import { listRecords, writeRecord } from './pod-folder.ts';
import { lookAt } from './process-identity.ts';

const childFile = join(import.meta.dirname, '../../../../test/support/supervisor-child.ts');

let folder: string;
let bed: TestBed | undefined;
let spec: PodSpec;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-take-over-'));
  writeFileSync(join(folder, 'server.mjs'), SERVER);
  writeFileSync(join(folder, 'ready'), '');
  spec = {
    containers: [
      {
        name: 'main',
        command: [process.execPath, join(folder, 'server.mjs')],
        ports: [{ containerPort: 9080 }],
        readinessProbe: { httpGet: { path: '/healthz', port: 9080 }, periodSeconds: 1 },
      },
    ],
  };
});
afterEach(async () => {
  await bed?.[Symbol.asyncDispose]();
  bed = undefined;
});

/** Runs a supervisor until all pods are ready, then kills it without a warning. */
async function runAndKill(...names: readonly string[]): Promise<void> {
  const pods = JSON.stringify(Object.fromEntries(names.map((name) => [name, spec])));
  const child = fork(childFile, [folder, pods], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the supervisor ended: ${code}`)));
  });
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function recordedPid(name: string): number {
  const found = listRecords(join(folder, 'data')).find(({ record }) => record.name === name);
  const pid = found?.record.containers['main']?.pid;
  if (pid === undefined) throw new Error(`no pid of ${name}`);
  return pid;
}

async function askedPid(pod: Pod): Promise<number> {
  const ports = JSON.parse(pod.metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
  const response = await fetch(`http://${pod.status?.podIP}:${ports['9080']}/`);
  return ((await response.json()) as { pid: number }).pid;
}

const isGone = (pid: number): boolean => lookAt(pid)?.isZombie ?? true;

test('takes living processes over within 2 s, never unready, never restarted, and ends them when asked', async () => {
  await runAndKill('a', 'b');
  const pid = recordedPid('a');
  const startedAt = Date.now();
  bed = await openTestBed(undefined, folder);
  const pod = await bed.untilReady('a');
  expect(await askedPid(pod)).toBe(pid);
  expect(Date.now() - startedAt).toBeLessThan(2000);
  // A write of our own is a round through everything that the start has queued.
  await bed.until('b', ({ status }) => status?.phase === 'Running');
  expect(containerOf(await bed.pod('a'))).toMatchObject({ restartCount: 0, ready: true });
  expect(bed.seen.every(({ object }) => isPodReady((object as Pod).status))).toBe(true);
  await bed.deletePod('a');
  await bed.untilGone('a');
  expect(isGone(pid)).toBe(true);
});

test('an adopted process that ends is noticed and started again', async () => {
  await runAndKill('a');
  const pid = recordedPid('a');
  bed = await openTestBed(undefined, folder);
  await bed.untilReady('a');
  process.kill(pid, 'SIGKILL');
  await bed.until('a', (pod) => containerOf(pod).restartCount === 1);
  expect(await askedPid(await bed.untilReady('a'))).not.toBe(pid);
});

test('a process that ended meanwhile is noticed; its pid is nobody to us', async () => {
  await runAndKill('a');
  const pid = recordedPid('a');
  process.kill(pid, 'SIGKILL');
  await eventually(
    async () => (isGone(pid) ? true : undefined),
    async () => String(pid),
  );
  bed = await openTestBed(undefined, folder);
  const pod = await bed.until('a', (each) => containerOf(each).restartCount === 1 && isPodReady(each.status));
  expect(containerOf(pod).lastState?.terminated?.exitCode).toBe(137);
  expect(await askedPid(pod)).not.toBe(pid);
});

test('killed between start and record: the process is found by its mark, there are never two', async () => {
  await runAndKill('a');
  const pid = recordedPid('a');
  for (const { folder: podFolder, record } of listRecords(join(folder, 'data'))) {
    const main = record.containers['main'];
    if (main === undefined) throw new Error('no record');
    const { pid: _pid, startTime: _startTime, ...intent } = main;
    writeRecord(podFolder, { ...record, containers: { main: { ...intent, phase: 'intent' } } });
  }
  bed = await openTestBed(undefined, folder);
  const pod = await bed.untilReady('a');
  expect(await askedPid(pod)).toBe(pid);
  expect(containerOf(pod).restartCount).toBe(0);
});

test('a record with a recycled pid: the stranger lives, the pod starts anew', async () => {
  await runAndKill('a');
  const own = recordedPid('a');
  for (const { folder: podFolder, record } of listRecords(join(folder, 'data'))) {
    const main = record.containers['main'];
    if (main === undefined) throw new Error('no record');
    // As if our process had gone and this very test had got its number.
    writeRecord(podFolder, { ...record, containers: { main: { ...main, pid: process.pid } } });
  }
  bed = await openTestBed(undefined, folder);
  const pod = await bed.until('a', (each) => containerOf(each).restartCount === 1 && isPodReady(each.status));
  expect(await askedPid(pod)).not.toBe(process.pid);
  // It carries our mark but belongs to no recorded instance: ended, so that there are never two.
  expect(isGone(own)).toBe(true);
});

test('a pod that was deleted meanwhile is ended and cleaned up', async () => {
  await runAndKill('a', 'b');
  const [gone, ending] = [recordedPid('a'), recordedPid('b')];
  const store = openStore({ path: join(folder, 'serin.db'), clock: systemClock });
  await store.write([
    { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: 'a' }, graceSeconds: 0 },
    { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: 'b' } },
  ]);
  store[Symbol.dispose]();
  bed = await openTestBed(undefined, folder);
  await bed.untilGone('b');
  await eventually(
    async () => (isGone(gone) && isGone(ending) ? true : undefined),
    async () => `${gone} ${ending}`,
  );
  expect(listRecords(join(folder, 'data'))).toEqual([]);
});

test('a shutdown that stops pods keeps them; the next start is no restart', async () => {
  bed = await openTestBed(undefined, folder);
  await bed.createPod('a', spec);
  const first = await askedPid(await bed.untilReady('a'));
  await bed.supervisor.close({ stopPods: true });
  expect(isGone(first)).toBe(true);
  expect(isPodReady((await bed.pod('a'))?.status)).toBe(false);
  bed.addresses.close();
  bed.store[Symbol.dispose]();
  bed = await openTestBed(undefined, folder);
  const again = await bed.untilReady('a');
  expect(await askedPid(again)).not.toBe(first);
  expect(containerOf(again).restartCount).toBe(0);
});
