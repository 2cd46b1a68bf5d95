/** Runs named commands one after the other or side by side and prints one line for each. */
import { spawn } from 'node:child_process';

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Lets its output through while it runs, instead of showing it only when it fails. */
  readonly live?: boolean;
}

export interface Outcome {
  readonly step: Step;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Runs one step; its output is shown when it fails. */
export function runStep(step: Step): Promise<Outcome> {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(step.command, step.args, {
      stdio: step.live === true ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    const finish = (ok: boolean): void => {
      const seconds = (Date.now() - started) / 1000;
      console.log(`${ok ? '✔' : '✘'} ${step.name.padEnd(12)} ${seconds.toFixed(1)} s`);
      if (!ok && step.live !== true) process.stdout.write(Buffer.concat(output));
      resolve({ step, ok, seconds });
    };
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/** At most `width` steps at a time. */
export async function runSteps(steps: readonly Step[], width: number): Promise<readonly Outcome[]> {
  const waiting = [...steps];
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) outcomes.push(await runStep(step));
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}

/** The package's own command. */
export function bin(name: string): string {
  return `node_modules/.bin/${name}`;
}
