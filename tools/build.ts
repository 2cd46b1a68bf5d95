/** Builds `dist/`: plain JavaScript, one file for each source file. `./dev build`. */
import { chmodSync, rmSync } from 'node:fs';
import { bin, runStep } from './steps.ts';

rmSync('dist', { recursive: true, force: true });
const built = await runStep({ name: 'build', command: bin('tsc'), args: ['-p', 'tsconfig.build.json'] });
if (built.ok) chmodSync('dist/main.js', 0o755);
process.exit(built.ok ? 0 : 1);
