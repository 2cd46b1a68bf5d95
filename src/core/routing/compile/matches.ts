/** One `match` entry: what a caller's place decides at once, and what each request decides. */
import type { HttpMatch, StringMatch } from '../../model/virtual-service.ts';
import type { Message } from '../../../texts/catalogue.ts';
import type { NamedMatch, RequestMatch, TextMatch } from '../table.ts';
import { optional } from './optional.ts';
import { message } from './problems.ts';

/** Where rules are compiled for. */
export interface RulePlace {
  /** Port number of the listener as the objects know it. */
  readonly port: number;
  /** `mesh`, or the gateway `ns/name`. */
  readonly gateway: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Why an entry can never match here; undefined when it can. `sourceLabels` count only where no gateways are listed. */
export function staticMismatch(match: HttpMatch, place: RulePlace): Message | undefined {
  const { port = 0, gateways = [] } = match;
  if (port !== 0 && port !== place.port) return message('routing.droppedPort', { expected: port, found: place.port });
  if (gateways.length === 0) return sourceMismatch(match, place);
  if (gateways.includes(place.gateway)) return undefined;
  return message('routing.droppedGateway', { expected: gateways.join(', '), found: place.gateway });
}

function sourceMismatch({ sourceLabels = {}, sourceNamespace = '' }: HttpMatch, place: RulePlace): Message | undefined {
  const label = Object.entries(sourceLabels).find(([key, value]) => place.labels[key] !== value);
  if (label !== undefined) {
    const [key, expected] = label;
    return message('routing.droppedLabel', { label: key, expected, found: place.labels[key] ?? '' });
  }
  if (sourceNamespace === '' || sourceNamespace === place.namespace) return undefined;
  return message('routing.droppedNamespace', { expected: sourceNamespace, found: place.namespace });
}

/** `undefined` = every request. A `null` condition vanishes, as it does on its way through the API server. */
export function requestMatch(match: HttpMatch): RequestMatch | undefined {
  const path = match.uri === undefined ? undefined : uriMatch(match.uri, match.ignoreUriCase === true);
  const headers = [...namedMatches(match.headers, false), ...namedMatches(match.withoutHeaders, true)];
  const query = namedMatches(match.queryParams, false, true);
  const all: RequestMatch = {
    ...optional('path', path),
    ...optional('method', match.method === undefined ? undefined : textMatch(match.method)),
    ...optional('scheme', match.scheme === undefined ? undefined : textMatch(match.scheme)),
    ...optional('authority', match.authority === undefined ? undefined : textMatch(match.authority)),
    ...optional('headers', headers.length === 0 ? undefined : headers),
    ...optional('query', query.length === 0 ? undefined : query),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** First pattern of an entry that is not RE2, with the reason. */
export function badPattern(
  match: HttpMatch,
  regexProblem: (pattern: string) => string | undefined,
): { readonly field: string; readonly reason: string } | undefined {
  const named: readonly (readonly [string, StringMatch | null | undefined])[] = [
    ['uri', match.uri],
    ['method', match.method],
    ['scheme', match.scheme],
    ['authority', match.authority],
    ...mapEntries('headers', match.headers),
    ...mapEntries('withoutHeaders', match.withoutHeaders),
    ...mapEntries('queryParams', match.queryParams),
  ];
  for (const [field, text] of named) {
    const regex = text?.regex;
    if (regex === undefined || regex === '*') continue;
    const reason = regexProblem(regex);
    if (reason !== undefined) return { field, reason };
  }
  return undefined;
}

function mapEntries(
  name: string,
  map: Readonly<Record<string, StringMatch>> | undefined,
): readonly (readonly [string, StringMatch])[] {
  return Object.entries(map ?? {}).map(([key, value]) => [`${name}["${key}"]`, value] as const);
}

function uriMatch(uri: StringMatch, ignoreCase: boolean): TextMatch | undefined {
  const text = textMatch(uri);
  if (text.kind === 'present') return undefined;
  if (text.kind === 'prefix' && text.value === '/') return undefined;
  return ignoreCase && text.kind !== 'regex' ? { ...text, ignoreCase } : text;
}

/** Exactly one of the three; none of them, or the regex `*`, asks for presence only. */
export function textMatch(match: StringMatch): TextMatch {
  if (match.exact !== undefined) return { kind: 'exact', value: match.exact };
  if (match.prefix !== undefined) return { kind: 'prefix', value: match.prefix };
  if (match.regex !== undefined && match.regex !== '*') return { kind: 'regex', value: match.regex };
  return { kind: 'present' };
}

function namedMatches(
  map: Readonly<Record<string, StringMatch | null>> | undefined,
  invert: boolean,
  caseSensitive = false,
): readonly NamedMatch[] {
  return Object.entries(map ?? {})
    .filter((entry): entry is [string, StringMatch] => entry[1] !== null)
    .map(([name, match]) => ({
      name: caseSensitive ? name : name.toLowerCase(),
      match: textMatch(match),
      ...(invert ? { invert } : {}),
    }));
}
