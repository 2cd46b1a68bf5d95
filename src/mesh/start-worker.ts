import { randomUUID } from 'node:crypto';
import { patchTable } from '../core/routing/table-patch.ts';
import type { RoutingTable } from '../core/routing/table.ts';
import { ControlLink } from './control-link.ts';
import { Mesh } from './mesh.ts';
import type { ToWorker } from './protocol.ts';
import { FileLog } from './stats/file-log.ts';
import { StatsRegistry } from './stats/registry.ts';
import { AdminServer } from './stats/admin-server.ts';

export interface WorkerOptions {
  readonly controlPath: string;
  readonly index: number;
  readonly hostname: string;
  readonly admin?: string;
  readonly accessLog?: { readonly path: string; readonly json: boolean };
}

export interface Worker {
  /** Stops accepting, ends what runs within the time, then resolves. */
  drain(withinMs: number): Promise<void>;
  /** Resolves when the control plane asked for the drain and it is done. */
  readonly finished: Promise<void>;
}

const EMPTY_TABLE: RoutingTable = { version: 0, listeners: [], routes: {}, clusters: {} };
const COUNT_INTERVAL_MS = 1000;
/** Failures are told at once, but not more often than this. */
const FAILURE_INTERVAL_MS = 100;
const IDLE_MS = 3_600_000;
const HEAD_MS = 10_000;

/** Runs the data plane in this process, led by the control socket. */
export function startWorker(options: WorkerOptions): Worker {
  const instance = randomUUID();
  const startedAt = Date.now();
  const finished = Promise.withResolvers<void>();
  const stats = new StatsRegistry(() => alarm());
  const log = options.accessLog === undefined ? undefined : new FileLog(options.accessLog);
  const mesh = new Mesh({
    stats,
    ...(log === undefined ? {} : { log }),
    random: Math.random,
    hostname: options.hostname,
    timeouts: { headMs: HEAD_MS, idleMs: IDLE_MS },
  });
  const admin = options.admin === undefined ? undefined : new AdminServer(options.admin, stats);
  let lastCounts = 0;
  let pendingAlarm: NodeJS.Timeout | undefined;
  /** What the control plane sent last: patches belong on it, also where it could not be put in force. */
  let received: RoutingTable | undefined;

  function sendCounts(all: boolean): void {
    lastCounts = Date.now();
    clearTimeout(pendingAlarm);
    pendingAlarm = undefined;
    const rows = all ? stats.allRows() : stats.takeChanged();
    link.send({ type: 'counts', instance, startedAt, at: lastCounts, rows });
  }

  function alarm(): void {
    if (pendingAlarm !== undefined) return;
    const wait = Math.max(0, lastCounts + FAILURE_INTERVAL_MS - Date.now());
    pendingAlarm = setTimeout(() => sendCounts(false), wait);
  }

  const link = new ControlLink(options.controlPath, {
    onOpen: () => {
      link.send({ type: 'hello', worker: options.index, pid: process.pid, instance, tableVersion: mesh.version });
      sendCounts(true);
    },
    onMessage: (message) => void receive(message),
  });

  async function receive(message: ToWorker): Promise<void> {
    if (message.type === 'drain') return drain(message.withinMs).then(finished.resolve);
    const table = (received = tableOf(message, received));
    try {
      const problems = await mesh.apply(table);
      link.send({ type: 'ack', version: table.version, problems });
    } catch (error) {
      // The compiler makes no such table. The old one stays in force, and its version is not acknowledged.
      process.stderr.write(`table ${table.version} refused: ${String(error)}\n`);
    }
  }

  async function drain(withinMs: number): Promise<void> {
    await mesh.drain(withinMs);
    sendCounts(false);
    clearInterval(timer);
    await admin?.close();
    log?.close();
    link.close();
  }

  const timer = setInterval(() => sendCounts(false), COUNT_INTERVAL_MS);
  return { drain, finished: finished.promise };
}

function tableOf(message: Exclude<ToWorker, { type: 'drain' }>, received: RoutingTable | undefined): RoutingTable {
  return message.type === 'table' ? message.table : patchTable(received ?? EMPTY_TABLE, message.patch);
}
