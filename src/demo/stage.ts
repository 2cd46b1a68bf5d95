/** Serin itself, started in a folder of its own and driven by its command line, as a user would. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, findEngine, type ApiClient } from '../cli/client.ts';
import { createRemoteStore } from '../cli/remote-store.ts';
import type { Store } from '../ports/store.ts';
import type { StatusReport } from '../server/contract.ts';
import type { Language } from '../texts/message.ts';

export interface Stage {
  readonly store: Store;
  readonly folder: string;
  /** Runs one command of the command line in the example's folder. */
  serin(args: readonly string[]): Promise<string>;
  /** Address of a gateway port, e.g. `http://127.0.0.1:8080`. */
  gateway(port: number): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Path of the program's own entry file. */
  readonly program: string;
  readonly example: string;
  readonly language: Language;
}

/** Polls until there is a value; undefined when the time is over. */
export async function poll<T>(probe: () => Promise<T | undefined>, withinMs: number): Promise<T | undefined> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return undefined;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}

async function connectTo(child: ChildProcess, folder: string, language: Language): Promise<ApiClient> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const client = await poll(async () => {
    if (child.exitCode !== null) throw new Error(output);
    if ((await findEngine(folder))?.pid !== child.pid) return undefined;
    const candidate = await connect(folder, language);
    const ready = await candidate.open('/readyz').catch(() => undefined);
    return ready === undefined ? undefined : candidate;
  }, 20_000);
  if (client === undefined) throw new Error(output);
  return client;
}

/** Starts `serin up` on an empty data folder and waits until it answers. */
export async function openStage({ program, example, language }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-demo-'));
  const environment = { ...process.env, SERIN_DATA: folder };
  const config = resolve(example, 'serin.yaml');
  const child = spawn(
    process.execPath,
    [program, 'up', '--data', folder, '--port', '0', '--config', config, '--lang', language],
    // Detached: a Ctrl-C at the terminal must reach the demo first, which then stops everything in order.
    { stdio: ['ignore', 'pipe', 'pipe'], env: environment, detached: true },
  );
  const client = await connectTo(child, folder, language);
  const serin = (args: readonly string[]): Promise<string> =>
    new Promise((done, reject) => {
      execFile(
        process.execPath,
        [program, ...args, '--lang', language],
        { cwd: example, env: environment, timeout: 60_000 },
        (error, stdout, stderr) => (error === null ? done(stdout) : reject(new Error(stderr.trim() || error.message))),
      );
    });
  return {
    store: createRemoteStore(client),
    folder,
    serin,
    gateway: async (port) => {
      const { addresses } = await client.get<StatusReport>('/v1/status');
      const found = addresses.find((address) => address.kind === 'gateway' && address.nominalPort === port);
      return found === undefined ? undefined : `http://${found.address}:${found.port}`;
    },
    close: async () => {
      await serin(['down']).catch(() => child.kill('SIGTERM'));
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended(child);
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
