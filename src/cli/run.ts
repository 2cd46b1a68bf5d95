/** One invocation of the command line: parse, run, answer with an exit code. */
import { CommanderError } from 'commander';
import { commands, globalOptions, groups, sections } from './commands.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';
import type { Context, Terminal } from './context.ts';
import { createContext } from './context.ts';
import { Fault } from '../lib/fault.ts';
import { exitCodeOf, failureLines } from './failure.ts';
import type { Host } from './host.ts';
import { createInput } from './input.ts';
import { languageOfArguments } from './locale.ts';
import type { Chosen } from './program.ts';
import { createProgram, usageFault } from './program.ts';
import { createPaint } from './render/color.ts';

/** `-o=json` is one word of kubectl's; commander reads it as the value `=json`. */
function withoutShortEquals(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return args.flatMap((arg, index) => {
    const match = end >= 0 && index > end ? null : /^(-[A-Za-z])=(.*)$/s.exec(arg);
    return match === null ? [arg] : [match[1] ?? '', match[2] ?? ''];
  });
}

/** `serin help rollout undo` asks for the same as `serin rollout undo --help`. */
function withHelpOption(args: readonly string[]): readonly string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

/** `--to-revision <n>` → `toRevision`, and `--no-headers` → `headers` (true unless given), as commander names them. */
export function optionName(option: OptionSpec): string {
  const long = /--(?:no-)?([a-z][a-z-]*)/.exec(option.flags)?.[1] ?? '';
  return long.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}

function isColored(terminal: Terminal, globals: Readonly<Record<string, unknown>>): boolean {
  const noColor = terminal.env['NO_COLOR'];
  return terminal.isTty && globals['color'] !== false && (noColor === undefined || noColor === '');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Arguments without `node` and the program's path. Never throws. */
export async function runCli(args: readonly string[], terminal: Terminal, host: Host): Promise<number> {
  const language = languageOfArguments(args, terminal.env);
  let context: Context | undefined;
  const plain = createPaint(isColored(terminal, args.includes('--no-color') ? { color: false } : {}));
  try {
    if (args[0] === '__complete') return await answerShell(args.slice(1), terminal, host);
    const chosen = parse(withHelpOption(withoutShortEquals(args)), terminal, language);
    if (chosen === undefined) return 0;
    const { globals, spec } = chosen;
    const namespace = textOf(globals['namespace']);
    const data = textOf(globals['data']);
    context = createContext({
      terminal,
      host,
      language,
      hasColor: isColored(terminal, globals),
      ...(namespace === undefined ? {} : { namespace }),
      ...(data === undefined ? {} : { data }),
    });
    const declared = new Set((spec.options ?? []).map(optionName));
    const { run } = await spec.load();
    return (await run(context, createInput({ operands: chosen.operands, options: chosen.options, declared }))) ?? 0;
  } catch (error) {
    const told = error instanceof Fault && context !== undefined ? await explained(context, error) : error;
    for (const line of failureLines(told, language, plain)) terminal.writeError(`${line}\n`);
    return exitCodeOf(error);
  }
}

/** Loaded only for what is not there: reads that succeed stay fast. */
async function explained(context: Context, fault: Fault): Promise<Fault> {
  if (fault.code !== 'notFound') return fault;
  return (await import('./not-found.ts')).withNames(context, fault);
}

/** A shell wants candidates or nothing: errors would end up in somebody's prompt. */
async function answerShell(words: readonly string[], terminal: Terminal, host: Host): Promise<number> {
  const { complete } = await import('./complete.ts');
  const at = words.findIndex((word) => word === '-n' || word === '--namespace');
  const namespace = at >= 0 && at + 2 < words.length ? words[at + 1] : undefined;
  const context = createContext({
    terminal,
    host,
    language: languageOfArguments(words, terminal.env),
    hasColor: false,
    ...(namespace === undefined ? {} : { namespace }),
  });
  try {
    for (const line of await complete(context, words)) context.print(line);
    return 0;
  } catch {
    return 1;
  }
}

/** The command that was meant, behind options that every command takes. */
function commandIn(args: readonly string[]): CommandSpec | undefined {
  const valued = globalOptions.filter(({ takes }) => takes !== 'nothing').flatMap(({ flags }) => flags.split(/[, ]+/));
  const words = args.filter((arg, index) => /^[a-z]/.test(arg) && !valued.includes(args[index - 1] ?? ''));
  return commands.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '));
}

/** Undefined where help was shown instead. */
function parse(args: readonly string[], terminal: Terminal, language: 'en' | 'zh'): Chosen | undefined {
  let chosen: Chosen | undefined;
  const write = (text: string): void => terminal.write(text);
  const options = { language, commands, groups, sections, globalOptions, write, columns: terminal.columns };
  const program = createProgram(options, (found) => {
    chosen = found;
  });
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
    const known = commandIn(args);
    throw usageFault(error, known === undefined ? 'serin' : `serin ${known.name}`);
  }
  return chosen;
}
