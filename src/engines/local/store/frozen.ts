/** Objects leave the store by reference, so what it holds can never be changed from outside. */
import { setKey } from '../../../core/model/json.ts';

const ours = new WeakSet<object>();

/** A deep, frozen copy; parts that came from here before are shared. Keys that are undefined are left out, as JSON does. */
export function frozenCopy<T>(value: T): T {
  return copied(value) as T; // the copy has the shape of the original by construction
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ours.has(value)) return value;
  const copy = Array.isArray(value) ? value.map(copied) : copiedMap(value);
  ours.add(copy);
  return Object.freeze(copy);
}

function copiedMap(map: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(map)) {
    if (item !== undefined) setKey(copy, key, copied(item));
  }
  return copy;
}
