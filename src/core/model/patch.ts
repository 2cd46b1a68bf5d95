/** The two patch languages of `patch`: JSON merge patch (RFC 7386) and Kubernetes' strategic merge patch. */
import { Fault } from '../../lib/fault.ts';
import { isList, isObject, setKey, valueAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { itemsByName } from './list-keys.ts';

/** RFC 7386: null removes, maps merge, everything else replaces. */
export function mergePatch(live: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = { ...(isObject(live) ? live : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setKey(result, key, mergePatch(valueAt(live, key), value));
  }
  return result;
}

/**
 * As `mergePatch`, but named lists (`list-keys.ts`) merge by name. Knows `$patch: replace | delete | merge` in maps and items;
 * `$setElementOrder/…` may stand there and changes nothing.
 * @throws Fault `invalid` for any other `$` directive.
 */
export function strategicPatch(live: unknown, patch: unknown): unknown {
  return patchValue(live, patch, '');
}

function patchValue(live: unknown, patch: unknown, field: string): unknown {
  if (isList(patch)) return patchList(live, patch, field);
  if (!isObject(patch)) return patch;
  switch (patch['$patch']) {
    case undefined:
    case 'merge':
      return patchMap(isObject(live) ? live : {}, patch);
    case 'replace':
      return patchMap({}, patch);
    case 'delete':
      return undefined;
    default:
      throw unknownDirective(`$patch: ${String(patch['$patch'])}`);
  }
}

function patchMap(live: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...live };
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key.startsWith('$setElementOrder/')) continue;
    if (key.startsWith('$')) throw unknownDirective(key);
    const patched = value === null ? undefined : patchValue(valueAt(live, key), value, key);
    if (patched === undefined) delete result[key];
    else setKey(result, key, patched);
  }
  return result;
}

function patchList(live: unknown, patch: readonly unknown[], field: string): readonly unknown[] {
  const items = patch.filter((item) => !isReplaceMark(item));
  const patchItems = itemsByName(field, items);
  const liveItems = isList(live) && items.length === patch.length ? itemsByName(field, live) : undefined;
  if (patchItems === undefined || liveItems === undefined) {
    return items.map((item) => patchValue(undefined, item, '')).filter((item) => item !== undefined);
  }
  const merged = new Map(liveItems);
  for (const [name, item] of patchItems) {
    const value = patchValue(liveItems.get(name), item, '');
    if (value === undefined) merged.delete(name);
    else merged.set(name, value);
  }
  return [...merged.values()];
}

/** An item that only says that the whole list is replaced. */
function isReplaceMark(item: unknown): boolean {
  return isObject(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1;
}

function unknownDirective(directive: string): Fault {
  return new Fault(
    'invalid',
    { key: 'manifest.patchDirective', params: { directive } },
    { found: directive, remedy: { key: 'manifest.patchDirectiveRemedy' } },
  );
}
