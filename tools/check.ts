/** Everything that can be found without running the product. `./dev check`. */
import { availableParallelism } from 'node:os';
import { bin, runSteps, type Step } from './steps.ts';

const node = process.execPath;
const steps: readonly Step[] = [
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'types', command: bin('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'pure core', command: bin('tsc'), args: ['-p', 'tsconfig.core.json'] },
  { name: 'boundaries', command: node, args: ['tools/boundaries.ts'] },
  { name: 'dead code', command: bin('knip'), args: ['--no-progress'] },
  { name: 'format', command: bin('prettier'), args: ['--check', '--log-level=warn', '.'] },
  { name: 'documents', command: node, args: ['tools/docs.ts', '--check'] },
  { name: 'style', command: node, args: ['tools/style.ts', '--quiet'] },
];

const outcomes = await runSteps(steps, Math.min(2, availableParallelism()));
const failed = outcomes.filter((outcome) => !outcome.ok);
console.log(
  failed.length === 0 ? 'check: all is well' : `check: ${failed.map(({ step }) => step.name).join(', ')} failed`,
);
process.exit(failed.length === 0 ? 0 : 1);
