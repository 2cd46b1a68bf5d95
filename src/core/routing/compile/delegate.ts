/** A root rule and a rule of its delegate as one: the delegate's own fields win, matches are ANDed (istio `mergeHTTPRoute`). */
import type { HttpMatch, HttpRoute, StringMatch } from '../../model/virtual-service.ts';
import { optional } from './optional.ts';

/** undefined where the conditions cannot hold together; the rule is then left out. */
export function mergeDelegate(root: HttpRoute, delegate: HttpRoute): HttpRoute | undefined {
  const match = mergeMatches(root.match ?? [], delegate.match ?? []);
  if (match === undefined) return undefined;
  const name = joined(root.name, delegate.name);
  const { delegate: _delegate, route: _route, redirect: _redirect, name: _name, match: _match, ...inherited } = root;
  return {
    ...inherited,
    ...delegate,
    ...optional('name', name),
    ...(match.length === 0 ? {} : { match }),
  };
}

function joined(root: string | undefined, delegate: string | undefined): string | undefined {
  if (delegate === undefined || delegate === '') return root;
  return root === undefined || root === '' ? delegate : `${root}-${delegate}`;
}

/** Every entry of the delegate must fit into at least one of the root. */
function mergeMatches(roots: readonly HttpMatch[], leaves: readonly HttpMatch[]): readonly HttpMatch[] | undefined {
  if (roots.length === 0) return leaves;
  if (leaves.length === 0) return roots;
  const merged: HttpMatch[] = [];
  for (const leaf of leaves) {
    const fitting = roots.filter((root) => !isConflict(root, leaf));
    if (fitting.length === 0) return undefined;
    merged.push(...fitting.map((root) => mergeMatch(root, leaf)));
  }
  return merged;
}

function mergeMatch(root: HttpMatch, leaf: HttpMatch): HttpMatch {
  const name = joined(root.name, leaf.name);
  const gateways = leaf.gateways === undefined || leaf.gateways.length === 0 ? root.gateways : leaf.gateways;
  return {
    ...root,
    ...leaf,
    ...optional('name', name),
    ...optional('gateways', gateways),
    ...optional('headers', both(root.headers, leaf.headers)),
    ...optional('withoutHeaders', both(root.withoutHeaders, leaf.withoutHeaders)),
    ...optional('queryParams', both(root.queryParams, leaf.queryParams)),
    ...optional('sourceLabels', both(root.sourceLabels, leaf.sourceLabels)),
  };
}

function both<V>(
  root: Readonly<Record<string, V>> | undefined,
  leaf: Readonly<Record<string, V>> | undefined,
): Readonly<Record<string, V>> | undefined {
  return root === undefined && leaf === undefined ? undefined : { ...root, ...leaf };
}

function isConflict(root: HttpMatch, leaf: HttpMatch): boolean {
  return (
    textConflict(root.uri, leaf.uri) ||
    textConflict(root.scheme, leaf.scheme) ||
    textConflict(root.method, leaf.method) ||
    textConflict(root.authority, leaf.authority) ||
    mapConflict(root.headers, leaf.headers) ||
    mapConflict(root.withoutHeaders, leaf.withoutHeaders) ||
    mapConflict(root.queryParams, leaf.queryParams) ||
    (root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false) ||
    staticConflict(root, leaf)
  );
}

function staticConflict(root: HttpMatch, leaf: HttpMatch): boolean {
  const portsDiffer = root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port;
  const namespacesDiffer = (root.sourceNamespace ?? '') !== '' && leaf.sourceNamespace !== root.sourceNamespace;
  const labelsDiffer = Object.entries(leaf.sourceLabels ?? {}).some(
    ([key, value]) => root.sourceLabels?.[key] !== undefined && root.sourceLabels[key] !== value,
  );
  const allowed = root.gateways ?? [];
  const gatewaysDiffer = allowed.length > 0 && (leaf.gateways ?? []).some((gateway) => !allowed.includes(gateway));
  return portsDiffer || namespacesDiffer || labelsDiffer || gatewaysDiffer;
}

function mapConflict(
  root: Readonly<Record<string, StringMatch>> | undefined,
  leaf: Readonly<Record<string, StringMatch>> | undefined,
): boolean {
  return Object.entries(leaf ?? {}).some(([key, match]) => textConflict(root?.[key], match));
}

/** The leaf must be a subset of the root; two conditions with a regex among them are never comparable. */
function textConflict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  if (root.regex !== undefined || leaf.regex !== undefined) return true;
  if (root.exact !== undefined && root.exact !== '') return leaf.exact !== root.exact;
  if (root.prefix !== undefined && root.prefix !== '')
    return !(leaf.prefix ?? leaf.exact ?? '').startsWith(root.prefix);
  return true;
}
