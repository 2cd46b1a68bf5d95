/** Builds commander's commands out of the table, with every word of help in the user's language. */
import type { Argument, CommanderError } from 'commander';
import { Command, Help, InvalidArgumentError, Option } from 'commander';
import { Fault } from '../lib/fault.ts';
import type { TextKey } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';
import type { Section } from './commands.ts';
import { displayWidth } from './render/width.ts';

/** What was asked for, before anything runs. */
export interface Chosen {
  readonly spec: CommandSpec;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that every command takes. */
  readonly globals: Readonly<Record<string, unknown>>;
}

export interface ProgramOptions {
  readonly language: Language;
  readonly commands: readonly CommandSpec[];
  /** What stands together in the help of the program. */
  readonly sections: readonly Section[];
  /** Summaries of words that only lead to commands, e.g. `rollout`. */
  readonly groups: Readonly<Record<string, TextKey>>;
  readonly globalOptions: readonly OptionSpec[];
  readonly write: (text: string) => void;
  readonly columns: number;
}

/** Commander's own words, in both languages. */
const titles: Readonly<Record<string, TextKey>> = {
  'Usage:': 'cli.help.usage',
  'Arguments:': 'cli.help.arguments',
  'Options:': 'cli.help.options',
  'Global Options:': 'cli.help.globalOptions',
  'Commands:': 'cli.help.commands',
};

function createHelp(language: Language): Help {
  const help = new Help();
  help.showGlobalOptions = true;
  help.styleTitle = (title) => {
    const key = titles[title];
    return key === undefined ? title : say(language, { key });
  };
  help.displayWidth = displayWidth;
  help.optionDescription = (option) => option.description;
  // Nearly every command has options; its own help shows them.
  help.subcommandTerm = termOf;
  help.subcommandDescription = (command) => {
    const [first, second] = command.commands;
    if (first === undefined) return command.description();
    if (second === undefined) return first.description();
    return `${command.description()} (${command.commands.map((one) => one.name()).join(', ')})`;
  };
  const commandUsage = help.commandUsage.bind(help);
  help.commandUsage = (command) =>
    commandUsage(command)
      .replace('[options]', `[${say(language, { key: 'cli.help.optionsWord' })}]`)
      .replace('[command]', `[${say(language, { key: 'cli.help.commandWord' })}]`);
  return help;
}

