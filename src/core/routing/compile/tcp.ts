/** Destinations of connections that are not parsed. Weights apply per connection. */
import type { L4Match, RouteDestination } from '../../model/virtual-service.ts';
import { intersection, MESH, serverHostFor } from '../names.ts';
import type { RouteAction, WeightedCluster, WorkloadIdentity } from '../table.ts';
import type { BoundServer, GatewayPort } from './gateway-hosts.ts';
import type { MeshSources, Viewpoint } from './mesh-hosts.ts';
import { placeKey, visibleRules } from './mesh-hosts.ts';
import type { RegisteredPort, RegisteredService } from './registry.ts';
import { compileRules } from './rules.ts';
import type { ResolvedVirtualService } from './virtual-services.ts';

export interface TcpSources extends MeshSources {
  readonly visible: readonly ResolvedVirtualService[];
}

/**
 * A Service's port that is not HTTP/1.1: the first tcp rule that applies, else all pods. A port that speaks HTTP/2 takes the
 * destinations of its http rules' last catch-all, so that a pinned version stays pinned.
 */
export function meshTcp(
  service: RegisteredService,
  port: RegisteredPort,
  { view, sources }: { readonly view: Viewpoint; readonly sources: TcpSources },
): readonly WeightedCluster[] {
  const place = { port: port.number, gateway: MESH, view };
  const source = sources.visible.find(({ hosts }) => hosts.includes(service.host));
  if (source !== undefined) {
    const rule = source.tcp.find(({ match }) => match.length === 0 || match.some((entry) => applies(entry, place)));
    const context = { viewer: view.namespace, defaultPort: () => port.number, sources };
    if (rule !== undefined) return weightedClusters(rule.route, context);
    const fallback = port.protocol === 'http2' ? lastCatchAll(source, port.number, { view, sources }) : undefined;
    if (fallback !== undefined) return fallback;
  }
  const key = { host: service.host, subset: '', port: port.number, viewer: view.namespace };
  return [{ cluster: sources.clusters.keyFor(key), weight: 1 }];
}

function lastCatchAll(
  source: ResolvedVirtualService,
  port: number,
  { view, sources }: { readonly view: Viewpoint; readonly sources: TcpSources },
): readonly WeightedCluster[] | undefined {
  const { clusters, problems, memory } = sources;
  const place = {
    port,
    gateway: MESH,
    ...view,
    defaultPort: () => port,
    clusters,
    problems,
    memory,
    key: placeKey(port, view),
  };
  const last = compileRules(source, place).routes.at(-1);
  const action: RouteAction | undefined = last?.match === undefined ? last?.action : undefined;
  return action?.kind === 'forward' ? action.destinations : undefined;
}

/** Destinations of a gateway's TCP port; undefined = nobody routes it, so nothing listens. */
export function gatewayTcp(
  port: GatewayPort,
  identity: WorkloadIdentity,
  sources: MeshSources,
): readonly WeightedCluster[] | undefined {
  for (const bound of port.servers) {
    const found = serverTcp(bound, port.number, { identity, sources });
    if (found !== undefined) return found;
  }
  return undefined;
}

function serverTcp(
  bound: BoundServer,
  port: number,
  { identity, sources }: { readonly identity: WorkloadIdentity; readonly sources: MeshSources },
): readonly WeightedCluster[] | undefined {
  const { namespace, labels } = identity;
  for (const source of visibleRules(sources.virtualServices, bound.gateway, namespace)) {
    const hosts = bound.server.hosts
      .map((entry) => serverHostFor(entry, bound.namespace, source.namespace))
      .filter((host) => host !== undefined);
    if (intersection(hosts, source.hosts).length === 0) continue;
    const place = { port, gateway: bound.gateway, view: { namespace, labels } };
    const rule = source.tcp.find(({ match }) => match.length === 0 || match.some((entry) => applies(entry, place)));
    if (rule === undefined) continue;
    const defaultPort = (host: string): number => {
      const [only, more] = sources.registry.byHost.get(host)?.ports.keys() ?? [];
      return only !== undefined && more === undefined ? only : port;
    };
    return weightedClusters(rule.route, { viewer: namespace, defaultPort, sources });
  }
  return undefined;
}

/** For tcp all static conditions are ANDed. */
function applies(
  match: L4Match,
  place: { readonly port: number; readonly gateway: string; readonly view: Viewpoint },
): boolean {
  const { port, gateways, sourceLabels, sourceNamespace } = match;
  if (port !== undefined && port !== 0 && port !== place.port) return false;
  if (gateways !== undefined && gateways.length > 0 && !gateways.includes(place.gateway)) return false;
  if (sourceNamespace !== undefined && sourceNamespace !== '' && sourceNamespace !== place.view.namespace) return false;
  return Object.entries(sourceLabels ?? {}).every(([key, value]) => place.view.labels[key] === value);
}

function weightedClusters(
  route: readonly RouteDestination[],
  context: {
    readonly viewer: string;
    readonly defaultPort: (host: string) => number;
    readonly sources: MeshSources;
  },
): readonly WeightedCluster[] {
  const positive = route.length === 1 ? route : route.filter(({ weight }) => (weight ?? 0) > 0);
  return positive.map(({ destination, weight }) => ({
    cluster: context.sources.clusters.keyFor({
      host: destination.host,
      subset: destination.subset ?? '',
      port: destination.port?.number ?? context.defaultPort(destination.host),
      viewer: context.viewer,
    }),
    weight: route.length === 1 ? 1 : (weight ?? 0),
  }));
}
