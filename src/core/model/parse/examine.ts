/** One object as somebody wrote it → an object for the store, or all that is wrong with it. Old spellings are upgraded. */
import type { Message } from '../../../texts/catalogue.ts';
import { isList, isObject, valueAt, withoutNulls } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { DEFAULT_NAMESPACE, kindNamed } from '../kinds.ts';
import type { KindNames } from '../kinds.ts';
import type { NewObject } from '../meta.ts';
import { schemaOf } from '../schema/objects.ts';
import { flawsOf } from './explain.ts';
import type { Flaw } from './explain.ts';
import { foundText } from './problem.ts';
import { unknownKind, unknownVersion } from './unknown-kind.ts';
import { upgraded } from './upgrade.ts';

export type Examined =
  | { readonly ok: true; readonly object: NewObject; readonly notices: readonly Message[] }
  | { readonly ok: false; readonly flaws: readonly Flaw[] };

/** Total: takes any value. The object keeps the fields that it was written with; no defaults are put in. */
export function examine(value: unknown): Examined {
  if (!isObject(value)) {
    return refused({ path: [], text: { key: 'manifest.noObject' }, found: foundText(value) });
  }
  const names = namesOf(value);
  if ('flaws' in names) return { ok: false, flaws: names.flaws };
  const written = withoutNulls(value);
  const { object, notices } = upgraded(isObject(written) ? written : {}, names);
  const schema = schemaOf(names.kind);
  const flaws = schema === undefined ? [] : flawsOf(schema, object);
  if (flaws.length > 0) return { ok: false, flaws };
  // The schema of its kind has just been met.
  return { ok: true, object: object as unknown as NewObject, notices: [...notices, ...remarks(value, names)] };
}

/** `VirtualService default/reviews`, as far as the value says so. */
export function writtenName(value: unknown, namespace: string = DEFAULT_NAMESPACE): string {
  const kind = valueAt(value, 'kind');
  const metadata = valueAt(value, 'metadata');
  const name = valueAt(metadata, 'name');
  const own = valueAt(metadata, 'namespace');
  if (typeof kind !== 'string') return '';
  if (typeof name !== 'string') return kind;
  const isNamespaced = kindNamed(kind)?.namespaced ?? true;
  return isNamespaced ? `${kind} ${typeof own === 'string' ? own : namespace}/${name}` : `${kind} ${name}`;
}

function refused(flaw: Flaw): Examined {
  return { ok: false, flaws: [flaw] };
}

function namesOf(value: JsonObject): KindNames | { readonly flaws: readonly Flaw[] } {
  const kind = valueAt(value, 'kind');
  const apiVersion = valueAt(value, 'apiVersion');
  const flaws: Flaw[] = [];
  if (kind === undefined || kind === null) flaws.push({ path: ['kind'], text: { key: 'manifest.missing' } });
  if (apiVersion === undefined || apiVersion === null) {
    flaws.push({ path: ['apiVersion'], text: { key: 'manifest.missing' } });
  }
  if (flaws.length > 0) return { flaws };
  const names = typeof kind === 'string' ? kindNamed(kind) : undefined;
  if (names === undefined) return { flaws: [unknownKind(kind)] };
  const isKnown = apiVersion === names.apiVersion || names.otherVersions.some((version) => version === apiVersion);
  return isKnown ? names : { flaws: [unknownVersion(names, apiVersion)] };
}

/** What a person should know about an object that is taken as it is. */
function remarks(value: JsonObject, names: KindNames): readonly Message[] {
  const notices: Message[] = [];
  if (names.kind === 'ServiceAccount') notices.push({ key: 'manifest.noEffect', params: { kind: names.kind } });
  for (const field of vanishedConditions(value)) notices.push({ key: 'manifest.nullMatch', params: { field } });
  return notices;
}

const matchMaps = ['headers', 'withoutHeaders', 'queryParams'] as const;

/** Istio takes `x-user: null` in a match and drops the condition, so that the rule matches more than it says. */
function vanishedConditions(value: JsonObject): readonly string[] {
  const routes = valueAt(valueAt(value, 'spec'), 'http');
  if (!isList(routes)) return [];
  return routes.flatMap((route, at) => {
    const matches = valueAt(route, 'match');
    if (!isList(matches)) return [];
    return matches.flatMap((match, index) =>
      matchMaps.flatMap((map) => {
        const conditions = valueAt(match, map);
        if (!isObject(conditions)) return [];
        const names = Object.keys(conditions).filter((name) => conditions[name] === null);
        return names.map((name) => `spec.http[${at}].match[${index}].${map}.${name}`);
      }),
    );
  });
}
