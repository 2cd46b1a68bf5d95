import { mkdirSync } from 'node:fs';
import { applyManifests } from '../../control/manifest/apply.ts';
import type { ManifestSource } from '../../control/manifest/read.ts';
import { parseManifests } from '../../control/manifest/parse.ts';
import { Fault, problemOf } from '../../lib/fault.ts';
import type { StatusReport } from '../../server/contract.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { addressLines, noticeLines } from '../engine-lines.ts';
import type { EngineOptions, RunningEngine } from '../host.ts';
import type { Input } from '../input.ts';
import { noteAll, refuse, sourcesOf } from '../manifests.ts';
import { configOf, startDetached } from '../start-detached.ts';

/** After the second signal, so long the engine may take to kill what is left. */
const AT_ONCE_MS = 5000;

function optionsOf(context: Context, input: Input): EngineOptions {
  const config = configOf(context, input);
  const port = input.number('port');
  const bind = input.text('bind');
  const workers = input.number('workers');
  return {
    dataDir: context.dataDir,
    lang: context.language,
    progress: (message) => context.note(context.sayMessage(message)),
    ...(config === undefined ? {} : { config }),
    ...(port === undefined ? {} : { port }),
    ...(bind === undefined ? {} : { bind }),
    ...(workers === undefined ? {} : { workers }),
  };
}

/** Better known before anything runs. @throws Fault `usage` */
function checkOptions(input: Input): void {
  requireWhole(input, 'port', { least: 0, most: 65_535 });
  requireWhole(input, 'workers', { least: 1, most: 256 });
}

function requireWhole(input: Input, name: string, { least, most }: { least: number; most: number }): void {
  const value = input.number(name);
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const text = { key: 'cli.usage.invalidArgument', params: { what: `--${name}` } } as const;
  throw new Fault('usage', text, { expected: `${least} – ${most}`, found: String(value) });
}

/** @throws Fault `denied` where the folder cannot be made */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const remedy = { key: 'cli.otherFolder' } as const;
    throw new Fault(
      'denied',
      { key: 'cli.badFolder', params: { folder, problem: problemOf(cause) } },
      { remedy, cause },
    );
  }
}

/** Applies and prints; what the store refuses is said, and the engine goes on. */
async function applyAll(context: Context, sources: readonly ManifestSource[]): Promise<void> {
  if (sources.length === 0) return;
  const result = await applyManifests(await context.store(), sources, { namespace: context.namespace });
  if (result.outcome === 'refused') {
    refuse(context, result.problems);
    return;
  }
  noteAll(
    context,
    result.changes.flatMap(({ notices }) => notices),
  );
  for (const { text } of result.changes) context.print(context.sayMessage(text));
}

async function greet(context: Context): Promise<void> {
  const engine = await (await context.client()).get<StatusReport>('/v1/status');
  context.print(context.say('cli.up.ready', { api: engine.api, folder: engine.dataDir }));
  for (const line of addressLines(context, engine)) context.print(line);
  for (const line of noticeLines(context, engine)) context.print(line);
}

/** Waits for a signal or a request to stop, then stops. A second signal stops at once. */
async function runUntilStopped(context: Context, engine: RunningEngine): Promise<number> {
  let signals = 0;
  const signalled = new Promise<{ readonly keepPods: boolean }>((resolve) => {
    const onSignal = (): void => {
      signals += 1;
      if (signals === 1) {
        resolve({ keepPods: false });
        return;
      }
      context.note(context.say('cli.up.atOnce'));
      setTimeout(() => process.exit(1), AT_ONCE_MS).unref();
      void engine.close({ keepPods: false, atOnce: true }).finally(() => process.exit(1));
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
  const { keepPods } = await Promise.race([signalled, engine.stopAsked]);
  context.note(context.say(keepPods ? 'cli.up.stoppingAlone' : 'cli.up.stopping'));
  await engine.close({ keepPods });
  context.note(context.say('cli.up.stopped'));
  return 0;
}

export const run: Run = async (context, input) => {
  checkOptions(input);
  prepareFolder(context.dataDir);
  const files = input.list('filename');
  const sources = files.length === 0 ? [] : await sourcesOf(context, { files, isRecursive: false });
  const { problems } = parseManifests(sources, context.namespace);
  // Better known before anything runs.
  if (problems.length > 0) return refuse(context, problems);
  if (input.flag('detach')) {
    await startDetached(context, input);
    await applyAll(context, sources);
    await greet(context);
    return 0;
  }
  context.terminal.goOnUnread();
  const engine = await context.host.startEngine(optionsOf(context, input));
  try {
    await applyAll(context, sources);
    await greet(context);
    context.print(context.say('cli.up.howToStop'));
  } catch (error) {
    await engine.close({ keepPods: false });
    throw error;
  }
  return runUntilStopped(context, engine);
};
