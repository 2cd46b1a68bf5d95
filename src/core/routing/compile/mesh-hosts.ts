/**
 * Virtual hosts of a sidecar's listener port (istio `BuildSidecarVirtualHostWrapper`). Here VirtualServices of one host are not
 * merged: the first in order has it, the others are dropped.
 */
import { domainsOf, isSubset, isWildcard, MESH, visibility } from '../names.ts';
import type { DroppedRule, Route, RouteTable, VirtualHost } from '../table.ts';
import type { Clusters } from './clusters.ts';
import type { Memory } from './memory.ts';
import { hashOfService } from './policies.ts';
import type { Problems } from './problems.ts';
import { message, newProblems } from './problems.ts';
import type { RegisteredService, Registry } from './registry.ts';
import { compileRules } from './rules.ts';
import { DEFAULT_RETRY } from './traffic-fields.ts';
import type { ResolvedVirtualService } from './virtual-services.ts';

/** From where the mesh is looked at: callers with equal namespace and equal answers to all `sourceLabels` share it. */
export interface Viewpoint {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface MeshSources {
  readonly registry: Registry;
  readonly virtualServices: readonly ResolvedVirtualService[];
  readonly clusters: Clusters;
  readonly problems: Problems;
  readonly unknownHost: RouteTable['unknownHost'];
  readonly memory: Memory;
}

/** Sidecar rules visible from a namespace, nearest first (istio `SelectVirtualServices`). */
export function visibleRules(
  all: readonly ResolvedVirtualService[],
  gateway: string,
  viewer: string,
): readonly ResolvedVirtualService[] {
  const buckets: Record<'private' | 'named' | 'public', ResolvedVirtualService[]> = {
    private: [],
    named: [],
    public: [],
  };
  for (const source of all) {
    if (!source.gateways.includes(gateway)) continue;
    const seen = visibility(source.exportTo, source.namespace, viewer);
    if (seen !== 'hidden') buckets[seen].push(source);
  }
  return [...buckets.private, ...buckets.named, ...buckets.public];
}

interface Wrapper {
  /** Hosts of the VirtualService that are no Service on this port. */
  readonly hosts: readonly string[];
  readonly services: readonly RegisteredService[];
  readonly routes: readonly Route[];
  readonly dropped: readonly DroppedRule[];
}

/** Routes of one port. `visible` = what `visibleRules` gave for the viewpoint. */
export function meshRoutes(
  port: number,
  view: Viewpoint,
  sources: MeshSources & { readonly visible: readonly ResolvedVirtualService[] },
): RouteTable {
  const onPort = sources.registry.httpByPort.get(port) ?? new Map<string, RegisteredService>();
  const owners = wildcardOwners(sources.visible, onPort);
  const wrappers: Wrapper[] = [];
  const served = new Set<string>();
  for (const source of sources.visible) {
    const { hosts, services } = separate(source, onPort, owners);
    if (services.length === 0 && port !== 80) continue;
    // Its Services have other ports, where the same rules are compiled: nobody waits for what is wrong with them on this one.
    const isElsewhere = services.length === 0 && hosts.some((host) => sources.registry.byHost.has(host));
    const place = {
      port,
      gateway: MESH,
      ...view,
      defaultPort: () => port,
      clusters: sources.clusters,
      problems: isElsewhere ? newProblems() : sources.problems,
      memory: sources.memory,
      key: placeKey(port, view),
    };
    const { routes, dropped } = compileRules(source, place);
    if (routes.length === 0) continue;
    wrappers.push({ hosts, services, routes, dropped });
    for (const { host } of services) served.add(host);
  }
  for (const service of onPort.values()) {
    if (!served.has(service.host)) wrappers.push(defaultWrapper(service, port, { view, sources }));
  }
  return { unknownHost: sources.unknownHost, virtualHosts: virtualHosts(wrappers, port, view) };
}

/** Names a port as seen from somewhere. */
export function placeKey(port: number, { namespace, labels }: Viewpoint): string {
  return `mesh ${port} ${namespace} ${JSON.stringify(labels)}`;
}

/** Each service goes to the most specific host that any VirtualService names: exact, then the longest wildcard. */
function wildcardOwners(
  visible: readonly ResolvedVirtualService[],
  onPort: ReadonlyMap<string, RegisteredService>,
): ReadonlyMap<string, ResolvedVirtualService> {
  const wildcards = new Map<string, ResolvedVirtualService>();
  for (const source of visible) {
    for (const host of source.hosts) if (isWildcard(host) && !wildcards.has(host)) wildcards.set(host, source);
  }
  const owners = new Map<string, ResolvedVirtualService>();
  if (wildcards.size === 0) return owners;
  const exact = new Set(visible.flatMap(({ hosts }) => hosts.filter((host) => !isWildcard(host))));
  const longestFirst = [...wildcards].toSorted(([a], [b]) => b.length - a.length);
  for (const host of onPort.keys()) {
    if (exact.has(host)) continue;
    const owner = longestFirst.find(([wildcard]) => isSubset(host, wildcard))?.[1];
    if (owner !== undefined) owners.set(host, owner);
  }
  return owners;
}

function separate(
  source: ResolvedVirtualService,
  onPort: ReadonlyMap<string, RegisteredService>,
  owners: ReadonlyMap<string, ResolvedVirtualService>,
): { readonly hosts: readonly string[]; readonly services: readonly RegisteredService[] } {
  const hosts: string[] = [];
  const services: RegisteredService[] = [];
  for (const host of source.hosts) {
    if (isWildcard(host)) {
      const owned = [...onPort.values()].filter(
        (each) => owners.get(each.host) === source && isSubset(each.host, host),
      );
      if (owned.length === 0) hosts.push(host);
      else services.push(...owned);
      continue;
    }
    const service = onPort.get(host);
    if (service === undefined) hosts.push(host);
    else services.push(service);
  }
  return { hosts, services };
}

function defaultWrapper(
  service: RegisteredService,
  port: number,
  { view, sources }: { readonly view: Viewpoint; readonly sources: MeshSources },
): Wrapper {
  const { clusters } = sources;
  const cluster = clusters.keyFor({ host: service.host, subset: '', port, viewer: view.namespace });
  const hash = hashOfService(clusters.ruleFor(service.host, view.namespace), port);
  const route: Route = {
    name: 'default',
    action: {
      kind: 'forward',
      destinations: [{ cluster, weight: 1 }],
      timeoutMs: 0,
      retry: hash === undefined ? DEFAULT_RETRY : { ...DEFAULT_RETRY, avoidPreviousHosts: false },
      ...(hash === undefined ? {} : { hash: [hash] }),
    },
    origin: `Service ${service.namespace}/${service.name}`,
  };
  return { hosts: [], services: [service], routes: [route], dropped: [] };
}

/** A domain belongs to the first who claims it; a short name never hides a Service whose full name it is. */
function virtualHosts(wrappers: readonly Wrapper[], port: number, view: Viewpoint): readonly VirtualHost[] {
  const taken = new Set<string>();
  const names = new Set<string>();
  const result: VirtualHost[] = [];
  const add = (host: string, wrapper: Wrapper, service: RegisteredService | undefined): void => {
    const name = `${host}:${port}`;
    if (names.has(name)) return;
    names.add(name);
    const domains = domainsFor(host, service, view.namespace).filter((domain) => !taken.has(domain));
    for (const domain of domains) taken.add(domain);
    if (domains.length === 0) return;
    result.push({
      name,
      domains,
      routes: wrapper.routes,
      ...(service === undefined ? {} : { service: service.host }),
      ...(wrapper.dropped.length === 0 ? {} : { dropped: wrapper.dropped }),
    });
  };
  for (const wrapper of wrappers) {
    for (const host of wrapper.hosts) add(host, wrapper, undefined);
    for (const service of wrapper.services) add(service.host, wrapper, service);
  }
  return result;
}

function domainsFor(host: string, service: RegisteredService | undefined, viewer: string): readonly string[] {
  if (isWildcard(host)) return [host];
  const domains = domainsOf(host, viewer);
  if (service === undefined) return domains;
  const below = service.headless ? domains.map((domain) => `*.${domain}`) : [];
  return [...domains, ...below, ...service.addresses];
}

/** Reports VirtualServices that lost a host to an older one. */
export function lostHosts(visible: readonly ResolvedVirtualService[], problems: Problems): void {
  const owners = new Map<string, string>();
  for (const source of visible) {
    if (source.rules.length === 0) continue;
    for (const host of source.hosts) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, source.object);
      else if (owner !== source.object) {
        problems.error({ object: source.object, field: 'spec.hosts' }, message('routing.hostTaken', { host, owner }));
      }
    }
  }
}
