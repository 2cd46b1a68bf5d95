/** Starts the real product in a folder of its own and drives it as a user does: by the command line and by HTTP. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface CommandOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Serin {
  readonly folder: string;
  /** Runs one command line, e.g. `serin get pods -o json`, in `cwd`. Never rejects. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandOutput>;
  /** As `run`, but a failure is an error that shows what the command printed. */
  must(args: readonly string[], options?: CommandOptions): Promise<string>;
  json<T>(args: readonly string[]): Promise<T>;
  /** Kills the control plane as a power cut would; pods and mesh workers stay. */
  kill9(): Promise<void>;
  /** Starts the control plane again on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const main = resolve('src/main.ts');

function execute(args: readonly string[], folder: string, options: CommandOptions): Promise<CommandOutput> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      {
        cwd: options.cwd ?? process.cwd(),
        env: { ...process.env, SERIN_DATA: folder, LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...options.env },
        timeout: 90_000,
        maxBuffer: 1e8,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        done({ code, stdout, stderr });
      },
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** Waits until `probe` gives a value; says what it waited for when the time is over. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

interface EngineFile {
  readonly pid: number;
  readonly port: number;
}

interface UpOptions {
  readonly config?: string;
  readonly workers?: number;
}

async function up(folder: string, { config, workers }: UpOptions): Promise<ChildProcess> {
  const args = [
    'up',
    '--data',
    folder,
    '--port',
    '0',
    ...(config === undefined ? [] : ['--config', config]),
    ...(workers === undefined ? [] : ['--workers', String(workers)]),
  ];
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(
    'the control plane to answer',
    async () => {
      if (child.exitCode !== null) throw new Error(`serin up ended with code ${child.exitCode}:\n${output}`);
      const file = join(folder, 'engine.json');
      if (!existsSync(file)) return undefined;
      const { pid, port } = JSON.parse(readFileSync(file, 'utf8')) as EngineFile;
      if (pid !== child.pid) return undefined;
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    },
    20_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${output}`);
  });
  return child;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}

/** Starts `serin up` with an empty data folder. */
export async function startSerin(options: UpOptions = {}): Promise<Serin> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-e2e-'));
  let child = await up(folder, options);
  const run: Serin['run'] = (args, runOptions = {}) => execute(args, folder, runOptions);
  const must: Serin['must'] = async (args, runOptions = {}) => {
    const output = await run(args, runOptions);
    if (output.code !== 0) {
      throw new Error(`serin ${args.join(' ')} ended with code ${output.code}\n${output.stdout}${output.stderr}`);
    }
    return output.stdout;
  };
  return {
    folder,
    run,
    must,
    json: async <T>(args: readonly string[]) => JSON.parse(await must([...args, '-o', 'json'])) as T,
    kill9: async () => {
      child.kill('SIGKILL');
      await ended(child);
    },
    restart: async () => {
      child = await up(folder, options);
    },
    close: async () => {
      await run(['down']);
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended(child);
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers of one URL, asked `count` times, by `x-served-by`; failures under `failed`. */
export async function sample(
  url: string,
  count: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  const one = async (): Promise<void> => {
    const answer = await fetch(url, { headers }).catch(() => undefined);
    const key = answer?.ok === true ? (answer.headers.get('x-served-by') ?? 'unknown') : 'failed';
    await answer?.arrayBuffer();
    tally[key] = (tally[key] ?? 0) + 1;
  };
  for (let sent = 0; sent < count; sent += 20) {
    await Promise.all(Array.from({ length: Math.min(20, count - sent) }, one));
  }
  return tally;
}

/** Five standard deviations of a binomial share: a bound that a right implementation misses once in two million. */
export function withinNoise(count: number, total: number, share: number): boolean {
  return Math.abs(count - total * share) <= 5 * Math.sqrt(total * share * (1 - share)) + 1;
}

export interface LoadSummary {
  readonly requests: number;
  readonly failed: number;
  readonly flips: Readonly<Record<string, number>>;
  readonly versions: Readonly<
    Record<string, { requests: number; failed: number; firstAt: number; lastAt: number; firstFailureAt: number | null }>
  >;
}

/** Starts the load generator; `stop` ends it and gives the summary. */
export function startLoad(
  url: string,
  rps: number,
  seconds = 120,
): { stop(): Promise<LoadSummary>; done: Promise<LoadSummary> } {
  const child = spawn(
    process.execPath,
    ['examples/bookinfo/load.mjs', '--url', url, '--rps', String(rps), '--seconds', String(seconds), '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const done = new Promise<LoadSummary>((resolveSummary, reject) => {
    child.once('close', () => {
      const last = output.trim().split('\n').at(-1) ?? '';
      try {
        resolveSummary(JSON.parse(last) as LoadSummary);
      } catch {
        reject(new Error(`the load generator ended without a summary: ${last}`));
      }
    });
  });
  return {
    done,
    stop: () => {
      child.kill('SIGTERM');
      return done;
    },
  };
}
