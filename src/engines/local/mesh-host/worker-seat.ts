import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Ack, Hello } from '../../../mesh/protocol.ts';
import { lookAt } from '../supervisor/process-identity.ts';

/** A process that was told to serve as one of the workers. */
export interface WorkerProcess {
  readonly pid: number;
  /** See ProcessSight. */
  readonly startTime: string;
}

export interface SeatOptions {
  readonly index: number;
  /** Program and first arguments; those of the worker follow. */
  readonly command: readonly string[];
  readonly arguments: readonly string[];
  readonly logPath: string;
}

/** One of the numbered places for workers: who sits there, and which table it runs. */
export class WorkerSeat {
  readonly index: number;
  process: WorkerProcess | undefined;
  connection: Socket | undefined;
  /** Version of the table that it runs; 0 = it serves nothing yet, undefined = it was adopted and has not said. */
  tableVersion: number | undefined;
  problems: Ack['problems'] = [];
  private readonly options: SeatOptions;

  constructor(options: SeatOptions) {
    this.options = options;
    this.index = options.index;
  }

  get isAlive(): boolean {
    if (this.process === undefined) return false;
    const sight = lookAt(this.process.pid);
    return sight !== undefined && !sight.isZombie && sight.startTime === this.process.startTime;
  }

  /** Starts a process of its own session, so that it outlives the control plane. `onExit` is called when it ends. */
  spawn(onExit: () => void): void {
    const [program = '', ...first] = this.options.command;
    const output = openSync(this.options.logPath, 'a', 0o640);
    const child = spawn(program, [...first, ...this.options.arguments], {
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child.on('error', onExit);
    child.on('exit', onExit);
    child.unref();
    this.tableVersion = 0;
    this.problems = [];
    const sight = child.pid === undefined ? undefined : lookAt(child.pid);
    this.process = sight === undefined ? undefined : { pid: sight.pid, startTime: sight.startTime };
  }

  /** Takes the process that says hello. False where another one sits here and lives. */
  seat(hello: Hello, connection: Socket): boolean {
    if (this.process !== undefined && this.process.pid !== hello.pid && this.isAlive) return false;
    const sight = lookAt(hello.pid);
    if (sight === undefined) return false;
    this.process = { pid: hello.pid, startTime: sight.startTime };
    this.connection = connection;
    this.tableVersion = hello.tableVersion;
    return true;
  }

  leave(): void {
    this.process = undefined;
    this.connection = undefined;
    this.tableVersion = 0;
    this.problems = [];
  }

  signal(signal: NodeJS.Signals): void {
    if (this.process === undefined || !this.isAlive) return;
    try {
      process.kill(this.process.pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}
