/**
 * What differs between two tables, so that a changed weight among a thousand services costs a few hundred bytes and no pause in
 * the workers. Parts that are the same object are not looked into.
 */
import type { Cluster, Listener, RouteTable, RoutingTable, VirtualHost } from './table.ts';

export interface TablePatch {
  /** Version of the table that it belongs on. */
  readonly from: number;
  readonly version: number;
  readonly listeners: PartsPatch<Listener>;
  /** By key; `null` = gone. */
  readonly routes: Readonly<Record<string, RouteTablePatch | null>>;
  readonly clusters: Readonly<Record<string, Cluster | null>>;
}

export interface RouteTablePatch {
  readonly unknownHost: RouteTable['unknownHost'];
  readonly virtualHosts: PartsPatch<VirtualHost>;
}

/** A list of named parts in its new order: a number is the place of a part in the old list, anything else is new. */
export type PartsPatch<T> = { readonly same: true } | { readonly same: false; readonly parts: readonly (number | T)[] };

/** `patchTable(before, diffTables(before, after))` equals `after`. */
export function diffTables(before: RoutingTable, after: RoutingTable): TablePatch {
  return {
    from: before.version,
    version: after.version,
    listeners: diffParts(before.listeners, after.listeners, ({ id }) => id),
    routes: diffRecord(before.routes, after.routes, diffRoutes),
    clusters: diffRecord(before.clusters, after.clusters, (_old, fresh) => fresh),
  };
}

function diffRoutes(before: RouteTable | undefined, after: RouteTable): RouteTablePatch {
  const virtualHosts = diffParts(before?.virtualHosts ?? [], after.virtualHosts, ({ name }) => name);
  return { unknownHost: after.unknownHost, virtualHosts };
}

function diffRecord<T, P>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  change: (before: T | undefined, after: T) => P,
): Readonly<Record<string, P | null>> {
  const changed: Record<string, P | null> = {};
  for (const [key, fresh] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (old === undefined || !isSame(old, fresh)) changed[key] = change(old, fresh);
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) changed[key] = null;
  return changed;
}

function diffParts<T>(before: readonly T[], after: readonly T[], nameOf: (part: T) => string): PartsPatch<T> {
  const places = new Map(before.map((part, place) => [nameOf(part), place]));
  let same = before.length === after.length;
  const parts = after.map((part, index) => {
    const place = places.get(nameOf(part));
    const kept = place !== undefined && isSame(before[place], part) ? place : undefined;
    same &&= kept === index;
    return kept ?? part;
  });
  return same ? { same } : { same: false, parts };
}

/** Equal as JSON. The same object is equal without a look, and most of two tables is. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

/** The new table; unchanged parts are the old one's objects. Throws where the patch belongs on another table. */
export function patchTable(before: RoutingTable, patch: TablePatch): RoutingTable {
  if (patch.from !== before.version) {
    throw new TypeError(`a patch for table ${patch.from} does not fit table ${before.version}`);
  }
  return {
    version: patch.version,
    listeners: patchParts(before.listeners, patch.listeners),
    routes: patchRecord(before.routes, patch.routes, (old, change) => ({
      unknownHost: change.unknownHost,
      virtualHosts: patchParts(old?.virtualHosts ?? [], change.virtualHosts),
    })),
    clusters: patchRecord(before.clusters, patch.clusters, (_old, fresh) => fresh),
  };
}

function patchRecord<T, P>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, P | null>>,
  change: (before: T | undefined, patch: P) => T,
): Readonly<Record<string, T>> {
  const after: Record<string, T> = { ...before };
  for (const [key, patch] of Object.entries(changes)) {
    if (patch === null) delete after[key];
    else after[key] = change(before[key], patch);
  }
  return after;
}

function patchParts<T>(before: readonly T[], patch: PartsPatch<T>): readonly T[] {
  if (patch.same) return before;
  return patch.parts.map((part) => {
    if (typeof part !== 'number') return part;
    const kept = before[part];
    if (kept === undefined) throw new TypeError(`the patch keeps part ${part}, which is not there`);
    return kept;
  });
}
