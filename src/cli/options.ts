/** Options and arguments that several commands share. */
import type { ArgumentSpec, OptionSpec } from './command-spec.ts';

export const watchOption: OptionSpec = { flags: '-w, --watch', text: 'cli.option.watch', takes: 'nothing' };
export const watchRun: OptionSpec = { flags: '-w, --watch', text: 'cli.option.watchRun', takes: 'nothing' };
export const allNamespaces: OptionSpec = {
  flags: '-A, --all-namespaces',
  text: 'cli.option.allNamespaces',
  takes: 'nothing',
};
export const selector: OptionSpec = { flags: '-l, --selector <labels>', text: 'cli.option.selector', takes: 'text' };
export const filename: OptionSpec = {
  flags: '-f, --filename <path>',
  text: 'cli.option.filename',
  takes: 'list',
  completes: 'file',
};
export const recursive: OptionSpec = { flags: '-R, --recursive', text: 'cli.option.recursive', takes: 'nothing' };
export const dryRun: OptionSpec = { flags: '--dry-run', text: 'cli.option.dryRun', takes: 'nothing' };
export const record: OptionSpec = { flags: '--record', text: 'cli.option.record', takes: 'nothing' };
export const ignoreNotFound: OptionSpec = {
  flags: '--ignore-not-found',
  text: 'cli.option.ignoreNotFound',
  takes: 'nothing',
};
export const timeout: OptionSpec = { flags: '--timeout <time>', text: 'cli.option.timeout', takes: 'text' };
export const reason: OptionSpec = { flags: '--reason <text>', text: 'cli.option.reason', takes: 'text' };
export const overwrite: OptionSpec = { flags: '--overwrite', text: 'cli.option.overwrite', takes: 'nothing' };

/** `-o` with the formats that the command can write. */
export function output(...choices: readonly string[]): OptionSpec {
  return { flags: '-o, --output <format>', text: 'cli.option.output', takes: 'text', choices };
}

export const targets: ArgumentSpec = {
  name: 'target',
  text: 'cli.argument.targets',
  isMany: true,
  completes: 'target',
};
export const oneTarget: ArgumentSpec = {
  name: 'target',
  text: 'cli.argument.kindAndName',
  isMany: true,
  completes: 'target',
};
export const deployment: ArgumentSpec = {
  name: 'deployment',
  text: 'cli.argument.deployment',
  isMany: true,
  completes: 'workload',
};
export const release: ArgumentSpec = {
  name: 'release',
  text: 'cli.argument.release',
  isRequired: true,
  completes: 'release',
};
export const maybeRelease: ArgumentSpec = { name: 'release', text: 'cli.argument.release', completes: 'release' };
