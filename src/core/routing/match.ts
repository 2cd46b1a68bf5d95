/** Conditions of a route as functions, in the order in which they are cheap; `explain.ts` reads the same list. */
import type { RegexCache } from './regex.ts';
import { headerOf, pathLength, queryOf, type RequestView } from './request.ts';
import type { NamedMatch, RequestMatch, TextMatch } from './table.ts';
import { textTest } from './text-match.ts';

export interface Condition {
  readonly subject: 'path' | 'method' | 'scheme' | 'authority' | 'header' | 'query';
  /** Header or parameter, else empty. */
  readonly name: string;
  readonly expected: TextMatch | { readonly kind: 'segments'; readonly value: string };
  readonly invert: boolean;
  /** `pathEnd` = length of the path without query. */
  readonly holds: (request: RequestView, pathEnd: number) => boolean;
}

/** Istio ANDs everything inside one match entry. */
export function conditionsOf(match: RequestMatch | undefined, regexes: RegexCache): readonly Condition[] {
  if (match === undefined) return [];
  const conditions: Condition[] = [];
  const { path, pathSegments, method, scheme, authority } = match;
  if (path !== undefined) conditions.push(pathCondition(path, regexes));
  if (pathSegments !== undefined) conditions.push(segmentsCondition(pathSegments));
  if (method !== undefined) conditions.push(plain('method', method, regexes));
  if (scheme !== undefined) conditions.push(plain('scheme', scheme, regexes));
  if (authority !== undefined) conditions.push(plain('authority', authority, regexes));
  for (const header of match.headers ?? []) conditions.push(headerCondition(header, regexes));
  for (const parameter of match.query ?? []) conditions.push(queryCondition(parameter, regexes));
  return conditions;
}

/** True where every condition holds. */
export function allHold(conditions: readonly Condition[], request: RequestView, pathEnd: number): boolean {
  for (let i = 0; i < conditions.length; i++) {
    if (conditions[i]?.holds(request, pathEnd) === false) return false;
  }
  return true;
}

/** True where the prepared route takes the request. */
export function matchRoute(route: { readonly conditions: readonly Condition[] }, request: RequestView): boolean {
  return allHold(route.conditions, request, pathLength(request.path));
}

function pathCondition(match: TextMatch, regexes: RegexCache): Condition {
  const shared = { subject: 'path', name: '', expected: match, invert: false } as const;
  if (match.kind === 'exact' && match.ignoreCase !== true) {
    const { value } = match;
    return { ...shared, holds: ({ path }, end) => end === value.length && path.startsWith(value) };
  }
  if (match.kind === 'prefix' && match.ignoreCase !== true) {
    const { value } = match;
    return { ...shared, holds: ({ path }, end) => value.length <= end && path.startsWith(value) };
  }
  const test = textTest(match, regexes);
  return { ...shared, holds: ({ path }, end) => test(end === path.length ? path : path.slice(0, end)) };
}

/** `/a` takes `/a` and `/a/b`, never `/ab` (Envoy `path_separated_prefix`). */
function segmentsCondition(segments: string): Condition {
  const value = segments.length > 1 && segments.endsWith('/') ? segments.slice(0, -1) : segments;
  const holds = (request: RequestView, end: number): boolean =>
    value === '/' ||
    (value.length <= end &&
      request.path.startsWith(value) &&
      (value.length === end || request.path.charCodeAt(value.length) === 47));
  return { subject: 'path', name: '', expected: { kind: 'segments', value }, invert: false, holds };
}

function plain(subject: 'method' | 'scheme' | 'authority', match: TextMatch, regexes: RegexCache): Condition {
  const test = textTest(match, regexes);
  return { subject, name: '', expected: match, invert: false, holds: (request) => test(request[subject]) };
}

/**
 * Each value of a repeated header is looked at on its own, as Envoy 1.40 does. Inverted, a missing header counts as an empty
 * text, unless only its presence is asked for.
 */
function headerCondition(named: NamedMatch, regexes: RegexCache): Condition {
  const { name, match } = named;
  const test = textTest(match, regexes);
  const invert = named.invert === true;
  const presence = match.kind === 'present';
  const found = (request: RequestView): boolean => {
    const value = headerOf(request, name);
    if (value === undefined) return invert && !presence && test('');
    return test(value) || (!presence && anotherValue(request, name, test));
  };
  return { subject: 'header', name, expected: match, invert, holds: (request) => found(request) !== invert };
}

function anotherValue(request: RequestView, name: string, test: (text: string) => boolean): boolean {
  const values = request.headers(name);
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value !== undefined && test(value)) return true;
  }
  return false;
}

function queryCondition(named: NamedMatch, regexes: RegexCache): Condition {
  const { name, match } = named;
  const test = textTest(match, regexes);
  const invert = named.invert === true;
  const holds = (request: RequestView): boolean => {
    const value = queryOf(request.path, name);
    return (value !== undefined && test(value)) !== invert;
  };
  return { subject: 'query', name, expected: match, invert, holds };
}
