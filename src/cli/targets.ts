/** `po`, `po,svc`, `deploy a b`, `deploy/a svc/b`, `all`: the ways in which kubectl lets people name objects. */
import type { KindNames } from '../core/model/kinds.ts';
import { kindForWord, kindNamed, kinds } from '../core/model/kinds.ts';
import { nearest } from '../core/model/parse/suggest.ts';
import type { FaultDetails } from '../lib/fault.ts';
import { Fault } from '../lib/fault.ts';

export interface Target {
  readonly kind: KindNames;
  /** Absent = all of the kind. */
  readonly name?: string;
}

/** What `all` stands for, in the order in which it is shown. */
const ALL_KINDS: readonly string[] = ['Pod', 'Service', 'Deployment', 'ReplicaSet', 'Release'];

/** @throws Fault `usage` for a word that names no kind. */
export function kindOf(word: string): KindNames {
  const kind = kindForWord(word);
  if (kind !== undefined) return kind;
  throw new Fault(
    'usage',
    { key: 'cli.usage.unknownKind', params: { word } },
    {
      expected: kinds.map(({ plural, shortNames }) => shortNames[0] ?? plural).join(', '),
      found: word,
      ...similarKind(word),
    },
  );
}

function similarKind(word: string): FaultDetails {
  const all = kinds.flatMap(({ kind, plural, shortNames }) => [plural, kind.toLowerCase(), ...shortNames]);
  const similar = nearest(word, all);
  return similar === undefined ? {} : { remedy: { key: 'cli.usage.similar', params: { similar } } };
}

function kindsOf(words: string): readonly KindNames[] {
  return words
    .split(',')
    .filter((word) => word !== '')
    .flatMap((word) =>
      word.toLowerCase() === 'all' ? ALL_KINDS.flatMap((kind) => kindNamed(kind) ?? []) : [kindOf(word)],
    );
}

function slashTarget(operand: string): Target {
  const slash = operand.indexOf('/');
  const kind = kindOf(operand.slice(0, slash));
  const name = operand.slice(slash + 1);
  if (name === '') throw new Fault('usage', { key: 'cli.usage.nameMissing', params: { kind: kind.kind } });
  return { kind, name };
}

/** @throws Fault `usage` where the operands name nothing, an unknown kind, or mix both spellings. */
export function parseTargets(operands: readonly string[]): readonly Target[] {
  const [first, ...names] = operands;
  if (first === undefined) {
    throw new Fault('usage', { key: 'cli.usage.targetMissing' }, { expected: 'po, svc, deploy/NAME, rel …' });
  }
  if (operands.some((operand) => operand.includes('/'))) {
    if (operands.some((operand) => !operand.includes('/'))) {
      throw new Fault('usage', { key: 'cli.usage.mixedTargets' }, { found: operands.join(' ') });
    }
    return operands.map(slashTarget);
  }
  const found = kindsOf(first);
  return names.length === 0
    ? found.map((kind) => ({ kind }))
    : found.flatMap((kind) => names.map((name) => ({ kind, name })));
}

export interface NamedTarget {
  readonly kind: KindNames;
  readonly name: string;
}

/** As `parseTargets`, but every target must have a name. */
export function parseNamedTargets(operands: readonly string[]): readonly NamedTarget[] {
  return parseTargets(operands).map(({ kind, name }) => {
    if (name === undefined) {
      const word = kind.shortNames[0] ?? kind.plural;
      const text = { key: 'cli.usage.nameMissing', params: { kind: kind.kind } } as const;
      throw new Fault('usage', text, { expected: `${word}/NAME` });
    }
    return { kind, name };
  });
}

/** One target at the front, the rest of the operands behind it: `deploy NAME …` or `deploy/NAME …`. */
export function splitTarget(operands: readonly string[]): {
  readonly target: NamedTarget;
  readonly rest: readonly string[];
} {
  const count = operands[0]?.includes('/') === true ? 1 : 2;
  const [target] = parseNamedTargets(operands.slice(0, count));
  if (target === undefined) throw new Fault('usage', { key: 'cli.usage.targetMissing' });
  return { target, rest: operands.slice(count) };
}
