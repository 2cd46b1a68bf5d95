/** What a rule does with a request. */
import type { HttpRoute, HttpRouteDestination } from '../../model/virtual-service.ts';
import type { HashPolicy, MirrorTarget, RetryPolicy, RewriteAction, RouteAction, WeightedCluster } from '../table.ts';
import type { Clusters } from './clusters.ts';
import { authorityIn, headerEdits } from './edits.ts';
import type { Memory } from './memory.ts';
import type { RulePlace } from './matches.ts';
import { optional } from './optional.ts';
import { hashOfDestination } from './policies.ts';
import { message, type Problems } from './problems.ts';
import type { RuleReport } from './rule-report.ts';
import type { StickyRule } from './sticky-annotation.ts';
import { durationField, mirrorPpm, redirectAction, retryPolicy } from './traffic-fields.ts';

/** A place with what destinations need. */
export interface ActionPlace extends RulePlace {
  readonly clusters: Clusters;
  readonly problems: Problems;
  /** Port of a destination that names none. */
  readonly defaultPort: (host: string) => number;
  readonly memory: Memory;
  /** Tells places apart whose rules differ; equal for equal places of two tables. */
  readonly key: string;
}

interface ActionParts {
  readonly http: HttpRoute;
  readonly sticky: readonly StickyRule[];
  readonly report: RuleReport;
  readonly place: ActionPlace;
}

/** Answers that Envoy would not accept as configuration. */
const REFUSED: RouteAction = { kind: 'respond', status: 503, body: '' };

export function routeAction(parts: ActionParts): RouteAction {
  const { http, report, place } = parts;
  if (http.redirect !== undefined) {
    const redirect = redirectAction(http.redirect, place.port, report);
    return redirect === undefined ? REFUSED : { kind: 'redirect', ...redirect };
  }
  if (http.directResponse !== undefined) {
    const { status, body } = http.directResponse;
    return { kind: 'respond', status, body: body?.string ?? '', ...optional('bodyBase64', body?.bytes) };
  }
  return forwardAction(parts);
}

function forwardAction({ http, sticky, report, place }: ActionParts): RouteAction {
  const listed = http.route ?? [];
  const weighted = listed.length === 1 ? listed : listed.filter(({ weight }) => (weight ?? 0) > 0);
  if (weighted.length === 0) {
    report.error('route', message('routing.noWeight'));
    return REFUSED;
  }
  const stickyRule = weighted.length > 1 ? stickyFor(sticky, http.name) : undefined;
  const ordered = stickyRule === undefined ? weighted : firstArmFirst(weighted, stickyRule);
  const hash = hashPolicies(weighted, place);
  const mirrors = mirrorTargets(http, place);
  return {
    kind: 'forward',
    destinations: ordered.map((entry) => weightedCluster(entry, listed, { report, place })),
    ...optional('sticky', stickyRule?.choice),
    timeoutMs: durationField(http.timeout, 'timeout', report) ?? 0,
    retry: retriesOf(http, hash.length > 0, report),
    ...optional('rewrite', rewriteAction(http, { report, place })),
    ...optional('hash', hash.length === 0 ? undefined : hash),
    ...optional('mirrors', mirrors.length === 0 ? undefined : mirrors),
  };
}

/** A lone destination that is chosen by a hash is tried again on the same host. */
function retriesOf(http: HttpRoute, isHashed: boolean, report: RuleReport): RetryPolicy | null {
  const retry = retryPolicy(http.retries, report);
  return retry !== null && isHashed && http.route?.length === 1 ? { ...retry, avoidPreviousHosts: false } : retry;
}

function stickyFor(rules: readonly StickyRule[], route: string | undefined): StickyRule | undefined {
  return rules.find((rule) => rule.route === undefined || rule.route === route);
}

/** The arm that grows takes the lowest buckets; the others keep their order behind it. */
function firstArmFirst(entries: readonly HttpRouteDestination[], rule: StickyRule): readonly HttpRouteDestination[] {
  const isFirst = ({ destination }: HttpRouteDestination): boolean =>
    destination.host === rule.firstHost && (destination.subset ?? '') === rule.firstSubset;
  return [...entries.filter(isFirst), ...entries.filter((entry) => !isFirst(entry))];
}

