#!/usr/bin/env node
/** The composition root of the command line: names the engine, and nothing else does. */
import { enableCompileCache } from 'node:module';
import type { Host } from './cli/host.ts';

// Compiled code is kept between invocations, so everything else is imported after this.
enableCompileCache();
const [{ runCli }, { systemTerminal }, { programVersion }] = await Promise.all([
  import('./cli/run.ts'),
  import('./cli/terminal.ts'),
  import('./cli/version.ts'),
]);

const host: Host = {
  version: programVersion,
  command: [...process.execArgv, import.meta.filename],
  startEngine: async (options) => {
    const { startEngine } = await import('./engines/local/engine.ts');
    return startEngine({ ...options, version: programVersion });
  },
};

const code = await runCli(process.argv.slice(2), systemTerminal(), host);
// The command is over even if some connection is still being kept alive; what was printed is out first.
process.stdout.write('', () => process.exit(code));
