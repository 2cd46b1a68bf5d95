/** This request → which listener, virtual host, rule and arm, and why not the others. The mesh decides with the same functions. */
import type { Message } from '../../texts/catalogue.ts';
import { chooseByKey, chooseRoute, chooseVirtualHost, wantsCookie } from './choose.ts';
import type { Condition } from './match.ts';
import { domainsOf } from './names.ts';
import { normalizePath } from './normalize.ts';
import type {
  PreparedDestination,
  PreparedForward,
  PreparedListener,
  PreparedRoute,
  PreparedTable,
  PreparedVirtualHost,
} from './prepare.ts';
import { redirectLocation } from './redirect.ts';
import { headerOf, pathLength, queryOf, type RequestView } from './request.ts';
import { rewritePath } from './rewrite.ts';
import { stickyBucket, stickyKeyOf } from './sticky.ts';
import type { Listener } from './table.ts';

/** Plain data: it can be sent and printed as JSON. */
export interface RouteTrace {
  readonly listener: {
    readonly id: string;
    readonly kind: Listener['kind'];
    readonly caller: { readonly workload: string; readonly namespace: string };
    readonly nominalPort: number;
  };
  /** Path as matched, after normalisation. */
  readonly path: string;
  readonly virtualHost?: { readonly name: string; readonly domains: readonly string[] };
  /** In first-match order; rules left out for this caller or port come last. */
  readonly rules: readonly RuleTrace[];
  readonly outcome: RouteOutcome;
}

export type RuleTrace = { readonly origin: string; readonly name: string } & (
  | { readonly result: 'matched' }
  | { readonly result: 'failed'; readonly failed: FailedCondition }
  /** An earlier rule matched. */
  | { readonly result: 'notTried' }
  /** Left out when the table was compiled. */
  | { readonly result: 'dropped'; readonly why: Message }
);

export interface FailedCondition {
  readonly subject: Condition['subject'];
  /** Header or parameter, else empty. */
  readonly name: string;
  readonly expected: Condition['expected'];
  /** True where the condition must not hold (`withoutHeaders`). */
  readonly inverted: boolean;
  /** null = absent. Several values of a header are joined with a comma. */
  readonly found: string | null;
}

