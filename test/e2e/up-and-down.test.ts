/** The engine as people start and stop it: in the foreground, detached, twice, and after it was killed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serin as run } from '../support/command-line.ts';

const program = resolve(import.meta.dirname, '../../src/main.ts');

let folder: string;
let data: string;
const serin = (args: readonly string[]) => run(args, { data });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-up-'));
  data = join(folder, 'data');
  writeFileSync(join(folder, 'serin.yaml'), `images: [{match: "sleeper:*", command: ["sleep", "300"]}]\n`);
  writeFileSync(
    join(folder, 'pod.yaml'),
    'apiVersion: v1\nkind: Pod\nmetadata: {name: sleeper, namespace: default}\nspec: {containers: [{name: main, image: "sleeper:1"}]}\n',
  );
});
afterEach(async () => {
  await serin(['down']);
  rmSync(folder, { recursive: true, force: true });
});

/** Processes of the supervised pod: `sleep 300` with the pod's own address in its environment. */
async function podIsRunning(): Promise<boolean> {
  return (await serin(['get', 'po', 'sleeper'])).out.includes('Running');
}

const up = ['up', '--detach', '--port', '0', '-f', 'pod.yaml', '--workers', '1'];

/** `up` reads files and `serin.yaml` of the folder that it is started in. */
function inFolder(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, SERIN_DATA: data, LC_ALL: 'C', NO_COLOR: '1' },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, ended, out: () => out };
}

async function waitFor(text: string, of: () => string): Promise<void> {
  await expect.poll(() => of().includes(text), { timeout: 30_000 }).toBe(true);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('up and down', () => {
  test('detached: ready when it returns, a second one is refused, down ends everything', async () => {
    const started = inFolder(up);
    expect(await started.ended).toBe(0);
    expect(started.out()).toContain('Serin is ready: http://127.0.0.1:');
    expect(started.out()).toContain('pod/sleeper created');
    await expect.poll(podIsRunning, { timeout: 20_000 }).toBe(true);
    expect((await serin(['status'])).out).toContain('1 Running');
    const second = inFolder(['up', '--port', '0']);
    expect(await second.ended).toBe(9);
    expect(second.out()).toContain('serin down');
    expect((await serin(['down'])).code).toBe(0);
    expect((await serin(['status'])).code).toBe(7);
    expect((await serin(['down'])).out).toContain('Nothing runs');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('in the foreground, %s stops pods too', async (signal) => {
    const engine = inFolder(['up', '--port', '0', '-f', 'pod.yaml', '--workers', '1']);
    await waitFor('Ctrl-C stops everything.', engine.out);
    await expect.poll(podIsRunning, { timeout: 20_000 }).toBe(true);
    engine.child.kill(signal);
    expect(await engine.ended).toBe(0);
    expect(engine.out()).toContain('Stopped.');
    expect((await serin(['get', 'po'])).code).toBe(7);
  });

  test('a second signal ends at once what does not end by itself', async () => {
    const stubborn = '[sh, -c, "trap : TERM; echo pid $$$$; while :; do sleep 0.2; done"]';
    const spec = `{terminationGracePeriodSeconds: 60, containers: [{name: main, command: ${stubborn}}]}`;
    writeFileSync(join(folder, 'pod.yaml'), `apiVersion: v1\nkind: Pod\nmetadata: {name: sleeper}\nspec: ${spec}\n`);
    const engine = inFolder(['up', '--port', '0', '-f', 'pod.yaml', '--workers', '1']);
    await waitFor('Ctrl-C stops everything.', engine.out);
    const pidOf = async (): Promise<number> => Number(/pid (\d+)/.exec((await serin(['logs', 'sleeper'])).out)?.[1]);
    await expect.poll(pidOf, { timeout: 20_000 }).toBeGreaterThan(0);
    const pid = await pidOf();
    engine.child.kill('SIGINT');
    await waitFor('Stopping pods', engine.out);
    expect(isAlive(pid)).toBe(true);
    engine.child.kill('SIGINT');
    await engine.ended;
    expect(isAlive(pid)).toBe(false);
  });

  test('gateways answer on another address only where --bind opens it', async () => {
    const servers = '[{port: {number: 8097, name: http, protocol: HTTP}, hosts: ["*"]}]';
    const gateway = 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: door}\n';
    const route = 'http: [{directResponse: {status: 200, body: {string: open}}}]';
    const rule = 'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: door}\n';
    writeFileSync(
      join(folder, 'door.yaml'),
      `${gateway}spec: {servers: ${servers}}\n---\n${rule}spec: {hosts: ["*"], gateways: [door], ${route}}\n`,
    );
    const engine = inFolder(['up', '--port', '0', '-f', 'door.yaml', '--workers', '1', '--bind', '127.0.0.97']);
    await waitFor('Ctrl-C stops everything.', engine.out);
    const port = /Gateway default\/door +http:\/\/127\.0\.0\.1:(\d+)/.exec((await serin(['status'])).out)?.[1] ?? '';
    const ask = async (host: string): Promise<string> =>
      fetch(`http://${host}:${port}/`).then(
        (answer) => answer.text(),
        () => 'closed',
      );
    await expect.poll(() => ask('127.0.0.97'), { timeout: 10_000 }).toBe('open');
    expect([await ask('127.0.0.1'), await ask('127.0.0.98')]).toEqual(['open', 'closed']);
    engine.child.kill('SIGTERM');
    await engine.ended;
  });

  test('a manifest with mistakes starts nothing', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'kind: Nonsense\n');
    const engine = inFolder(['up', '--port', '0', '-f', 'bad.yaml']);
    expect(await engine.ended).toBe(2);
    expect(engine.out()).toContain('bad.yaml:1');
    expect((await serin(['status'])).code).toBe(7);
  });

  test('down also ends what a killed control plane left behind', async () => {
    expect(await inFolder(up).ended).toBe(0);
    await expect.poll(podIsRunning, { timeout: 20_000 }).toBe(true);
    const { pid } = JSON.parse(readFileSync(join(data, 'engine.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
    expect((await serin(['down'])).out).toContain('are stopped');
    expect((await serin(['down'])).out).toContain('Nothing runs');
  });

  test('down --keep-pods leaves pods running, and the next up adopts them', async () => {
    expect(await inFolder(up).ended).toBe(0);
    await expect.poll(podIsRunning, { timeout: 20_000 }).toBe(true);
    expect((await serin(['down', '--keep-pods'])).code).toBe(0);
    expect(await inFolder(['up', '--detach', '--port', '0']).ended).toBe(0);
    const { out } = await serin(['get', 'po', 'sleeper', '--no-headers']);
    expect(out).toMatch(/Running +0 /);
  });
});
