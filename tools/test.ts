/** Runs the tests: `./dev test [unit|e2e|NAME…]`. Without a name: all that need nothing but this machine. */
import { spawnSync } from 'node:child_process';
import { bin } from './steps.ts';

const projects = ['unit', 'e2e'];
const args = process.argv.slice(2);
const named = args.filter((arg) => projects.includes(arg));
const filters = args.filter((arg) => !projects.includes(arg));
const chosen = named.length > 0 ? named : projects;

// One project after the other: end-to-end tests measure time and want the machine for themselves.
let failed = false;
for (const project of chosen) {
  const run = spawnSync(bin('vitest'), ['run', '--project', project, '--passWithNoTests', ...filters], {
    stdio: 'inherit',
  });
  failed ||= run.status !== 0;
}
process.exit(failed ? 1 : 0);
