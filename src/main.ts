#!/usr/bin/env node
/** The composition root of the command line: names the engine, and nothing else does. */
import { enableCompileCache } from 'node:module';
import type { EngineOptions, Host, RunningEngine } from './cli/host.ts';

// Compiled code is kept between invocations, so everything else is imported after this.
enableCompileCache();
const [{ runCli }, { systemTerminal }, { programVersion }] = await Promise.all([
  import('./cli/run.ts'),
  import('./cli/terminal.ts'),
  import('./cli/version.ts'),
]);

interface EngineModule {
  startEngine(options: EngineOptions): Promise<RunningEngine>;
}

const engineModule: string = './engines/local/engine.ts';

const host: Host = {
  version: programVersion,
  command: [...process.execArgv, import.meta.filename],
  startEngine: async (options) => ((await import(engineModule)) as EngineModule).startEngine(options),
};

process.exitCode = await runCli(process.argv.slice(2), systemTerminal(), host);
