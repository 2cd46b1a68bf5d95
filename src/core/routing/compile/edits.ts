/** `headers` of a rule or destination as header edits; a Host among them becomes a rewrite of the authority. */
import type { HeaderOperations, Headers } from '../../model/virtual-service.ts';
import { parseFormat } from '../format.ts';
import type { HeaderEdits } from '../table.ts';
import { optional } from './optional.ts';
import { type FieldOf, message, type Problems } from './problems.ts';

/** Sorted by name, as Istio writes them. Values that are no Envoy format are left out and reported. */
export function headerEdits(
  operations: HeaderOperations | undefined,
  at: FieldOf,
  problems: Problems,
): HeaderEdits | undefined {
  if (operations === undefined) return undefined;
  const pairs = (kind: 'set' | 'add'): readonly (readonly [string, string])[] =>
    Object.entries(operations[kind] ?? {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name, value]) => !isHost(name) && isFormat(name, value, { at, kind, problems }))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const set = pairs('set');
  const add = pairs('add');
  const remove = (operations.remove ?? []).map((name) => name.toLowerCase());
  if (set.length + add.length + remove.length === 0) return undefined;
  return {
    ...optional('remove', remove.length === 0 ? undefined : remove),
    ...optional('set', set.length === 0 ? undefined : set),
    ...optional('add', add.length === 0 ? undefined : add),
  };
}

function isFormat(
  name: string,
  value: string,
  { at, kind, problems }: { readonly at: FieldOf; readonly kind: string; readonly problems: Problems },
): boolean {
  const parsed = parseFormat(value);
  if (parsed.ok) return true;
  const field = `${at.field}.${kind}["${name}"]`;
  problems.error({ object: at.object, field }, message('routing.badFormat', { piece: parsed.piece }));
  return false;
}

function isHost(name: string): boolean {
  return name === 'host' || name === ':authority';
}

/** Host that `set`, else `add`, gives to the request. */
export function authorityIn(headers: Headers | undefined): string | undefined {
  return hostIn(headers?.request?.set) ?? hostIn(headers?.request?.add);
}

function hostIn(map: Readonly<Record<string, string>> | undefined): string | undefined {
  return Object.entries(map ?? {}).find(([name]) => isHost(name.toLowerCase()))?.[1];
}

/**
 * Operations of the only destination behind those of the rule, in one level: all removals first, then the rule's, then the
 * destination's (istio `processDestination` appends them).
 */
export function appendEdits(rule: HeaderEdits | undefined, only: HeaderEdits | undefined): HeaderEdits | undefined {
  if (rule === undefined || only === undefined) return rule ?? only;
  const remove = [...(rule.remove ?? []), ...(only.remove ?? [])];
  const { remove: _remove, ...after } = only;
  return {
    ...rule,
    ...optional('remove', remove.length === 0 ? undefined : remove),
    ...optional('after', Object.keys(after).length === 0 ? undefined : after),
  };
}
