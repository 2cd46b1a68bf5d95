/** Everything that can be found without running the product. `./dev check`. */
import { availableParallelism } from 'node:os';
import { bin, runSteps, type Step } from './steps.ts';

const node = process.execPath;

/** By content, so that a fresh checkout of known files is quick too. */
const formatCache = ['--cache', '--cache-strategy=content', '--cache-location=.tools/prettier-cache'];

/** Longest first, so that the short ones fill the gaps. */
export const checks: readonly Step[] = [
  { name: 'format', command: bin('prettier'), args: ['--check', '--log-level=warn', ...formatCache, '.'] },
  { name: 'types', command: bin('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'pure core', command: bin('tsc'), args: ['-p', 'tsconfig.core.json'] },
  { name: 'dead code', command: bin('knip'), args: ['--no-progress'] },
  { name: 'boundaries', command: node, args: ['tools/boundaries.ts'] },
  { name: 'documents', command: node, args: ['tools/docs.ts', '--check'] },
  { name: 'style', command: node, args: ['tools/style.ts', '--quiet'] },
];

if (import.meta.main) {
  const outcomes = await runSteps(checks, availableParallelism());
  const failed = outcomes.filter((outcome) => !outcome.ok);
  console.log(
    failed.length === 0 ? 'check: all is well' : `check: ${failed.map(({ step }) => step.name).join(', ')} failed`,
  );
  process.exit(failed.length === 0 ? 0 : 1);
}
