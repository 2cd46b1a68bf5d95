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

export interface Section {
  readonly title: TextKey;
  /** First words of its commands, in the order in which help shows them. */
  readonly words: readonly string[];
}

/** What stands together in `serin --help`. Every command is in one of them. */
export const sections: readonly Section[] = [
  { title: 'cli.help.section.engine', words: ['up', 'down', 'status', 'demo'] },
  {
    title: 'cli.help.section.objects',
    words: ['apply', 'get', 'describe', 'events', 'create', 'delete', 'patch', 'label', 'annotate'],
  },
  { title: 'cli.help.section.workloads', words: ['logs', 'scale', 'rollout', 'set'] },
  {
    title: 'cli.help.section.releases',
    words: ['start', 'pause', 'resume', 'approve', 'promote', 'set-weight', 'skip', 'abort', 'rollback'],
  },
  { title: 'cli.help.section.questions', words: ['watch', 'why', 'history', 'plan', 'route'] },
  { title: 'cli.help.section.other', words: ['completion', 'version'] },
];

export const commands: readonly CommandSpec[] = [...engineCommands, ...objectCommands, ...releaseCommands];