export type RouteOutcome =
  | {
      readonly kind: 'forward';
      readonly path: string;
      readonly destinations: readonly DestinationTrace[];
      readonly sticky?: StickyTrace;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | { readonly kind: 'respond'; readonly status: number }
  /** 301 to https, whatever the rules say. */
  | { readonly kind: 'requireTls' }
  /** 404 NR: no virtual host, or no rule that matches. */
  | { readonly kind: 'notFound'; readonly missing: 'virtualHost' | 'rule' }
  /** The request never gets to matching. */
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  /** Unknown host: goes where it was sent, outside all rules; or 502. */
  | { readonly kind: 'passthrough' }
  | { readonly kind: 'block' }
  /** Bytes are forwarded without parsing. */
  | { readonly kind: 'tcp'; readonly destinations: readonly DestinationTrace[] };

export interface DestinationTrace {
  readonly cluster: string;
  readonly host: string;
  readonly subset: string;
  readonly version: string;
  readonly sharePct: number;
  readonly pods: readonly string[];
  /** `noCluster`: 503 NC. `noPods`: 503 UH. */
  readonly state: 'ok' | 'noCluster' | 'noPods';
  /** Known only where one destination stands or the user is sticky. */
  readonly chosen: boolean;
}

export interface StickyTrace {
  /** null = the request does not carry the key. */
  readonly key: string | null;
  readonly bucket: number | null;
  /** True where the mesh would mint a cookie. */
  readonly mints: boolean;
}

/** undefined where there is no such listener. */
export function explainRoute(table: PreparedTable, listenerId: string, request: RequestView): RouteTrace | undefined {
  const listener = table.listeners.get(listenerId);
  if (listener === undefined) return undefined;
  const { id, kind, caller, nominalPort } = listener.listener;
  const { workload, namespace } = caller;
  const shared = { listener: { id, kind, caller: { workload, namespace }, nominalPort } };
  if (listener.listener.protocol === 'tcp') {
    const destinations = (listener.tcp?.destinations ?? []).map((each) =>
      destinationTrace(each, listener.tcp?.totalWeight ?? 1, listener.tcp?.destinations.length === 1),
    );
    return { ...shared, path: request.path, rules: [], outcome: { kind: 'tcp', destinations } };
  }
  const normal = normalizePath(request.path);
  if (!normal.ok) {
    const { status, detail } = normal;
    return { ...shared, path: request.path, rules: [], outcome: { kind: 'refused', status, detail } };
  }
  return { ...shared, path: normal.path, ...explainHttp(listener, withPath(request, normal.path)) };
}

function withPath(request: RequestView, path: string): RequestView {
  if (path === request.path) return request;
  return { ...request, path, header: (name) => request.header(name), headers: (name) => request.headers(name) };
}

type HttpTrace = Pick<RouteTrace, 'virtualHost' | 'rules' | 'outcome'>;

function explainHttp(listener: PreparedListener, request: RequestView): HttpTrace {
  const virtualHost = chooseVirtualHost(listener, request.authority);
  if (virtualHost === undefined) return { rules: [], outcome: unknownHost(listener) };
  const route = chooseRoute(virtualHost, request);
  const { name, domains, requireTls } = virtualHost.virtualHost;
  return {
    virtualHost: { name, domains },
    rules: rulesOf(virtualHost, route, request),
    outcome: requireTls === true ? { kind: 'requireTls' } : outcomeOf(route, request),
  };
}

function unknownHost(listener: PreparedListener): RouteOutcome {
  const kind = listener.routes?.unknownHost ?? 'notFound';
  return kind === 'notFound' ? { kind, missing: 'virtualHost' } : { kind };
}

function rulesOf(
  virtualHost: PreparedVirtualHost,
  chosen: PreparedRoute | undefined,
  request: RequestView,
): readonly RuleTrace[] {
  const end = pathLength(request.path);
  const tried = virtualHost.routes.map((prepared): RuleTrace => {
    const { origin, name } = prepared.route;
    if (prepared === chosen) return { origin, name, result: 'matched' };
    if (chosen !== undefined && prepared.position > chosen.position) return { origin, name, result: 'notTried' };
    const failed = prepared.conditions.find((condition) => !condition.holds(request, end));
    if (failed === undefined) throw new TypeError(`${origin} matches, but was not chosen`);
    return { origin, name, result: 'failed', failed: failedCondition(failed, request, end) };
  });
  const dropped = (virtualHost.virtualHost.dropped ?? []).map(({ origin, why }): RuleTrace => ({
    origin,
    name: '',
    result: 'dropped',
    why,
  }));
  return [...tried, ...dropped];
}

function failedCondition(condition: Condition, request: RequestView, end: number): FailedCondition {
  const { subject, name, expected, invert } = condition;
  return { subject, name, expected, inverted: invert, found: foundBy(condition, request, end) };
}

function foundBy({ subject, name }: Condition, request: RequestView, end: number): string | null {
  switch (subject) {
    case 'path':
      return request.path.slice(0, end);
    case 'query':
      return queryOf(request.path, name) ?? null;
    case 'header': {
      const values = request.headers(name);
      return values.length > 1 ? values.join(',') : (headerOf(request, name) ?? null);
    }
    case 'method':
    case 'scheme':
    case 'authority':
      return request[subject];
  }
}

function outcomeOf(route: PreparedRoute | undefined, request: RequestView): RouteOutcome {
  if (route === undefined) return { kind: 'notFound', missing: 'rule' };
  const { action } = route.route;
  switch (action.kind) {
    case 'redirect':
      return { kind: 'redirect', status: action.code, location: redirectLocation(action, request) };
    case 'respond':
      return { kind: 'respond', status: action.status };
    case 'forward':
      if (route.forward === undefined) throw new TypeError(`${route.route.origin} was not prepared`);
      return { kind: 'forward', path: rewritePath(route, request.path), ...armsOf(route.forward, request) };
  }
}

function armsOf(
  forward: PreparedForward,
  request: RequestView,
): { readonly destinations: readonly DestinationTrace[]; readonly sticky?: StickyTrace } {
  const { sticky } = forward.action;
  const isAlone = forward.destinations.length === 1;
  const key = sticky === undefined || isAlone ? undefined : stickyKeyOf(sticky, request);
  const chosen = isAlone ? forward.last : key === undefined ? undefined : chooseByKey(forward, key);
  const destinations = forward.destinations.map((each) => destinationTrace(each, forward.totalWeight, each === chosen));
  if (sticky === undefined || isAlone) return { destinations };
  const bucket = key === undefined ? null : stickyBucket(key, sticky.salt);
  return { destinations, sticky: { key: key ?? null, bucket, mints: wantsCookie(forward, request) } };
}

function destinationTrace(prepared: PreparedDestination, totalWeight: number, chosen: boolean): DestinationTrace {
  const { destination, cluster } = prepared;
  const [, , subset = '', host = ''] = destination.cluster.split('|');
  const named = cluster ?? { host: host.split('~')[0] ?? '', subset, version: '', endpoints: undefined };
  const pods = named.endpoints?.map(({ pod }) => pod);
  return {
    cluster: destination.cluster,
    host: named.host,
    subset: named.subset,
    version: named.version,
    sharePct: (100 * destination.weight) / totalWeight,
    pods: pods ?? [],
    state: pods === undefined ? 'noCluster' : pods.length === 0 ? 'noPods' : 'ok',
    chosen,
  };
}

/** Who asks, and where: the parts of `serin route test`. */
export interface ListenerQuery {
  /** A calling workload. Absent: a stranger, through a Service's own address, a gateway or a NodePort. */
  readonly from?: { readonly workload: string; readonly namespace: string };
  /** Namespace that short Service names of a stranger belong to. Default `default`. */
  readonly namespace?: string;
  /** Host of the request, as the caller would write it. */
  readonly host: string;
  readonly port: number;
}

/**
 * Listener that would take such a request. A known caller's own address of the Service, else its forward proxy; for a stranger
 * the Service's own address, else the gateway of that port (as written or as moved), else the NodePort.
 */
export function findListener(table: PreparedTable, query: ListenerQuery): Listener | undefined {
  const { from, port } = query;
  const viewer = from?.namespace ?? query.namespace ?? 'default';
  const host = query.host.toLowerCase();
  const isPort = (listener: Listener): boolean => listener.nominalPort === port || listener.port === port;
  const isService = ({ kind, service, address }: Listener): boolean =>
    kind === 'mesh' && service !== undefined && (address === host || domainsOf(service, viewer).includes(host));
  const theirs = table.table.listeners.filter(({ caller, kind }) =>
    from === undefined
      ? kind === 'gateway' || caller.workload === 'unknown'
      : caller.workload === from.workload && caller.namespace === from.namespace,
  );
  return (
    theirs.find((listener) => isService(listener) && isPort(listener)) ??
    theirs.find(({ kind }) => kind === 'forwardProxy') ??
    theirs.find((listener) => listener.kind === 'gateway' && isPort(listener)) ??
    theirs.find((listener) => listener.kind === 'nodePort' && isPort(listener))
  );
}
