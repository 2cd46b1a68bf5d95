/** Every command, once: help, parsing, completion and the generated pages read this table. */
import type { TextKey } from '../texts/catalogue.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';
import { engineCommands } from './commands-engine.ts';
import { objectCommands } from './commands-objects.ts';
import { releaseCommands } from './commands-releases.ts';

export const globalOptions: readonly OptionSpec[] = [
  { flags: '-n, --namespace <name>', text: 'cli.option.namespace', takes: 'text', completes: 'namespace' },
  { flags: '--lang <language>', text: 'cli.option.lang', takes: 'text', choices: ['en', 'zh'] },
  { flags: '--data <folder>', text: 'cli.option.data', takes: 'text', completes: 'file' },
  { flags: '--no-color', text: 'cli.option.noColor', takes: 'nothing' },
];

/** Words that only lead to commands. */
export const groups: Readonly<Record<string, TextKey>> = {
  rollout: 'cli.rollout',
  route: 'cli.route',
  set: 'cli.set',
};

/** In the order in which help shows them. */
export const commands: readonly CommandSpec[] = [...engineCommands, ...objectCommands, ...releaseCommands];
