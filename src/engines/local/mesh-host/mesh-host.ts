/** The control plane's end of the mesh: starts the workers, hands them the table, hears their counts. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { diffTables } from '../../../core/routing/table-patch.ts';
import type { RoutingTable } from '../../../core/routing/table.ts';
import type { Log } from '../../../lib/log.ts';
import type { Ack, Counts, FromWorker, ToWorker } from '../../../mesh/protocol.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { MeshProgress } from '../../../ports/traffic.ts';
import { readJsonLines } from './json-lines.ts';
import { type WorkerProcess, WorkerSeat } from './worker-seat.ts';

export interface MeshHostOptions {
  /** Unix socket that the workers connect to. */
  readonly socketPath: string;
  readonly workers: number;
  /** Program and arguments that start `src/mesh/worker.ts`, e.g. `[process.execPath, '…/worker.ts']`. */
  readonly workerCommand: readonly string[];
  /** Keeps who the workers are, their logs and their admin sockets (`mesh-<index>.sock`). */
  readonly dataDir: string;
  readonly accessLog?: { readonly path: string; readonly json: boolean };
  readonly clock: Clock;
  readonly log: Log;
}

export interface MeshHost extends MeshProgress {
  /** Every worker gets this table; one that is slow skips tables in between. */
  push(table: RoutingTable): void;
  /** Hears every message with counts, of every worker; returns how to stop that. */
  counts(listener: (counts: Counts) => void): () => void;
  /** Listeners that some worker could not open under the table that it runs. */
  problems(): Ack['problems'];
  /** Who the workers are and what they run. */
  report(): readonly WorkerReport[];
  /** Admin address (Unix socket) of each worker. */
  adminAddresses(): readonly string[];
  /** Lets the workers go on, or stops them after they finished what runs (at most five seconds). */
  close(options: { readonly stopWorkers: boolean }): Promise<void>;
}

export interface WorkerReport {
  readonly worker: number;
  readonly pid: number;
  readonly live: boolean;
  /** 0 = none yet. */
  readonly tableVersion: number;
  readonly problems: Ack['problems'];
}

/** A worker that keeps dying is started again no faster than this. */
const RESPAWN_MS = 200;
const LONGEST_RESPAWN_MS = 5000;
/** A process that lived this long did not die of its start. */
const SETTLED_MS = 10_000;
const LOOK_MS = 250;
const DRAIN_MS = 5000;

/** Resolves once the socket listens; workers of an earlier control plane come back by themselves. */
export async function startMeshHost(options: MeshHostOptions): Promise<MeshHost> {
  mkdirSync(options.dataDir, { recursive: true });
  const host = new LocalMeshHost(options);
  await host.open();
  return host;
}

class LocalMeshHost implements MeshHost {
  private readonly options: MeshHostOptions;
  private readonly seats: readonly WorkerSeat[];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly listeners = new Set<(counts: Counts) => void>();
  private readonly deaths = new Map<number, { readonly at: number; readonly delayMs: number }>();
  private latest: RoutingTable | undefined;
  /** What was written last, and between which tables it leads. */
  private line:
    { readonly before: RoutingTable | undefined; readonly table: RoutingTable; readonly text: string } | undefined;
  private looker: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(options: MeshHostOptions) {
    this.options = options;
    this.seats = Array.from({ length: options.workers }, (_, index) => new WorkerSeat(this.seatOptions(index)));
    this.server = createServer((socket) => this.greet(socket));
  }

  private seatOptions(index: number): ConstructorParameters<typeof WorkerSeat>[0] {
    const { socketPath, accessLog, dataDir, workerCommand } = this.options;
    const log = accessLog === undefined ? [] : ['--access-log', accessLog.path];
    const format = accessLog?.json === true ? ['--log-format', 'json'] : [];
    return {
      index,
      command: workerCommand,
      arguments: [
        '--control',
        socketPath,
        '--index',
        String(index),
        '--admin',
        this.adminPath(index),
        ...log,
        ...format,
      ],
      logPath: join(dataDir, `mesh-${index}.log`),
    };
  }

  private adminPath(index: number): string {
    return join(this.options.dataDir, `mesh-${index}.sock`);
  }

