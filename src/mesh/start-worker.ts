import { randomUUID } from 'node:crypto';
import { patchTable } from '../core/routing/table-patch.ts';
import type { RoutingTable } from '../core/routing/table.ts';
import { ControlLink } from './control-link.ts';
import { Mesh } from './mesh.ts';
import type { CountRow, ToWorker } from './protocol.ts';
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
const LINGER_MS = 1000;

/** Runs the data plane in this process, led by the control socket. */
export function startWorker(options: WorkerOptions): Worker {
  return new WorkerProcess(options);
}

/** Owns everything of the process: sockets, timers, files. */
class WorkerProcess implements Worker {
  readonly finished: Promise<void>;
  private readonly finish: () => void;
  private readonly index: number;
  private readonly instance: string = randomUUID();
  private readonly startedAt: number = Date.now();
  private readonly stats: StatsRegistry = new StatsRegistry(() => this.alarm());
  private readonly log: FileLog | undefined;
  private readonly mesh: Mesh;
  private readonly admin: AdminServer | undefined;
  private readonly link: ControlLink;
  private readonly timer: NodeJS.Timeout;
  /** What the control plane sent last: patches belong on it, also where it could not be put in force. */
  private received: RoutingTable | undefined;
  private lastCounts = 0;
  private pendingAlarm: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.finish = resolve;
    this.index = options.index;
    this.log = options.accessLog === undefined ? undefined : new FileLog(options.accessLog);
    this.mesh = new Mesh({
      stats: this.stats,
      ...(this.log === undefined ? {} : { log: this.log }),
      random: Math.random,
      hostname: options.hostname,
      timeouts: { headMs: HEAD_MS, idleMs: IDLE_MS, lingerMs: LINGER_MS },
    });
    this.admin = options.admin === undefined ? undefined : new AdminServer(options.admin, this.stats);
    this.link = new ControlLink(options.controlPath, {
      onOpen: () => this.introduce(),
      onMessage: (message) => void this.receive(message),
      onAbandoned: () => void this.drain(0).then(this.finish),
    });
    this.timer = setInterval(() => this.sendCounts(this.stats.takeChanged()), COUNT_INTERVAL_MS);
  }

  private introduce(): void {
    const { index, instance, mesh } = this;
    this.link.send({ type: 'hello', worker: index, pid: process.pid, instance, tableVersion: mesh.version });
    this.sendCounts(this.stats.allRows());
  }

  private sendCounts(rows: readonly CountRow[]): void {
    this.lastCounts = Date.now();
    clearTimeout(this.pendingAlarm);
    this.pendingAlarm = undefined;
    this.link.send({ type: 'counts', instance: this.instance, startedAt: this.startedAt, at: this.lastCounts, rows });
  }

  private alarm(): void {
    if (this.pendingAlarm !== undefined) return;
    const waitMs = Math.max(0, this.lastCounts + FAILURE_INTERVAL_MS - Date.now());
    this.pendingAlarm = setTimeout(() => this.sendCounts(this.stats.takeChanged()), waitMs);
  }

  private async receive(message: ToWorker): Promise<void> {
    if (message.type === 'drain') {
      await this.drain(message.withinMs);
      this.finish();
      return;
    }
    const table = this.read(message);
    if (table === undefined) return;
    try {
      const problems = await this.mesh.apply(table);
      this.link.send({ type: 'ack', version: table.version, problems });
    } catch (error) {
      // The compiler makes no such table. The old one stays in force, and this version is not acknowledged.
      process.stderr.write(`table ${table.version} refused: ${String(error)}\n`);
    }
  }

  private read(message: Exclude<ToWorker, { type: 'drain' }>): RoutingTable | undefined {
    try {
      this.received = tableOf(message, this.received);
      return this.received;
    } catch (error) {
      process.stderr.write(`patch refused: ${String(error)}\n`);
      this.link.again();
      return undefined;
    }
  }

  async drain(withinMs: number): Promise<void> {
    await this.mesh.drain(withinMs);
    this.sendCounts(this.stats.takeChanged());
    clearInterval(this.timer);
    await this.admin?.close();
    this.log?.close();
    this.link.close();
  }
}

function tableOf(message: Exclude<ToWorker, { type: 'drain' }>, received: RoutingTable | undefined): RoutingTable {
  return message.type === 'table' ? message.table : patchTable(received ?? EMPTY_TABLE, message.patch);
}
