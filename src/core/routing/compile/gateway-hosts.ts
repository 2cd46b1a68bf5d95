/** What gateways serve (istio `mergeGateways`, `buildGatewayHTTPRouteConfig`). Here VirtualServices of one host are merged. */
import type { Gateway, GatewayServer } from '../../model/gateway.ts';
import { intersection, serverHost, serverHostFor } from '../names.ts';
import type { DroppedRule, Route, RouteTable, WorkloadIdentity } from '../table.ts';
import type { MeshSources } from './mesh-hosts.ts';
import { visibleRules } from './mesh-hosts.ts';
import { message } from './problems.ts';
import { compileRules, isCatchAll } from './rules.ts';
import { byAge, type ResolvedVirtualService } from './virtual-services.ts';

/** One server of one Gateway object. */
export interface BoundServer {
  readonly server: GatewayServer;
  /** `ns/name`. */
  readonly gateway: string;
  readonly namespace: string;
  readonly object: string;
  readonly field: string;
}

export interface GatewayPort {
  readonly number: number;
  readonly protocol: 'http' | 'tcp';
  readonly servers: readonly BoundServer[];
}

const HTTP: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB']);
const TCP: ReadonlySet<string> = new Set(['TCP', 'MONGO', 'MYSQL', 'REDIS']);

/** Servers that this gateway workload takes, by port number; the first server decides a port's protocol. */
export function gatewayPorts(
  gateways: readonly Gateway[],
  identity: WorkloadIdentity,
  problems: MeshSources['problems'],
): readonly GatewayPort[] {
  const byNumber = new Map<number, { protocol: 'http' | 'tcp'; servers: BoundServer[] }>();
  for (const gateway of byAge(gateways)) {
    if (!selects(gateway, identity)) continue;
    const namespace = gateway.metadata.namespace ?? 'default';
    const key = `${namespace}/${gateway.metadata.name}`;
    gateway.spec.servers.forEach((server, index) => {
      const bound = { server, gateway: key, namespace, object: `Gateway ${key}`, field: `spec.servers[${index}]` };
      const protocol = serverProtocol(bound, problems);
      if (protocol === undefined) return;
      const { number } = server.port;
      const known = byNumber.get(number);
      if (known === undefined) byNumber.set(number, { protocol, servers: [bound] });
      else if (known.protocol === protocol) known.servers.push(bound);
      else problems.error(bound, message('routing.portConflict', { port: number }));
    });
  }
  return [...byNumber].map(([number, { protocol, servers }]) => ({ number, protocol, servers }));
}

/** True where the Gateway's selector takes this workload; without a selector it takes all. */
export function selects(gateway: Gateway, identity: WorkloadIdentity): boolean {
  return Object.entries(gateway.spec.selector ?? {}).every(([key, value]) => identity.labels[key] === value);
}

function serverProtocol(bound: BoundServer, problems: MeshSources['problems']): 'http' | 'tcp' | undefined {
  const { server, object, field } = bound;
  const protocol = server.port.protocol.toUpperCase();
  if (server.bind !== undefined && server.bind !== '') {
    problems.notice({ object, field: `${field}.bind` }, message('routing.notHonoured', { what: 'bind' }));
  }
  if (HTTP.has(protocol)) return 'http';
  if (TCP.has(protocol)) return 'tcp';
  const known = protocol === 'HTTPS' || protocol === 'TLS';
  const text = known
    ? message('routing.gatewayTls', { port: server.port.number })
    : message('routing.gatewayProtocol', { protocol: server.port.protocol });
  problems.error({ object, field }, text);
  return undefined;
}

interface OpenHost {
  readonly routes: Route[];
  readonly dropped: DroppedRule[];
  requireTls: boolean;
}

/** Routes of one HTTP port of a gateway. */
export function gatewayRoutes(port: GatewayPort, identity: WorkloadIdentity, sources: MeshSources): RouteTable {
  const hosts = new Map<string, OpenHost>();
  for (const bound of port.servers) addServer(bound, port.number, { hosts, identity, sources });
  return {
    unknownHost: 'notFound',
    virtualHosts: [...hosts].map(([host, open]) => ({
      name: `${host}:${port.number}`,
      domains: [host],
      routes: catchAllsLast(open.routes),
      ...(open.requireTls ? { requireTls: true } : {}),
      ...(open.dropped.length === 0 ? {} : { dropped: open.dropped }),
    })),
  };
}

interface GatewayContext {
  readonly hosts: Map<string, OpenHost>;
  readonly identity: WorkloadIdentity;
  readonly sources: MeshSources;
}

function addServer(bound: BoundServer, port: number, { hosts, identity, sources }: GatewayContext): void {
  const redirects = bound.server.tls?.httpsRedirect === true;
  for (const source of visibleRules(sources.virtualServices, bound.gateway, identity.namespace)) {
    const serverHosts = bound.server.hosts
      .map((entry) => serverHostFor(entry, bound.namespace, source.namespace)?.toLowerCase())
      .filter((host) => host !== undefined);
    const common = intersection(serverHosts, source.hosts);
    if (common.length === 0) continue;
    const { routes, dropped } = compileForGateway(source, bound, { port, identity, sources });
    if (routes.length === 0) continue;
    for (const host of common) {
      const open = openHost(hosts, host);
      open.routes.push(...routes);
      open.dropped.push(...dropped);
      open.requireTls ||= redirects;
    }
  }
  if (!redirects) return;
  for (const entry of bound.server.hosts) openHost(hosts, serverHost(entry).toLowerCase()).requireTls = true;
}

function compileForGateway(
  source: ResolvedVirtualService,
  bound: BoundServer,
  {
    port,
    identity,
    sources,
  }: { readonly port: number; readonly identity: WorkloadIdentity; readonly sources: MeshSources },
): ReturnType<typeof compileRules> {
  const { registry, clusters, problems, memory } = sources;
  return compileRules(source, {
    port,
    gateway: bound.gateway,
    namespace: identity.namespace,
    labels: identity.labels,
    clusters,
    problems,
    memory,
    key: `gateway ${port} ${bound.gateway} ${identity.namespace} ${JSON.stringify(identity.labels)}`,
    defaultPort: (host) => {
      const ports = registry.byHost.get(host)?.ports;
      const [only] = ports?.keys() ?? [];
      return ports?.size === 1 && only !== undefined ? only : port;
    },
  });
}

function openHost(hosts: Map<string, OpenHost>, host: string): OpenHost {
  let open = hosts.get(host);
  if (open === undefined) hosts.set(host, (open = { routes: [], dropped: [], requireTls: false }));
  return open;
}

/** Catch-alls of one VirtualService must not hide the rules of the next (istio `SortVHostRoutes`). */
function catchAllsLast(routes: readonly Route[]): readonly Route[] {
  const last = routes.filter(({ match }) => isCatchAll(match));
  return last.length === 0 ? routes : [...routes.filter(({ match }) => !isCatchAll(match)), ...last];
}
