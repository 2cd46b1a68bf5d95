import { spawn } from 'node:child_process';
import type { Message } from '../../../texts/catalogue.ts';
import { programPath } from './container-command.ts';
import type { Variables } from './container-env.ts';
import { CONTAINER_MARK, EXEC_MARK } from './process-identity.ts';

/** How a container's processes are started, expanded and complete. */
export interface Launch {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly variables: Variables;
}

export interface ExecOutcome {
  /** 0 = well. Absent: did not end in time, or could not start. */
  readonly exitCode?: number;
  /** The last of what it wrote, or why it failed. */
  readonly output: string | Message;
}

const OUTPUT_CHARACTERS = 1024;

/** Undefined where the command ended well in time, else why not. */
export async function findingOf(
  launch: Launch,
  command: readonly string[],
  timeoutMs: number,
): Promise<Message | undefined> {
  const { exitCode, output } = await execBeside(launch, command, timeoutMs);
  return exitCode === 0 ? undefined : { key: 'happening.commandFailed', params: { code: exitCode ?? '-', output } };
}

/** Runs a command beside a container (same folder, same environment) and ends its whole group when the time is over. */
function execBeside(launch: Launch, command: readonly string[], timeoutMs: number): Promise<ExecOutcome> {
  const [program = '', ...args] = command;
  const { [CONTAINER_MARK]: instance = '', ...variables } = launch.variables;
  return new Promise((resolve) => {
    const child = spawn(programPath(program, launch.cwd), args, {
      cwd: launch.cwd,
      env: { ...variables, [EXEC_MARK]: instance },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const endGroup = (): void => {
      // Our own child that has not been collected: its pid cannot have been given to anybody else.
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing is left of it.
      }
    };
    const finish = (outcome: ExecOutcome): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      endGroup();
      finish({ output: { key: 'happening.noEnd', params: { ms: timeoutMs } } });
    }, timeoutMs);
    child.once('error', (error) => finish({ output: error.message }));
    child.once('exit', (code, signal) => {
      setImmediate(() => finish({ exitCode: code ?? 128, output: output.trim() || (signal ?? '') }));
    });
  });
}
