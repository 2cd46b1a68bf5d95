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
import { type RegexSource, textTest, type TextTest } from './text-match.ts';

export interface PreparedTable {
  readonly table: RoutingTable;
  /** By `Listener.id`. */
  readonly listeners: ReadonlyMap<string, PreparedListener>;
  /** By key of `RoutingTable.routes`. */
  readonly routes: ReadonlyMap<string, PreparedRouteTable>;
  readonly regexes: RegexCache;
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
  readonly regexes: RegexSource;
  readonly clusters: RoutingTable['clusters'];
}

/** Throws where the table holds a pattern that is not RE2, or a dangling reference: the compiler makes neither. */
export function prepareTable(table: RoutingTable, previous?: PreparedTable): PreparedTable {
  const regexes: RegexSource = { cache: new Map(), known: previous?.regexes };
  const workshop: Workshop = { regexes, clusters: table.clusters };
  const routes = new Map<string, PreparedRouteTable>();
  for (const [key, routeTable] of Object.entries(table.routes)) {
    routes.set(key, prepareRouteTable(routeTable, workshop));
  }
  const listeners = new Map<string, PreparedListener>();
  for (const listener of table.listeners) listeners.set(listener.id, prepareListener(listener, routes, workshop));
  return { table, listeners, routes, regexes: regexes.cache };
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
  const routes = virtualHost.routes.map((route, position) => prepareRoute(route, position, workshop));
  return { virtualHost, routes, find: indexRoutes(routes) };
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
  const { cache, known } = workshop.regexes;
  return {
    action,
    ...prepareWeights(action.destinations, workshop),
    rewriteRegex: pattern === undefined ? undefined : regexIn(cache, known, pattern),
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
