/** Old spellings → the present one, so that everything behind the door knows one spelling only. */
import type { Message } from '../../../texts/catalogue.ts';
import { isList, isObject, valueAt } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { KindNames } from '../kinds.ts';

export interface Upgraded {
  readonly object: JsonObject;
  readonly notices: readonly Message[];
}

/** An object of a known kind without nulls, as it would be written today. */
export function upgraded(object: JsonObject, names: KindNames): Upgraded {
  const from = String(object['apiVersion']);
  const present = { ...object, apiVersion: names.apiVersion };
  const isOld = from !== names.apiVersion;
  const notices: readonly Message[] = isOld
    ? [{ key: 'manifest.upgraded', params: { from, to: names.apiVersion } }]
    : [];
  if (names.kind === 'VirtualService') {
    const { object: routed, notices: more } = withPresentRoutes(present);
    return { object: routed, notices: [...notices, ...more] };
  }
  const isSelecting = names.kind === 'Deployment' || names.kind === 'ReplicaSet';
  return { object: isOld && isSelecting ? withSelector(present) : present, notices };
}

/** `extensions/v1beta1` and `apps/v1beta1` let the selector out: it was the template's labels. */
function withSelector(object: JsonObject): JsonObject {
  const spec = valueAt(object, 'spec');
  if (!isObject(spec) || valueAt(spec, 'selector') !== undefined) return object;
  const matchLabels = valueAt(valueAt(valueAt(spec, 'template'), 'metadata'), 'labels');
  if (!isObject(matchLabels)) return object;
  // A selector cannot change, but the next file will carry the next version.
  const { version: _version, ...lasting } = matchLabels;
  const chosen = Object.keys(lasting).length > 0 ? lasting : matchLabels;
  return { ...object, spec: { ...spec, selector: { matchLabels: chosen } } };
}

type Path = readonly [string, ...string[]];

/** Fields of an HTTP route as Istio 1.0 to 1.6 had them, and where they stand today; undefined: they have become the rule. */
const oldRouteFields: readonly (readonly [Path, Path | undefined])[] = [
  [['mirror_percent'], ['mirrorPercent']],
  [
    ['fault', 'abort', 'percent'],
    ['fault', 'abort', 'percentage', 'value'],
  ],
  [['websocketUpgrade'], undefined],
  [['appendHeaders'], ['headers', 'request', 'add']],
  [['appendRequestHeaders'], ['headers', 'request', 'add']],
  [['removeRequestHeaders'], ['headers', 'request', 'remove']],
  [['appendResponseHeaders'], ['headers', 'response', 'add']],
  [['removeResponseHeaders'], ['headers', 'response', 'remove']],
];

function withPresentRoutes(object: JsonObject): Upgraded {
  const spec = valueAt(object, 'spec');
  const routes = valueAt(spec, 'http');
  if (!isObject(spec) || !isList(routes)) return { object, notices: [] };
  const notices = new Map<string, Message>();
  const http = routes.map((route) => {
    let present: unknown = route;
    for (const [old, place] of oldRouteFields) {
      const value = at(present, old);
      // Where both spellings stand, the check of the fields says so.
      if (value === undefined || (place !== undefined && at(present, place) !== undefined)) continue;
      present = without(present, old);
      if (place !== undefined) present = withValue(present, place, value);
      notices.set(old.join('.'), noticeOf(old, place));
    }
    return present;
  });
  return notices.size === 0
    ? { object, notices: [] }
    : { object: { ...object, spec: { ...spec, http } }, notices: [...notices.values()] };
}

function noticeOf(old: Path, place: Path | undefined): Message {
  const from = old.join('.');
  if (place === undefined) return { key: 'manifest.alwaysSo', params: { field: from } };
  return { key: 'manifest.upgraded', params: { from, to: place.join('.') } };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => valueAt(inner, name), value);
}

function without(value: unknown, [name, ...deeper]: Path): unknown {
  if (!isObject(value)) return value;
  const { [name]: inner, ...others } = value;
  const [next, ...rest] = deeper;
  return next === undefined ? others : { ...others, [name]: without(inner, [next, ...rest]) };
}

function withValue(value: unknown, [name, ...deeper]: Path, wanted: unknown): unknown {
  const map = isObject(value) ? value : {};
  const [next, ...rest] = deeper;
  return { ...map, [name]: next === undefined ? wanted : withValue(map[name], [next, ...rest], wanted) };
}
