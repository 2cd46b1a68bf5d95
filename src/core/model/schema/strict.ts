/** Strict objects annotated against the hand-written types: a field too many or too few does not compile. */
import { z } from 'zod';
import type { Message } from '../../../texts/catalogue.ts';

type OptionalKey<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type RequiredKey<T> = Exclude<keyof T, OptionalKey<T>>;
type RequiredShape<T> = { readonly [K in RequiredKey<T>]: z.ZodType<T[K]> };
type OptionalShape<T> = { readonly [K in OptionalKey<T>]-?: z.ZodType<Exclude<T[K], undefined>> };

/** An object with exactly the fields of `T`; unknown ones are errors. `alsoTaken` are accepted with any value and kept. */
export function strict<T extends object>(
  required: RequiredShape<T>,
  optional: OptionalShape<T>,
  alsoTaken: readonly string[] = [],
): z.ZodType<T> {
  const shape: Record<string, z.ZodType> = { ...required };
  for (const name of alsoTaken) shape[name] = z.exactOptional(z.unknown());
  for (const [name, schema] of Object.entries<z.ZodType>(optional)) shape[name] = z.exactOptional(schema);
  // The two shapes together have every key of T with T's types; zod cannot follow the loop.
  return z.strictObject(shape) as unknown as z.ZodType<T>;
}

/** What is wrong with a value that has the right type; travels in a zod issue. */
export interface Objection {
  readonly text: Message;
  readonly expected?: Message;
  readonly remedy?: Message;
}

export type Path = readonly (string | number)[];

export interface Check {
  refuse(objection: Objection, path?: Path): void;
}

/** Adds a rule over a whole value. It runs only where the value's own fields have the right types. */
export function withRules<T>(schema: z.ZodType<T>, rules: (value: T, check: Check) => void): z.ZodType<T> {
  return schema.superRefine((value, context) => {
    rules(value, {
      refuse: (objection, path = []) =>
        context.addIssue({ code: 'custom', path: [...path], params: { objection }, message: objection.text.key }),
    });
  });
}

/** A value that is only right where `isRight` says so; `expected` completes the sentence "expected …". */
export function expecting<T>(schema: z.ZodType<T>, expected: Message, isRight: (value: T) => boolean): z.ZodType<T> {
  return withRules(schema, (value, check) => {
    if (!isRight(value)) check.refuse({ text: { key: 'manifest.badValue' }, expected });
  });
}

/** The objection that an issue carries, if one of the rules above made it. */
export function objectionIn(params: unknown): Objection | undefined {
  const carried = params as { readonly objection?: Objection } | undefined; // only `withRules` fills `params`
  return carried?.objection;
}

/** Which of the fields are given. */
export function given<T extends object>(
  value: T,
  fields: readonly (keyof T & string)[],
): readonly (keyof T & string)[] {
  return fields.filter((field) => value[field] !== undefined);
}

/** At most one, or exactly one, of the fields. */
export function requireOne<T extends object>(
  value: T,
  check: Check,
  rule: { readonly of: readonly (keyof T & string)[]; readonly needed: boolean },
): void {
  const found = given(value, rule.of);
  const fields = rule.of.join(', ');
  if (found.length > 1) {
    const text = { key: 'manifest.exclusive', params: { fields: found.join(', ') } } as const;
    check.refuse({ text, remedy: { key: 'manifest.exclusiveRemedy' } }, found.slice(1, 2));
  }
  if (rule.needed && found.length === 0) check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields } } });
}

/** No value twice, by name. */
export function requireUnique<T>(
  items: readonly T[] | undefined,
  check: Check,
  rule: { readonly field: string; readonly nameOf: (item: T) => string | undefined; readonly key?: string },
): void {
  const seen = new Set<string>();
  (items ?? []).forEach((item, index) => {
    const name = rule.nameOf(item);
    if (name === undefined) return;
    const path = [rule.field, index, ...(rule.key === undefined ? [] : [rule.key])];
    if (seen.has(name)) check.refuse({ text: { key: 'manifest.twice', params: { name } } }, path);
    seen.add(name);
  });
}
