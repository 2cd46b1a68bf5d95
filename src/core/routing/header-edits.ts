/** Header operations in Envoy's order: within one level remove, set, add; see `applyRequestEdits` for the levels. */
import { type Format, type FormatContext, parseFormat } from './format.ts';
import type { HeaderEdits } from './table.ts';

/** Headers that can be changed; the mesh implements it. Names are lower case. */
export interface EditableHeaders {
  remove(name: string): void;
  /** Replaces all values, or adds. */
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

interface PreparedEdit {
  readonly name: string;
  readonly value: Format;
}

export interface PreparedEdits {
  readonly remove: readonly string[];
  readonly set: readonly PreparedEdit[];
  readonly add: readonly PreparedEdit[];
  readonly after: PreparedEdits | undefined;
}

/** Throws where a value is no Envoy format: the compiler lets none through. */
export function prepareEdits(edits: HeaderEdits | undefined): PreparedEdits | undefined {
  if (edits === undefined) return undefined;
  return {
    remove: edits.remove ?? [],
    set: (edits.set ?? []).map(prepareEdit),
    add: (edits.add ?? []).map(prepareEdit),
    after: prepareEdits(edits.after),
  };
}

function prepareEdit([name, value]: readonly [string, string]): PreparedEdit {
  const parsed = parseFormat(value);
  if (!parsed.ok) throw new TypeError(`the table sets header ${name} to an unknown command: ${parsed.piece}`);
  return { name, value: parsed.format };
}

/** A value that comes out empty changes nothing (as recorded from Envoy). */
function applyEdits(edits: PreparedEdits | undefined, headers: EditableHeaders, context: FormatContext): void {
  if (edits === undefined) return;
  for (const name of edits.remove) headers.remove(name);
  for (const { name, value } of edits.set) {
    const text = value(context);
    if (text !== '') headers.set(name, text);
  }
  for (const { name, value } of edits.add) {
    const text = value(context);
    if (text !== '') headers.append(name, text);
  }
  applyEdits(edits.after, headers, context);
}

/** A route and the destination that was chosen, as far as their headers go. */
export interface EditLevels {
  readonly route: {
    readonly requestEdits: PreparedEdits | undefined;
    readonly responseEdits: PreparedEdits | undefined;
  };
  /** Absent for answers that no destination gave. */
  readonly destination?: {
    readonly requestEdits: PreparedEdits | undefined;
    readonly responseEdits: PreparedEdits | undefined;
  };
}

/**
 * Destination level first, then route level, so that the route wins. (Where a rule has one destination only, the compiler has
 * put its operations behind those of the route, and it is the destination that wins.)
 */
export function applyRequestEdits(levels: EditLevels, headers: EditableHeaders, context: FormatContext): void {
  applyEdits(levels.destination?.requestEdits, headers, context);
  applyEdits(levels.route.requestEdits, headers, context);
}

/** Same order. Route level edits also apply to answers of the proxy itself (fault, NC, redirect, direct response). */
export function applyResponseEdits(levels: EditLevels, headers: EditableHeaders, context: FormatContext): void {
  applyEdits(levels.destination?.responseEdits, headers, context);
  applyEdits(levels.route.responseEdits, headers, context);
}