interface Surroundings {
  readonly report: RuleReport;
  readonly place: ActionPlace;
}

function weightedCluster(
  entry: HttpRouteDestination,
  listed: readonly HttpRouteDestination[],
  { report, place }: Surroundings,
): WeightedCluster {
  const { destination } = entry;
  const cluster = clusterKey(destination, place);
  const field = `route[${listed.indexOf(entry)}]`;
  if (!Object.hasOwn(place.clusters.table(), cluster)) {
    const { host, subset = '' } = destination;
    const port = destination.port?.number ?? place.defaultPort(host);
    report.notice(`${field}.destination`, message('routing.noCluster', { host, subset, port }));
  }
  if (listed.length === 1) return { cluster, weight: 1 };
  const { headers } = entry;
  const { problems } = report;
  return {
    cluster,
    weight: entry.weight ?? 0,
    ...optional('authority', authorityIn(headers)),
    ...optional('requestHeaders', headerEdits(headers?.request, report.at(`${field}.headers.request`), problems)),
    ...optional('responseHeaders', headerEdits(headers?.response, report.at(`${field}.headers.response`), problems)),
  };
}

function clusterKey(
  destination: { readonly host: string; readonly subset?: string; readonly port?: { readonly number?: number } },
  place: ActionPlace,
): string {
  return place.clusters.keyFor({
    host: destination.host,
    subset: destination.subset ?? '',
    port: destination.port?.number ?? place.defaultPort(destination.host),
    viewer: place.namespace,
  });
}

function hashPolicies(entries: readonly HttpRouteDestination[], place: ActionPlace): readonly HashPolicy[] {
  const found: HashPolicy[] = [];
  for (const { destination } of entries) {
    const rule = place.clusters.ruleFor(destination.host, place.namespace);
    const hash = hashOfDestination(rule, { subset: destination.subset ?? '', namedPort: destination.port?.number });
    if (hash !== undefined && !found.some((known) => JSON.stringify(known) === JSON.stringify(hash))) found.push(hash);
  }
  return found;
}

function mirrorTargets(http: HttpRoute, place: ActionPlace): readonly MirrorTarget[] {
  const single =
    http.mirror === undefined
      ? []
      : [{ destination: http.mirror, ppm: mirrorPpm(http.mirrorPercentage, http.mirrorPercent) }];
  const several = (http.mirrors ?? []).map(({ destination, percentage }) => ({
    destination,
    ppm: mirrorPpm(percentage),
  }));
  return [...single, ...several]
    .filter(({ ppm }) => ppm > 0)
    .map(({ destination, ppm }) => ({ cluster: clusterKey(destination, place), ppm }));
}

function rewriteAction(http: HttpRoute, { report, place }: Surroundings): RewriteAction | undefined {
  const { rewrite } = http;
  const regex = usableRegex(rewrite, { report, place });
  const path = rewrite?.uriRegexRewrite === undefined ? nonEmpty(rewrite?.uri) : undefined;
  const all = { ...optional('path', path), ...optional('regex', regex), ...optional('authority', newAuthority(http)) };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** `rewrite.authority`, then the rule's headers, then those of a lone destination. */
function newAuthority({ rewrite, headers, route = [] }: HttpRoute): string | undefined {
  const [only, more] = route;
  const ofOnly = more === undefined ? authorityIn(only?.headers) : undefined;
  return nonEmpty(rewrite?.authority) ?? authorityIn(headers) ?? ofOnly;
}

function usableRegex(rewrite: HttpRoute['rewrite'], { report, place }: Surroundings): RewriteAction['regex'] {
  const regex = rewrite?.uriRegexRewrite;
  const reason = regex === undefined ? undefined : place.memory.regexProblem(regex.match);
  if (reason === undefined) return regex;
  const field = 'rewrite.uriRegexRewrite.match';
  report.error(field, message('routing.badPattern', { reason }));
  return undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
