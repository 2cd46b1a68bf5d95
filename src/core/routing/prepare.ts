/** From the plain table to structures that answer fast. Done once per table; a successor takes the compiled patterns over. */
import { BUCKETS } from './sticky.ts';
import { type PreparedEdits, prepareEdits } from './header-edits.ts';
import { type Condition, conditionsOf } from './match.ts';
import { type RegexCache, regexIn } from './regex.ts';
import { type FindRoute, indexRoutes } from './route-index.ts';
import type {
  Cluster,
  Listener,
  MirrorTarget,
  Route,
  RouteAction,
  RouteTable,
  RoutingTable,
  VirtualHost,
  WeightedCluster,
} from './table.ts';
import { textTest, type TextTest } from './text-match.ts';

export interface PreparedTable {
  readonly table: RoutingTable;
  /** By `Listener.id`. */
  readonly listeners: ReadonlyMap<string, PreparedListener>;
  /** By key of `RoutingTable.routes`. */
  readonly routes: ReadonlyMap<string, PreparedRouteTable>;
  readonly regexes: RegexCache;
  /** By the plain object: a successor that holds the same one, with the same clusters, takes it over. */
  readonly virtualHosts: ReadonlyMap<VirtualHost, PreparedVirtualHost>;
}

export interface PreparedListener {
  readonly listener: Listener;
  /** Absent for tcp. */
  readonly routes: PreparedRouteTable | undefined;
  /** Forward proxy only. */
  readonly routesByPort: ReadonlyMap<number, PreparedRouteTable> | undefined;
  /** Virtual host of `Listener.service`. */
  readonly own: PreparedVirtualHost | undefined;
  /** Tcp only: the destinations with their clusters. */
  readonly tcp: PreparedWeights | undefined;
  /** Answers of `chooseVirtualHost` by authority; null = unknown host. */
  readonly remembered: Map<string, PreparedVirtualHost | null>;
}

export interface PreparedRouteTable {
  readonly unknownHost: RouteTable['unknownHost'];
  readonly exact: ReadonlyMap<string, PreparedVirtualHost>;
  /** Longest first; `suffix` begins with the dot. */
  readonly suffixes: readonly { readonly suffix: string; readonly virtualHost: PreparedVirtualHost }[];
  readonly any: PreparedVirtualHost | undefined;
  readonly byService: ReadonlyMap<string, PreparedVirtualHost>;
  readonly virtualHosts: readonly PreparedVirtualHost[];
}

export interface PreparedVirtualHost {
  readonly virtualHost: VirtualHost;
  /** In first-match order. */
  readonly routes: readonly PreparedRoute[];
  readonly find: FindRoute<PreparedRoute>;
}

export interface PreparedRoute {
  readonly position: number;
  readonly route: Route;
  readonly conditions: readonly Condition[];
  /** Present where the action is `forward`. */
  readonly forward: PreparedForward | undefined;
  readonly requestEdits: PreparedEdits | undefined;
  readonly responseEdits: PreparedEdits | undefined;
  readonly allowOrigins: readonly TextTest[];
}

export type ForwardAction = Extract<RouteAction, { readonly kind: 'forward' }>;

export interface PreparedWeights {
  readonly destinations: readonly PreparedDestination[];
  readonly last: PreparedDestination;
  readonly totalWeight: number;
}

export interface PreparedForward extends PreparedWeights {
  readonly action: ForwardAction;
  readonly rewriteRegex: ReturnType<typeof regexIn> | undefined;
  readonly mirrors: readonly PreparedMirror[];
}

export interface PreparedMirror {
  readonly target: MirrorTarget;
  readonly cluster: Cluster | undefined;
}

export interface PreparedDestination {
  readonly position: number;
  readonly destination: WeightedCluster;
  /** undefined = 503 NC. */
  readonly cluster: Cluster | undefined;
  /** Sum of the weights up to and with this one. */
  readonly upToWeight: number;
  /** First sticky bucket that is no longer its own. */
  readonly upToBucket: number;
  readonly requestEdits: PreparedEdits | undefined;
  readonly responseEdits: PreparedEdits | undefined;
}

interface Workshop {
  readonly regexes: RegexCache;
  readonly clusters: RoutingTable['clusters'];
  /** Of the table before, by the plain object. */
  readonly known: ReadonlyMap<VirtualHost, PreparedVirtualHost> | undefined;
  readonly made: Map<VirtualHost, PreparedVirtualHost>;
}

/** Compiled patterns are handed on from table to table; from this many on they are made anew. */
const REMEMBERED_PATTERNS = 10_000;

/** Throws where the table holds a pattern that is not RE2, or a dangling reference: the compiler makes neither. */
export function prepareTable(table: RoutingTable, previous?: PreparedTable): PreparedTable {
  const isFull = (previous?.regexes.size ?? 0) > REMEMBERED_PATTERNS;
  const regexes: RegexCache = (isFull ? undefined : previous?.regexes) ?? new Map();
  const known = previous?.virtualHosts;
  const workshop: Workshop = { regexes, clusters: table.clusters, known, made: new Map() };
  const routes = new Map<string, PreparedRouteTable>();
  for (const [key, routeTable] of Object.entries(table.routes)) {
    routes.set(key, prepareRouteTable(routeTable, workshop));
  }
  const listeners = new Map<string, PreparedListener>();
  for (const listener of table.listeners) listeners.set(listener.id, prepareListener(listener, routes, workshop));
  return { table, listeners, routes, regexes, virtualHosts: workshop.made };
}

