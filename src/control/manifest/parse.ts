/** Texts → objects, or every problem in them. */
import { isList, isObject, valueAt } from '../../core/model/json.ts';
import { kindNamed } from '../../core/model/kinds.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { Flaw } from '../../core/model/parse/explain.ts';
import { writtenName } from '../../core/model/parse/examine.ts';
import { fieldText } from '../../core/model/parse/problem.ts';
import type { FieldPath, Problem } from '../../core/model/parse/problem.ts';
import type { Place } from '../../lib/fault.ts';
import type { Message } from '../../texts/catalogue.ts';
import { admit } from './admission.ts';
import { readText } from './read.ts';
import type { ManifestDocument, ManifestSource } from './read.ts';

export interface ManifestObject {
  readonly object: NewObject;
  /** Where it begins. */
  readonly place: Place;
  readonly notices: readonly Message[];
}

export interface ParsedManifests {
  readonly objects: readonly ManifestObject[];
  /** If there are any, nothing of the batch may be applied. */
  readonly problems: readonly Problem[];
}

/** `namespace`: where objects go that name none. */
export function parseManifests(sources: readonly ManifestSource[], namespace?: string): ParsedManifests {
  const objects: ManifestObject[] = [];
  const problems: Problem[] = [];
  for (const source of sources) {
    const text = readText(source);
    problems.push(...text.problems);
    for (const document of text.documents) {
      for (const item of itemsOf(document.value)) {
        const parsed = parseItem(document, item, namespace);
        if ('object' in parsed) objects.push(parsed);
        else problems.push(...parsed.problems);
      }
    }
  }
  return { objects, problems };
}

interface Item {
  readonly value: unknown;
  readonly path: FieldPath;
}

/** The members of a `List` of any kind, or the value itself. */
function itemsOf(value: unknown): readonly Item[] {
  const kind = valueAt(value, 'kind');
  const items = valueAt(value, 'items');
  if (typeof kind !== 'string' || !kind.endsWith('List')) return [{ value, path: [] }];
  if (!isList(items)) return [{ value: undefined, path: ['items'] }];
  return items.flatMap((item, index) =>
    itemsOf(item).map((inner) => ({ value: inner.value, path: ['items', index, ...inner.path] })),
  );
}

function parseItem(
  document: ManifestDocument,
  item: Item,
  namespace: string | undefined,
): ManifestObject | { readonly problems: readonly Problem[] } {
  if (item.value === undefined) {
    return { problems: [{ text: { key: 'manifest.noItems' }, place: document.at(item.path) }] };
  }
  const examined = admit(placed(item.value, namespace));
  if (examined.ok) return { object: examined.object, place: document.at(item.path), notices: examined.notices };
  const object = writtenName(item.value, namespace);
  return { problems: examined.flaws.map((flaw) => located(flaw, { document, item, object })) };
}

/** With the namespace that was asked for, where the object names none and its kind has namespaces. */
function placed(value: unknown, namespace: string | undefined): unknown {
  if (namespace === undefined || !isObject(value)) return value;
  const kind = value['kind'];
  if (typeof kind === 'string' && kindNamed(kind)?.namespaced === false) return value;
  const metadata = value['metadata'];
  if (!isObject(metadata) || (metadata['namespace'] ?? undefined) !== undefined) return value;
  return { ...value, metadata: { ...metadata, namespace } };
}

interface Context {
  readonly document: ManifestDocument;
  readonly item: Item;
  readonly object: string;
}

function located({ path, isName, ...flaw }: Flaw, { document, item, object }: Context): Problem {
  const place = document.at([...item.path, ...path], isName);
  return { ...flaw, place: { ...place, field: fieldText(path), ...(object === '' ? {} : { object }) } };
}
