/** Runs the command line as users do: a process of its own, in a folder of its own. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { runCli } from '../../src/cli/run.ts';

const program = resolve(import.meta.dirname, '../../src/main.ts');

export interface Outcome {
  /** Exit code; null = ended by a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Invocation {
  /** Data folder. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Ends the process when its output satisfies this: for commands that never end by themselves. */
  readonly until?: (out: string) => boolean;
}

/** Locale of the test machine must not decide what tests see. */
const neutral = { LC_ALL: 'C', LANG: '', NO_COLOR: '1' };

export function serin(args: readonly string[], options: Invocation = {}): Promise<Outcome> {
  return new Promise((done, reject) => {
    const data = options.data === undefined ? {} : { SERIN_DATA: options.data };
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...neutral, ...data, ...options.env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (options.until?.(out) === true) child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => done({ code, out, err }));
    child.stdin.end(options.input ?? '');
  });
}

/** The same in this process: fast, for commands that end by themselves and start nothing. */
export async function serinHere(args: readonly string[], options: Invocation = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const data = options.data === undefined ? {} : { SERIN_DATA: options.data };
  const code = await runCli(
    args,
    {
      env: { ...neutral, ...data, ...options.env },
      cwd: process.cwd(),
      isTty: false,
      columns: 100,
      rows: 40,
      goOnUnread: () => undefined,
      write: (text) => (out += text),
      writeError: (text) => (err += text),
      readStdin: async () => options.input ?? '',
    },
    { version: '0.0.0', command: [], startEngine: () => Promise.reject(new Error('no engine in a test')) },
  );
  return { code, out, err };
}