function prepareListener(
  listener: Listener,
  routes: ReadonlyMap<string, PreparedRouteTable>,
  workshop: Workshop,
): PreparedListener {
  const own = listener.routes === undefined ? undefined : tableNamed(routes, listener.routes);
  const byPort =
    listener.routesByPort === undefined
      ? undefined
      : new Map(
          Object.entries(listener.routesByPort).map(([port, key]) => [Number(port), tableNamed(routes, key)] as const),
        );
  return {
    listener,
    routes: own,
    routesByPort: byPort,
    own: listener.service === undefined ? undefined : own?.byService.get(listener.service),
    tcp: listener.tcp === undefined || listener.tcp.length === 0 ? undefined : prepareWeights(listener.tcp, workshop),
    remembered: new Map(),
  };
}

function tableNamed(routes: ReadonlyMap<string, PreparedRouteTable>, key: string): PreparedRouteTable {
  const found = routes.get(key);
  if (found === undefined) throw new TypeError(`the table has no routes named ${key}`);
  return found;
}

function prepareRouteTable(routeTable: RouteTable, workshop: Workshop): PreparedRouteTable {
  const exact = new Map<string, PreparedVirtualHost>();
  const suffixes: { suffix: string; virtualHost: PreparedVirtualHost }[] = [];
  const byService = new Map<string, PreparedVirtualHost>();
  const virtualHosts: PreparedVirtualHost[] = [];
  let any: PreparedVirtualHost | undefined;
  for (const source of routeTable.virtualHosts) {
    const virtualHost = prepareVirtualHost(source, workshop);
    virtualHosts.push(virtualHost);
    if (source.service !== undefined) byService.set(source.service, virtualHost);
    for (const domain of source.domains) {
      if (domain === '*') any ??= virtualHost;
      else if (domain.startsWith('*')) suffixes.push({ suffix: domain.slice(1), virtualHost });
      else if (!exact.has(domain)) exact.set(domain, virtualHost);
    }
  }
  suffixes.sort((a, b) => b.suffix.length - a.suffix.length);
  return { unknownHost: routeTable.unknownHost, exact, suffixes, any, byService, virtualHosts };
}

function prepareVirtualHost(virtualHost: VirtualHost, workshop: Workshop): PreparedVirtualHost {
  const known = workshop.known?.get(virtualHost);
  const prepared = known !== undefined && isCurrent(known, workshop) ? known : freshVirtualHost(virtualHost, workshop);
  workshop.made.set(virtualHost, prepared);
  return prepared;
}

function freshVirtualHost(virtualHost: VirtualHost, workshop: Workshop): PreparedVirtualHost {
  const routes = virtualHost.routes.map((route, position) => prepareRoute(route, position, workshop));
  return { virtualHost, routes, find: indexRoutes(routes) };
}

/** True where all its clusters are those of the new table. */
function isCurrent({ routes }: PreparedVirtualHost, { clusters }: Workshop): boolean {
  const isSame = ({ forward }: PreparedRoute): boolean =>
    forward === undefined ||
    (forward.destinations.every(({ cluster, destination }) => clusters[destination.cluster] === cluster) &&
      forward.mirrors.every(({ cluster, target }) => clusters[target.cluster] === cluster));
  return routes.every(isSame);
}

function prepareRoute(route: Route, position: number, workshop: Workshop): PreparedRoute {
  return {
    position,
    route,
    conditions: conditionsOf(route.match, workshop.regexes),
    forward: route.action.kind === 'forward' ? prepareForward(route.action, workshop) : undefined,
    requestEdits: prepareEdits(route.requestHeaders),
    responseEdits: prepareEdits(route.responseHeaders),
    allowOrigins: (route.cors?.allowOrigins ?? []).map((origin) => textTest(origin, workshop.regexes)),
  };
}

function prepareForward(action: ForwardAction, workshop: Workshop): PreparedForward {
  const pattern = action.rewrite?.regex?.match;
  return {
    action,
    ...prepareWeights(action.destinations, workshop),
    rewriteRegex: pattern === undefined ? undefined : regexIn(workshop.regexes, pattern),
    mirrors: (action.mirrors ?? []).map((target) => ({ target, cluster: workshop.clusters[target.cluster] })),
  };
}

function prepareWeights(weighted: readonly WeightedCluster[], workshop: Workshop): PreparedWeights {
  const totalWeight = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let upToWeight = 0;
  const destinations = weighted.map((destination, position): PreparedDestination => {
    upToWeight += destination.weight;
    return {
      position,
      destination,
      cluster: workshop.clusters[destination.cluster],
      upToWeight,
      upToBucket: Math.round((upToWeight / totalWeight) * BUCKETS),
      requestEdits: prepareEdits(destination.requestHeaders),
      responseEdits: prepareEdits(destination.responseHeaders),
    };
  });
  const last = destinations.at(-1);
  if (last === undefined) throw new TypeError('a route of the table has no destination');
  return { destinations, last, totalWeight };
}
