/** Runs an example folder as its README says: each fenced `sh` block is one step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Serin } from './serin.ts';

export interface Example {
  /** Runs the next step's commands and gives their output. */
  next(): Promise<string>;
  /** Fails when the README has steps that the test did not run. */
  finish(): void;
}

/** Splits a command line as a shell would: words, single and double quotes. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Opens `examples/<name>`. */
export function openExample(name: string, serin: Serin): Example {
  const folder = join('examples', name);
  const steps = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map((match) =>
    (match[1] ?? '').trim().split('\n'),
  );
  let position = 0;
  return {
    async next() {
      const step = steps[position];
      if (step === undefined) throw new Error(`${folder}/README.md has only ${steps.length} steps`);
      position += 1;
      let output = '';
      for (const line of step) {
        const [program, ...args] = words(line);
        if (program !== 'serin') throw new Error(`a step may only call serin: ${line}`);
        output += await serin.must(args, { cwd: folder });
      }
      return output;
    },
    finish() {
      if (position !== steps.length)
        throw new Error(`${folder}/README.md has ${steps.length} steps, the test ran ${position}`);
    },
  };
}
