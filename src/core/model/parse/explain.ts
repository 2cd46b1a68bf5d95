/** From zod's issues to flaws that a person can act on. */
import { z } from 'zod';
import type { Message } from '../../../texts/catalogue.ts';
import { isList, isObject } from '../json.ts';
import { objectionIn } from '../schema/strict.ts';
import { foundText } from './problem.ts';
import type { FieldPath, Problem } from './problem.ts';
import { nearest } from './suggest.ts';

/** A problem whose place is only known as a path so far. */
export interface Flaw extends Omit<Problem, 'place'> {
  readonly path: FieldPath;
  /** The name of the field is wrong, not its value. */
  readonly isName?: boolean;
}

type Issue = z.core.$ZodIssue;

/** Checks a value; an empty list means that it is right. */
export function flawsOf(schema: z.ZodType, value: unknown): readonly Flaw[] {
  const checked = schema.safeParse(value);
  if (checked.success) return [];
  return checked.error.issues.flatMap((issue) => explain(issue, { schema, value }));
}

interface Checked {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

function explain(issue: Issue, checked: Checked): readonly Flaw[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const value = valueIn(checked.value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField([...path, key], key, knownFields(checked.schema, path)));
    case 'invalid_type':
      return [wrongType(path, value, issue.expected)];
    case 'invalid_value':
      return [wrongWord(path, value, issue.values.map(String))];
    case 'invalid_union':
      return wrongUnion(issue.errors, path, value);
    case 'custom':
      return [objected(path, value, issue.params)];
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return [objected(path, value, undefined)];
  }
}

function objected(path: FieldPath, value: unknown, params: unknown): Flaw {
  const objection = objectionIn(params) ?? { text: { key: 'manifest.badValue' } };
  return { path, ...objection, ...(value === undefined ? {} : { found: foundText(value) }) };
}

function unknownField(path: FieldPath, field: string, known: readonly string[]): Flaw {
  const guess = nearest(field, known);
  const remedy: Message | undefined =
    guess !== undefined
      ? { key: 'manifest.didYouMean', params: { word: guess } }
      : known.length > 0
        ? { key: 'manifest.knownFields', params: { fields: known.join(', ') } }
        : undefined;
  const text = { key: 'manifest.unknownField', params: { field } } as const;
  return { path, isName: true, text, ...(remedy === undefined ? {} : { remedy }) };
}

const typeWords: Readonly<Record<string, Message['key']>> = {
  string: 'manifest.expect.text',
  int: 'manifest.expect.whole',
  number: 'manifest.expect.number',
  boolean: 'manifest.expect.flag',
  array: 'manifest.expect.list',
  object: 'manifest.expect.map',
  record: 'manifest.expect.map',
};

function wrongType(path: FieldPath, value: unknown, expected: string): Flaw {
  if (value === undefined) return { path, text: { key: 'manifest.missing' }, expected: typeWord(expected) };
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return {
    path,
    text: { key: 'manifest.wrongType' },
    expected: typeWord(expected),
    found: foundText(value),
    ...(expected === 'string' && isScalar
      ? { remedy: { key: 'manifest.quote', params: { value: String(value) } } }
      : {}),
  };
}

function typeWord(expected: string): Message {
  return { key: typeWords[expected] ?? 'manifest.expect.other', params: { type: expected } };
}

function wrongWord(path: FieldPath, value: unknown, words: readonly string[]): Flaw {
  const guess = typeof value === 'string' ? nearest(value, words) : undefined;
  return {
    path,
    text: { key: value === undefined ? 'manifest.missing' : 'manifest.badValue' },
    expected: { key: 'manifest.expect.oneOf', params: { values: words.join(', ') } },
    ...(value === undefined ? {} : { found: foundText(value) }),
    ...(guess === undefined ? {} : { remedy: { key: 'manifest.didYouMean', params: { word: guess } } }),
  };
}

/** Where one branch fits the type, its objections count; else all types are named. */
function wrongUnion(branches: readonly (readonly Issue[])[], path: FieldPath, value: unknown): readonly Flaw[] {
  const isRootType = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;
  const near = branches.find((issues) => !issues.some(isRootType));
  if (near !== undefined) {
    const inner = near.flatMap((issue) => explain(issue, { schema: z.unknown(), value }));
    return inner.map((flaw) => ({ ...flaw, path: [...path, ...flaw.path] }));
  }
  const expected = branches.flatMap((issues) =>
    issues.flatMap((one) => (one.code === 'invalid_type' ? one.expected : [])),
  );
  const isCountOrText = expected.includes('int') && expected.includes('string');
  return [
    {
      ...wrongType(path, value, expected[0] ?? ''),
      expected: isCountOrText ? { key: 'manifest.expect.wholeOrText' } : typeWord(expected[0] ?? ''),
    },
  ];
}

function valueIn(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (isList(inner)) return inner[Number(part)];
    return isObject(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }, value);
}

/** The names that the schema knows at a place. */
function knownFields(schema: z.ZodType, path: FieldPath): readonly string[] {
  let here: readonly z.core.$ZodType[] = [schema];
  for (const part of path) here = here.flatMap((one) => inside(one, part));
  return here
    .flatMap((one) => branchesOf(one))
    .flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
}

function inside(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  return branchesOf(schema).flatMap((one) => {
    if (one instanceof z.ZodArray) return [one.element];
    if (one instanceof z.ZodRecord) return [one.valueType];
    if (!(one instanceof z.ZodObject)) return [];
    const shape: Readonly<Record<string, z.core.$ZodType>> = one.shape;
    return Object.hasOwn(shape, part) ? [shape[part]].filter((inner) => inner !== undefined) : [];
  });
}

function branchesOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodExactOptional) return branchesOf(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => branchesOf(one));
  return [schema];
}
