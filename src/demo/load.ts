/** The users: the example's load generator as a process, and what they saw so far. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

export interface VersionCount {
  readonly requests: number;
  readonly failed: number;
  /** When requests were sent, ms since 1970. */
  readonly lastAt: number;
  readonly firstFailureAt: number | null;
}

/** Totals since the load began. */
export interface Seen {
  readonly requests: number;
  readonly failed: number;
  /** `from>to` → users who were sent back that way to a version that had served them before. */
  readonly flips: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, VersionCount>>;
}

export interface LoadOptions {
  readonly example: string;
  readonly url: string;
  readonly rps: number;
  readonly users: number;
  readonly seconds: number;
}

export interface Users {
  seen(): Seen;
  /** Resolves with totals that are newer than now. */
  next(): Promise<Seen>;
  stop(): Promise<void>;
}

/** Requests and failures between two totals. */
export function between(before: Seen, after: Seen, version: string): { requests: number; failed: number } {
  const [from, to] = [before.versions[version], after.versions[version]];
  return {
    requests: (to?.requests ?? 0) - (from?.requests ?? 0),
    failed: (to?.failed ?? 0) - (from?.failed ?? 0),
  };
}

/** Lets the users come: at most `seconds`, so that nothing goes on for ever when the demo is killed. */
export function startUsers({ example, url, rps, users, seconds }: LoadOptions): Users {
  const args = ['--url', url, '--rps', String(rps), '--users', String(users), '--seconds', String(seconds), '--json'];
  const child = spawn(process.execPath, [join(example, 'load.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let latest: Seen = { requests: 0, failed: 0, flips: {}, versions: {} };
  let waiting: ((seen: Seen) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    latest = JSON.parse(line) as Seen;
    for (const wake of waiting) wake(latest);
    waiting = [];
  });
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  return {
    seen: () => latest,
    next: () => Promise.race([new Promise<Seen>((wake) => waiting.push(wake)), closed.then(() => latest)]),
    stop: () => {
      child.kill('SIGTERM');
      return closed;
    },
  };
}