/** A word that leads to one command only stands there with it. */
function termOf(command: Command): string {
  const [only, second] = command.commands;
  if (only !== undefined && second === undefined) return `${command.name()} ${termOf(only)}`;
  return [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' ');
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function collect(value: string, before: unknown): readonly string[] {
  return [...(Array.isArray(before) ? before.map(String) : []), value];
}

function numberOf(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('');
  return number;
}

function createOption(spec: OptionSpec, language: Language): Option {
  const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(' | ')})`;
  const option = new Option(spec.flags, `${say(language, { key: spec.text })}${choices}`);
  if (spec.takes === 'list') option.argParser(collect);
  if (spec.takes === 'number') option.argParser(numberOf);
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  return option;
}

const usageKeys: Readonly<Record<string, TextKey>> = {
  'commander.unknownOption': 'cli.usage.unknownOption',
  'commander.unknownCommand': 'cli.usage.unknownCommand',
  'commander.missingArgument': 'cli.usage.missingArgument',
  'commander.optionMissingArgument': 'cli.usage.optionMissingArgument',
  'commander.missingMandatoryOptionValue': 'cli.usage.missingOption',
  'commander.invalidArgument': 'cli.usage.invalidArgument',
  'commander.excessArguments': 'cli.usage.excessArguments',
  'commander.conflictingOption': 'cli.usage.conflictingOption',
};

/** What commander's English sentence is about; it gives nothing but the sentence. */
function readRefusal(message: string): Readonly<Record<'what' | 'found' | 'similar' | 'allowed', string | undefined>> {
  const argument = /value '([^']*)' is invalid for argument '([^']*)'/.exec(message);
  return {
    what: argument?.[2] ?? /'([^']*)'/.exec(message)?.[1],
    found: argument?.[1] ?? /argument '([^']*)' is invalid/.exec(message)?.[1],
    similar: /\(Did you mean (?:one of )?([^?]+)\?\)/.exec(message)?.[1],
    allowed: /Allowed choices are (.+)\.$/.exec(message)?.[1],
  };
}

/** `Usage` faults for commander's refusals; anything else is passed on. */
export function usageFault(error: CommanderError, commandPath: string): Fault {
  const { what = '', found, similar, allowed } = readRefusal(error.message);
  return new Fault(
    'usage',
    { key: usageKeys[error.code] ?? 'cli.usage.other', params: { what, detail: error.message } },
    {
      ...(allowed === undefined ? {} : { expected: allowed }),
      ...(found === undefined ? {} : { found }),
      remedy:
        similar === undefined
          ? { key: 'cli.usage.remedy', params: { command: commandPath } }
          : { key: 'cli.usage.similar', params: { similar } },
      cause: error,
    },
  );
}

function configure(command: Command, options: ProgramOptions): Command {
  const { language } = options;
  // Chinese has no space behind its colon.
  const write = (text: string): void => options.write(text.replace(/^(\S+：) /, '$1'));
  return command
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: write,
      // Refusals are printed once, as faults.
      outputError: () => undefined,
      getOutHelpWidth: () => options.columns,
    })
    .helpOption('-h, --help', say(language, { key: 'cli.help.option' }))
    .helpCommand(false)
    .showSuggestionAfterError(true);
}

function addHelp(command: Command, language: Language): void {
  command.createHelp = () => createHelp(language);
}

function fill(command: Command, spec: CommandSpec, options: ProgramOptions): void {
  const { language } = options;
  command.description(say(language, { key: spec.summary }));
  for (const { name, text, isRequired, isMany, choices } of spec.arguments ?? []) {
    const inner = `${name}${isMany ? '...' : ''}`;
    const argument = command.createArgument(isRequired ? `<${inner}>` : `[${inner}]`, say(language, { key: text }));
    if (choices !== undefined) argument.choices([...choices]);
    command.addArgument(argument);
  }
  for (const option of spec.options ?? []) command.addOption(createOption(option, language));
  const example = say(language, { key: spec.example })
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  command.addHelpText('after', `\n${say(language, { key: 'cli.help.examples' })}\n${example}`);
}

/** The command under which a spec stands; groups come into being on the way. */
function parentOf(root: Command, words: readonly string[], options: ProgramOptions): Command {
  return words.slice(0, -1).reduce((parent, word) => {
    const known = parent.commands.find((command) => command.name() === word);
    if (known !== undefined) return known;
    const group = configure(parent.command(word), options);
    addHelp(group, options.language);
    const key = options.groups[word];
    if (key === undefined) throw new Error(`the command table says nothing about the group ${word}`);
    group.description(say(options.language, { key }));
    return group;
  }, root);
}

/** The whole tree. `choose` is called for the command that was typed. */
export function createProgram(options: ProgramOptions, choose: (chosen: Chosen) => void): Command {
  const root = configure(new Command('serin'), options);
  addHelp(root, options.language);
  root.description(say(options.language, { key: 'cli.help.about' }));
  root.addHelpText('after', `\n${say(options.language, { key: 'cli.help.more' })}`);
  for (const option of options.globalOptions) root.addOption(createOption(option, options.language));
  for (const spec of inSections(options)) {
    const words = spec.name.split(' ');
    const command = configure(parentOf(root, words, options).command(words.at(-1) ?? spec.name), options);
    addHelp(command, options.language);
    fill(command, spec, options);
    command.action(() => {
      choose({ spec, operands: command.args, options: command.opts(), globals: root.opts() });
    });
  }
  for (const { title, words } of options.sections) {
    for (const command of root.commands) {
      if (words.includes(command.name())) command.helpGroup(say(options.language, { key: title }));
    }
  }
  return root;
}

/** A command that is in no section comes last. */
function inSections({ sections, commands }: ProgramOptions): readonly CommandSpec[] {
  const order = sections.flatMap(({ words }) => words);
  const place = ({ name }: CommandSpec): number => {
    const at = order.indexOf(name.split(' ')[0] ?? '');
    return at < 0 ? order.length : at;
  };
  return commands.toSorted((a, b) => place(a) - place(b));
}
