/** Answers a shell: what could stand here? One candidate a line, with a word on it behind a tab; `:file` = a path. */
import { kinds } from '../core/model/kinds.ts';
import type { CommandSpec, Completion, OptionSpec } from './command-spec.ts';
import { commands, globalOptions, groups } from './commands.ts';
import type { Context } from './context.ts';
import { kindOf } from './targets.ts';

interface Found {
  readonly spec: CommandSpec;
  /** Words of its name. */
  readonly depth: number;
}

interface Typing {
  readonly operands: readonly string[];
  readonly typed: string;
}

function flagsOf(option: OptionSpec): readonly string[] {
  return option.flags.split(/,\s*|\s+/).filter((part) => part.startsWith('-'));
}

/** The command that the words name, and the operands behind it. */
function commandAt(words: readonly string[]): Found | undefined {
  for (const depth of [2, 1]) {
    const name = words.slice(0, depth).join(' ');
    const spec = commands.find((one) => one.name === name);
    if (spec !== undefined) return { spec, depth };
  }
  return undefined;
}

function commandNames(context: Context, prefix: string): readonly string[] {
  const under = prefix === '' ? '' : `${prefix} `;
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (!name.startsWith(under)) continue;
    const [word = '', more] = name.slice(under.length).split(' ');
    const group = groups[word];
    found.set(word, context.say(more === undefined || group === undefined ? summary : group));
  }
  return [...found].map(([word, text]) => `${word}\t${text}`);
}

async function namesOf(context: Context, kind: string): Promise<readonly string[]> {
  const { items } = await (
    await context.store()
  ).list(kind, kind === 'Namespace' ? {} : { namespace: context.namespace });
  return items.map(({ metadata }) => metadata.name);
}

function kindWords(): readonly string[] {
  return ['all', ...kinds.flatMap(({ plural, shortNames }) => [plural, ...shortNames])];
}

/** KIND first; behind it, or behind KIND/, the names. */
async function targetWords(context: Context, operands: readonly string[], typed: string): Promise<readonly string[]> {
  const slash = typed.indexOf('/');
  if (slash > 0) {
    const word = typed.slice(0, slash);
    return (await namesOf(context, kindOf(word).kind)).map((name) => `${word}/${name}`);
  }
  const [first] = operands;
  return first === undefined ? kindWords() : namesOf(context, kindOf(first).kind);
}

async function wordsFor(
  context: Context,
  what: Completion | undefined,
  { operands, typed }: Typing,
): Promise<readonly string[]> {
  switch (what) {
    case 'file':
      return [':file'];
    case 'namespace':
      return namesOf(context, 'Namespace');
    case 'release':
      return namesOf(context, 'Release');
    case 'pod':
      return typed.includes('/') ? targetWords(context, operands, typed) : namesOf(context, 'Pod');
    case 'kind':
      return kindWords();
    case 'workload':
      return operands.length > 0 || typed.includes('/')
        ? targetWords(context, operands, typed)
        : ['deploy', ...(await namesOf(context, 'Deployment')).map((name) => `deploy/${name}`)];
    case 'target':
      return targetWords(context, operands, typed);
    case undefined:
      return [];
  }
}

/** Words without options and their values. */
function operandsOf(words: readonly string[], options: readonly OptionSpec[]): readonly string[] {
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') operands.push(word);
    else if (options.some((one) => takesValue(one) && flagsOf(one).includes(word))) at += 1;
  }
  return operands;
}

function takesValue(option: OptionSpec): boolean {
  return option.takes !== 'nothing' && option.takes !== 'maybe';
}

/** Names that fit where the command is known. */
async function operandWords(context: Context, found: Found, typing: Typing): Promise<readonly string[]> {
  const all = found.spec.arguments ?? [];
  const own = typing.operands.slice(found.depth);
  const argument = all[own.length] ?? all.findLast(({ isMany }) => isMany === true);
  return argument?.choices ?? wordsFor(context, argument?.completes, { operands: own, typed: typing.typed });
}

/** Candidates for the last word; the ones before it are done. */
export async function complete(context: Context, words: readonly string[]): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const found = commandAt(operandsOf(before, globalOptions));
  const options = [...(found?.spec.options ?? []), ...globalOptions];
  const pending = options.find((one) => takesValue(one) && flagsOf(one).includes(before.at(-1) ?? ''));
  if (pending !== undefined) {
    return pending.choices ?? wordsFor(context, pending.completes, { operands: [], typed });
  }
  if (typed.startsWith('-')) {
    return options.flatMap((one) => flagsOf(one).map((flag) => `${flag}\t${context.say(one.text)}`));
  }
  const operands = operandsOf(before, options);
  return found === undefined
    ? commandNames(context, operands.join(' '))
    : operandWords(context, found, { operands, typed });
}
