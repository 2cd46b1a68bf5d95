import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { programPath } from './container-command.ts';
import type { Launch } from './exec.ts';
import { lookAt } from './process-identity.ts';
import type { ProcessWatch } from './process-watch.ts';
import type { KnownProcess } from './signal.ts';
import { endGroupRemains } from './signal.ts';

/** How an instance ended. */
export interface Exit {
  /** As a shell tells it: 128 + signal where a signal ended it. Absent: nobody saw it. */
  readonly exitCode?: number;
  readonly signal?: number;
  /** It never started. */
  readonly failure?: string;
}

/** The leader of a container instance: our child, or one that an earlier control plane started. */
export interface ContainerProcess extends KnownProcess {
  readonly exited: Promise<Exit>;
}

/**
 * Starts an instance in a session of its own, writing to `output` by itself, so that it lives on without us. The identity
 * is known when this returns. A program that cannot be started is an exit with `failure`.
 */
export function startProcess(launch: Launch, output: number): ContainerProcess | { readonly failed: Promise<Exit> } {
  const [program = '', ...args] = launch.command;
  const child = spawn(programPath(program, launch.cwd), args, {
    cwd: launch.cwd,
    env: launch.variables,
    detached: true,
    stdio: ['ignore', output, output],
  });
  const { pid } = child;
  if (pid === undefined) {
    return { failed: new Promise((resolve) => child.once('error', (error) => resolve({ failure: error.message }))) };
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      endGroupRemains(pid);
      const number = signal === null ? undefined : constants.signals[signal];
      resolve(number === undefined ? { exitCode: code ?? 0 } : { exitCode: 128 + number, signal: number });
    });
  });
  child.unref();
  // A child that ended already is a zombie until its exit was told, so there is always something to see.
  return { pid, startTime: lookAt(pid)?.startTime ?? '', exited };
}

/** Takes over an instance that runs already. */
export function adoptProcess(known: KnownProcess, watch: ProcessWatch): ContainerProcess {
  const exited = new Promise<Exit>((resolve) => {
    watch.watch(known, (zombie) => {
      endGroupRemains(known.pid);
      resolve(exitOfZombie(zombie?.exitStatus));
    });
  });
  return { ...known, exited };
}

/** What a zombie still tells about its end. */
export function exitOfZombie(status: { readonly code: number; readonly signal: number } | undefined): Exit {
  if (status === undefined) return {};
  return status.signal === 0 ? { exitCode: status.code } : { exitCode: 128 + status.signal, signal: status.signal };
}
