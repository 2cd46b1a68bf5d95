/**
 * Three-way merge of `apply`: what a manager set before and no longer sets goes away, what others set stays, and what it
 * sets now holds. Maps merge by key, named lists by name (`list-keys.ts`), everything else is one value.
 */
import { isList, isObject, setKey, valueAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { itemsByName } from './list-keys.ts';

export interface MergeInput {
  /** What this manager applied last; undefined = it never did. */
  readonly last: unknown;
  readonly live: unknown;
  readonly next: unknown;
  /** What other managers applied last: they keep what they also set. */
  readonly others?: readonly unknown[];
}

/** The object after the apply. Inputs are not changed; the result shares parts with them. */
export function mergeApplied(input: MergeInput): unknown {
  return mergeValue({ ...input, others: input.others ?? [] }, '');
}

interface Merging {
  readonly last: unknown;
  readonly live: unknown;
  readonly next: unknown;
  readonly others: readonly unknown[];
}

function mergeValue(merging: Merging, field: string): unknown {
  const { last, live, next } = merging;
  if (isObject(live) && isObject(next)) return mergeMaps({ ...merging, live, next });
  if (isList(live) && isList(next)) {
    const liveItems = itemsByName(field, live);
    const nextItems = itemsByName(field, next);
    const lastItems = isList(last) ? itemsByName(field, last) : new Map<string, unknown>();
    if (liveItems && nextItems && lastItems) {
      return mergeNamed({ last: lastItems, live: liveItems, next: nextItems, others: namedOthers(merging, field) });
    }
  }
  return next;
}

function mergeMaps(merging: Merging & { readonly live: JsonObject; readonly next: JsonObject }): JsonObject {
  const { live, next } = merging;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(live)) {
    const child = below(merging, key);
    const value = child.next === undefined ? withoutOwned(child, key) : mergeValue(child, key);
    if (value !== undefined) setKey(result, key, value);
  }
  for (const key of Object.keys(next)) {
    if (!Object.hasOwn(live, key) && next[key] !== undefined) setKey(result, key, next[key]);
  }
  return result;
}

function below(merging: Merging, key: string): Merging {
  return {
    last: valueAt(merging.last, key),
    live: valueAt(merging.live, key),
    next: valueAt(merging.next, key),
    others: merging.others.map((other) => valueAt(other, key)),
  };
}

type Named = ReadonlyMap<string, unknown>;

interface NamedMerging {
  readonly last: Named;
  readonly live: Named;
  readonly next: Named;
  readonly others: readonly Named[];
}

function namedOthers(merging: Merging, field: string): readonly Named[] {
  return merging.others.map((other) => (isList(other) && itemsByName(field, other)) || new Map<string, unknown>());
}

/** The manager's own order; items of others stay behind the item that they stood behind. */
function mergeNamed({ last, live, next, others }: NamedMerging): readonly unknown[] {
  const foreign = new Map<string, unknown[]>();
  let anchor = '';
  for (const [name, item] of live) {
    if (next.has(name)) anchor = name;
    else if (!last.has(name) || others.some((other) => other.has(name))) {
      foreign.set(anchor, [...(foreign.get(anchor) ?? []), item]);
    }
  }
  const merged = [...(foreign.get('') ?? [])];
  for (const [name, item] of next) {
    const child = {
      last: last.get(name),
      live: live.get(name),
      next: item,
      others: others.map((other) => other.get(name)),
    };
    merged.push(mergeValue(child, ''), ...(foreign.get(name) ?? []));
  }
  return merged;
}

/** A live value that the manager no longer mentions, less what it had set itself; undefined = nothing left. */
function withoutOwned(merging: Merging, field: string): unknown {
  const { last, live, others } = merging;
  if (last === undefined) return live;
  if (isObject(live) && isObject(last)) return mapWithoutOwned({ ...merging, live, last });
  if (isList(live) && isList(last)) {
    const liveItems = itemsByName(field, live);
    const lastItems = itemsByName(field, last);
    if (liveItems && lastItems) {
      const foreign = namedOthers(merging, field);
      const kept = [...liveItems].filter(([name]) => !lastItems.has(name) || foreign.some((other) => other.has(name)));
      return kept.length === 0 ? undefined : kept.map(([, item]) => item);
    }
  }
  return others.some((other) => other !== undefined) ? live : undefined;
}

function mapWithoutOwned(merging: Merging & { readonly live: JsonObject; readonly last: JsonObject }): unknown {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(merging.live)) {
    const value = withoutOwned(below({ ...merging, next: undefined }, key), key);
    if (value !== undefined) setKey(result, key, value);
  }
  const isWanted = Object.keys(result).length > 0 || merging.others.some((other) => other !== undefined);
  return isWanted ? result : undefined;
}