  async open(): Promise<void> {
    const { socketPath } = this.options;
    rmSync(socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(socketPath, resolve);
    });
    chmodSync(socketPath, 0o600);
    for (const [index, known] of this.recorded()) {
      const seat = this.seats[index];
      if (seat === undefined) continue;
      seat.process = known;
      seat.tableVersion = undefined;
    }
    this.look();
    this.looker = setInterval(() => this.look(), LOOK_MS);
  }

  private get recordPath(): string {
    return join(this.options.dataDir, 'mesh-workers.json');
  }

  private recorded(): [number, WorkerProcess][] {
    try {
      const text: unknown = JSON.parse(readFileSync(this.recordPath, 'utf8'));
      return Object.entries(text as Record<string, WorkerProcess>).map(([index, known]) => [Number(index), known]);
    } catch {
      return [];
    }
  }

  private record(): void {
    const known = this.seats.flatMap((seat) =>
      seat.process === undefined ? [] : [[seat.index, seat.process] as const],
    );
    const fresh = `${this.recordPath}.new`;
    writeFileSync(fresh, JSON.stringify(Object.fromEntries(known)));
    renameSync(fresh, this.recordPath);
  }

  /** Fills empty seats. */
  private look(): void {
    if (this.closing) return;
    const now = this.options.clock.now();
    for (const seat of this.seats) {
      if (seat.isAlive) continue;
      if (seat.process !== undefined) this.onDeath(seat);
      const death = this.deaths.get(seat.index);
      if (death !== undefined && now < death.at + death.delayMs) continue;
      this.start(seat, now);
    }
  }

  private start(seat: WorkerSeat, now: number): void {
    seat.spawn(() => this.look());
    const before = this.deaths.get(seat.index);
    const delayMs = before === undefined ? RESPAWN_MS : Math.min(before.delayMs * 2, LONGEST_RESPAWN_MS);
    this.deaths.set(seat.index, {
      at: now,
      delayMs: before !== undefined && now - before.at > SETTLED_MS ? RESPAWN_MS : delayMs,
    });
    this.record();
    this.options.log.info('mesh worker started', { worker: seat.index, pid: seat.process?.pid });
  }

  private onDeath(seat: WorkerSeat): void {
    this.options.log.warn('mesh worker ended', { worker: seat.index, pid: seat.process?.pid });
    seat.connection?.destroy();
    seat.leave();
  }

  private greet(socket: Socket): void {
    this.sockets.add(socket);
    let seat: WorkerSeat | undefined;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (seat?.connection === socket) seat.connection = undefined;
      this.look();
    });
    socket.on('drain', () => {
      if (seat !== undefined) this.bringUpToDate(seat);
    });
    readJsonLines(socket, (value) => {
      // Workers are our own program: what they send has the shape of the protocol.
      const message = value as FromWorker;
      if (message.type === 'hello') {
        const found = this.seats[message.worker];
        if (found === undefined || !found.seat(message, socket)) {
          send(socket, { type: 'drain', withinMs: DRAIN_MS });
          return;
        }
        seat = found;
        this.record();
        this.bringUpToDate(seat);
      } else if (seat !== undefined) this.hear(seat, message);
    });
  }

  private hear(seat: WorkerSeat, message: Ack | Counts): void {
    if (message.type === 'counts') {
      for (const listener of this.listeners) listener(message);
      return;
    }
    seat.tableVersion = message.version;
    seat.problems = message.problems;
    for (const { listener, message: text } of message.problems) {
      this.options.log.warn('listener could not be opened', { worker: seat.index, listener, reason: text });
    }
  }

  /** Sends the latest table unless an earlier one is still on its way: then `drain` brings us here again. */
  private bringUpToDate(seat: WorkerSeat): void {
    const { latest } = this;
    const { connection } = seat;
    if (latest === undefined || connection === undefined || connection.writableNeedDrain) return;
    const before = sentTables.get(connection);
    if (before === latest) return;
    sentTables.set(connection, latest);
    connection.write(this.lineFor(before, latest));
  }

  /** The whole table for a new connection, else what changed since the one before. Workers mostly get the same line. */
  private lineFor(before: RoutingTable | undefined, table: RoutingTable): string {
    if (this.line?.before === before && this.line?.table === table) return this.line.text;
    const message: ToWorker =
      before === undefined ? { type: 'table', table } : { type: 'patch', patch: diffTables(before, table) };
    const text = `${JSON.stringify(message)}\n`;
    this.line = { before, table, text };
    return text;
  }

  push(table: RoutingTable): void {
    this.latest = table;
    for (const seat of this.seats) this.bringUpToDate(seat);
  }

  acknowledged(): Promise<string | undefined> {
    let lowest = Infinity;
    for (const seat of this.seats) {
      if (!seat.isAlive || seat.tableVersion === 0) continue;
      // It serves, and has not told yet by which table.
      if (seat.tableVersion === undefined) return Promise.resolve(undefined);
      lowest = Math.min(lowest, seat.tableVersion);
    }
    return Promise.resolve(lowest === Infinity ? undefined : String(lowest));
  }

  counts(listener: (counts: Counts) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  problems(): Ack['problems'] {
    const found = new Map<string, Ack['problems'][number]>();
    for (const { problems } of this.seats) for (const problem of problems) found.set(problem.listener, problem);
    return [...found.values()];
  }

  report(): readonly WorkerReport[] {
    return this.seats.map((seat) => ({
      worker: seat.index,
      pid: seat.process?.pid ?? 0,
      live: seat.isAlive && seat.connection !== undefined,
      tableVersion: seat.tableVersion ?? 0,
      problems: seat.problems,
    }));
  }

  adminAddresses(): readonly string[] {
    return this.seats.map(({ index }) => this.adminPath(index));
  }

  async close({ stopWorkers }: { readonly stopWorkers: boolean }): Promise<void> {
    this.closing = true;
    clearInterval(this.looker);
    if (stopWorkers) await this.stopWorkers();
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    if (stopWorkers) {
      for (const path of [this.recordPath, this.options.socketPath, ...this.adminAddresses()])
        rmSync(path, { force: true });
    }
  }

  private async stopWorkers(): Promise<void> {
    for (const seat of this.seats) {
      if (seat.connection === undefined) seat.signal('SIGTERM');
      else send(seat.connection, { type: 'drain', withinMs: DRAIN_MS });
    }
    const { clock } = this.options;
    const until = clock.now() + DRAIN_MS + 1000;
    while (this.seats.some((seat) => seat.isAlive) && clock.now() < until) await clock.sleep(20);
    for (const seat of this.seats) seat.signal('SIGKILL');
  }
}

/** What each connection was sent last. */
const sentTables = new WeakMap<Socket, RoutingTable>();

function send(socket: Socket, message: ToWorker): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
