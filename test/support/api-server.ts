/** A control API over a real store on a temporary folder, with fakes for what only a running engine has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalStore } from '../../src/engines/local/store/open-store.ts';
import { openStore } from '../../src/engines/local/store/open-store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Fault } from '../../src/lib/fault.ts';
import type { Log, LogFields } from '../../src/lib/log.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { LogRequest, ServerOptions } from '../../src/server/ports.ts';
import { startServer } from '../../src/server/start.ts';

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface CallInit {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiFixture {
  readonly store: LocalStore;
  readonly folder: string;
  readonly token: string;
  readonly port: number;
  readonly base: string;
  /** What the server logged. */
  readonly lines: LoggedLine[];
  /** Stop requests that reached the engine. */
  readonly stops: { readonly keepPods: boolean }[];
  /** Log lines of pods by name; a pod that is absent does not exist. */
  readonly podLogs: Map<string, string[]>;
  /** With the right token. */
  call(path: string, init?: CallInit): Promise<Response>;
  close(): Promise<void>;
}

function recordingLog(lines: LoggedLine[], base: LogFields = {}): Log {
  const note = (level: LoggedLine['level']) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, fields: { ...base, ...fields } });
  };
  return {
    ...silentLog,
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    with: (fields) => recordingLog(lines, { ...base, ...fields }),
  };
}

async function* readLogs(
  podLogs: Map<string, string[]>,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const lines = podLogs.get(request.pod);
  if (lines === undefined) {
    const params = { kind: 'Pod', name: request.pod, namespace: request.namespace };
    throw new Fault('notFound', { key: 'fault.notFound', params });
  }
  let at = request.tail === undefined ? 0 : Math.max(0, lines.length - request.tail);
  while (at < lines.length || (request.follow && !signal.aborted)) {
    const line = lines[at];
    if (line === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    at += 1;
    yield `${line}\n`;
  }
}

export async function openApi(overrides: Partial<ServerOptions> = {}): Promise<ApiFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-api-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock: systemClock });
  const token = 'the-token-of-this-test';
  const lines: LoggedLine[] = [];
  const stops: { readonly keepPods: boolean }[] = [];
  const podLogs = new Map<string, string[]>();
  const server = await startServer({
    store,
    token,
    port: 0,
    lang: 'en',
    log: recordingLog(lines),
    clock: systemClock,
    version: '1.2.3',
    logs: { read: (request, signal) => readLogs(podLogs, request, signal) },
    view: {
      state: () => ({
        state: 'ready',
        startedAt: '2026-01-01T00:00:00Z',
        dataDir: folder,
        addresses: [
          { kind: 'gateway', name: 'Gateway default/shop', address: '127.0.0.1', port: 8080, nominalPort: 80 },
        ],
        notices: [{ key: 'fault.exists', params: { object: 'Service default/a' } }],
      }),
      stop: (request) => void stops.push(request),
    },
    mesh: {
      report: () => ({
        tableVersion: 7,
        acknowledged: 7,
        workers: [{ worker: 0, pid: 4711, live: true, tableVersion: 7, problems: [] }],
      }),
      table: () => undefined,
      scrape: async () => 'istio_requests_total{reporter="source"} 1\n',
    },
    rates: {
      rates: () => ({
        stable: { requestsPerSecond: 95, errorPercent: 0.1, p50Ms: 4, p95Ms: 20 },
        candidate: { requestsPerSecond: 5, errorPercent: 40, p50Ms: 4, p95Ms: 30 },
      }),
      observedShare: () => 0.05,
      lastSentAt: () => 1_790_000_000_000,
      edges: () => [],
    },
    ...overrides,
  });
  const base = `http://127.0.0.1:${server.port}`;
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'engine.json'), JSON.stringify({ pid: process.pid, port: server.port }));
  return {
    store,
    folder,
    token,
    port: server.port,
    base,
    lines,
    stops,
    podLogs,
    call: (path, init = {}) =>
      fetch(base + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
    close: async () => {
      await server.close();
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
