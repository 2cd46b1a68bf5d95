/** Istio's objects → what the mesh executes. */
import { MESH, serviceHost } from '../names.ts';
import type { Listener, RouteTable, RoutingTable, WorkloadIdentity } from '../table.ts';
import { reportBypasses } from './bypass.ts';
import { newClusters } from './clusters.ts';
import { indexDestinationRules } from './destination-rules.ts';
import { gatewayPorts, gatewayRoutes, selects } from './gateway-hosts.ts';
import type { Compiled, GatewayWorkload, MeshCaller, MeshInput, ServiceAddress, Socket } from './input.ts';
import { lostHosts, meshRoutes, type Viewpoint, visibleRules } from './mesh-hosts.ts';
import { forgetStale, type Memory, newMemory, remembering } from './memory.ts';
import { message, newProblems, type Problems } from './problems.ts';
import { buildRegistry, type RegisteredService } from './registry.ts';
import { gatewayTcp, meshTcp, type TcpSources } from './tcp.ts';
import { resolveVirtualServices } from './virtual-services.ts';

/** Compiles without remembering anything. */
export function compileTable(input: MeshInput): Compiled {
  return newCompiler()(input);
}

/** A compiler that remembers: parts whose sources are the same objects as last time are the same objects in the table. */
export function newCompiler(): (input: MeshInput) => Compiled {
  const memory = newMemory();
  return (input) => {
    forgetStale(memory, input);
    return compile(input, memory);
  };
}

interface Draft extends TcpSources {
  readonly input: MeshInput;
  readonly listeners: Listener[];
  readonly routes: Record<string, RouteTable>;
  readonly views: Views;
}

function compile(input: MeshInput, memory: Memory): Compiled {
  const problems = newProblems();
  const { domain, rootNamespace, outbound } = input.settings;
  const registry = buildRegistry(input.services, domain);
  const virtualServices = resolveVirtualServices(input.virtualServices, { domain, problems }, memory.resolved);
  const sources = input.destinationRules;
  memory.destinationRules ??= {
    ...remembering((own) => indexDestinationRules(sources, { domain, rootNamespace, problems: own })),
    sources,
  };
  problems.addAll(memory.destinationRules.problems);
  const draft: Draft = {
    input,
    registry,
    virtualServices,
    visible: [],
    clusters: newClusters({ registry, rules: memory.destinationRules.value, problems, memory }),
    problems,
    unknownHost: outbound === 'allowAny' ? 'passthrough' : 'block',
    memory,
    listeners: [],
    routes: {},
    views: newViews(virtualServices, problems),
  };
  for (const caller of input.callers) addCaller(caller, draft);
  for (const address of input.serviceAddresses) addServiceAddress(address, draft);
  for (const workload of input.gatewayWorkloads) addGateway(workload, draft);
  reportUnselected(draft);
  reportBypasses(virtualServices, problems);
  const table: RoutingTable = {
    version: input.version,
    listeners: draft.listeners,
    routes: draft.routes,
    clusters: draft.clusters.table(),
  };
  memory.clusters = draft.clusters.remembered();
  return { table, problems: problems.list() };
}

/** Names of equal viewpoints: namespace, and where rules ask for labels of the caller, which of them it satisfies. */
interface Views {
  keyOf(view: Viewpoint): string;
  visible(view: Viewpoint): Draft['visible'];
}

function newViews(virtualServices: Draft['virtualServices'], problems: Problems): Views {
  const asked = new Map<string, readonly (readonly [string, string])[]>();
  for (const { rules, tcp } of virtualServices) {
    const matches = [...rules.flatMap(({ http }) => http.match ?? []), ...tcp.flatMap(({ match }) => match)];
    for (const { sourceLabels } of matches) {
      if (sourceLabels !== undefined) asked.set(JSON.stringify(sourceLabels), Object.entries(sourceLabels));
    }
  }
  const questions = [...asked.values()];
  const byNamespace = new Map<string, Draft['visible']>();
  return {
    keyOf({ namespace, labels }) {
      const answers = questions.map((all) => (all.every(([key, value]) => labels[key] === value) ? '1' : '0')).join('');
      return answers.includes('1') ? `${namespace}+${answers}` : namespace;
    },
    visible({ namespace }) {
      let found = byNamespace.get(namespace);
      if (found === undefined) {
        byNamespace.set(namespace, (found = visibleRules(virtualServices, MESH, namespace)));
        lostHosts(found, problems);
      }
      return found;
    },
  };
}

/** Key of the routes of a port as seen from there; compiles them when they are wanted first. */
function routesFor(port: number, view: Viewpoint, draft: Draft): string {
  const key = `mesh/${draft.views.keyOf(view)}/${port}`;
  if (!Object.hasOwn(draft.routes, key)) {
    const visible = draft.views.visible(view);
    draft.routes[key] = meshRoutes(port, view, { ...draft, visible });
  }
  return key;
}

function addCaller(caller: MeshCaller, draft: Draft): void {
  const { identity } = caller;
  for (const { service, sockets } of caller.calls) {
    const registered = draft.registry.byHost.get(hostOf(service, draft));
    if (registered === undefined) continue;
    for (const socket of sockets) addServiceListener({ kind: 'mesh', socket, registered, caller: identity, draft });
  }
  if (caller.forwardProxy !== undefined) addForwardProxy(caller.forwardProxy, identity, draft);
}

const UNKNOWN: WorkloadIdentity = {
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  labels: {},
};

function addServiceAddress({ service, kind, sockets }: ServiceAddress, draft: Draft): void {
  const registered = draft.registry.byHost.get(hostOf(service, draft));
  if (registered === undefined) return;
  for (const socket of sockets) {
    addServiceListener({ kind: kind === 'nodePort' ? 'nodePort' : 'mesh', socket, registered, caller: UNKNOWN, draft });
  }
}

function hostOf(service: { readonly name: string; readonly namespace: string }, draft: Draft): string {
  return serviceHost(service.name, service.namespace, draft.input.settings.domain);
}

interface ServiceListener {
  readonly kind: 'mesh' | 'nodePort';
  readonly socket: Socket;
  readonly registered: RegisteredService;
  readonly caller: WorkloadIdentity;
  readonly draft: Draft;
}

function addServiceListener({ kind, socket, registered, caller, draft }: ServiceListener): void {
  const port = registered.ports.get(socket.nominalPort);
  if (port === undefined) return;
  // Who calls without being known sees what the Service's own namespace sees.
  const view = caller === UNKNOWN ? { namespace: registered.namespace, labels: {} } : caller;
  const shared = { ...placeOf(socket), kind, caller, service: registered.host } as const;
  if (port.protocol === 'http') {
    draft.listeners.push({ ...shared, protocol: 'http', routes: routesFor(port.number, view, draft) });
    return;
  }
  if (port.protocol === 'http2') {
    const at = { object: `Service ${registered.namespace}/${registered.name}`, field: 'spec.ports' };
    draft.problems.notice(at, message('routing.http2AsTcp', { port: port.number }));
  }
  const sources = { ...draft, visible: draft.views.visible(view) };
  draft.listeners.push({ ...shared, protocol: 'tcp', tcp: meshTcp(registered, port, { view, sources }) });
}

function placeOf({ address, port, nominalPort }: Socket): Pick<Listener, 'id' | 'address' | 'port' | 'nominalPort'> {
  return { id: `${address}:${port}`, address, port, nominalPort };
}

const NO_ROUTES = 'unknown';

/** One table a port that any service has; other ports are unknown hosts. */
function addForwardProxy(socket: Socket, caller: WorkloadIdentity, draft: Draft): void {
  const ports = [...new Set([80, ...draft.registry.httpByPort.keys()])];
  const routesByPort = Object.fromEntries(ports.map((port) => [String(port), routesFor(port, caller, draft)]));
  draft.routes[NO_ROUTES] ??= { unknownHost: draft.unknownHost, virtualHosts: [] };
  draft.listeners.push({
    ...placeOf(socket),
    kind: 'forwardProxy',
    protocol: 'http',
    caller,
    routes: NO_ROUTES,
    routesByPort,
  });
}

function addGateway({ identity, sockets }: GatewayWorkload, draft: Draft): void {
  const ports = gatewayPorts(draft.input.gateways, identity, draft.problems);
  for (const port of ports) {
    const socket = sockets.find(({ nominalPort }) => nominalPort === port.number);
    if (socket === undefined) continue;
    const shared = { ...placeOf(socket), kind: 'gateway', caller: identity } as const;
    if (port.protocol === 'http') {
      const key = `gateway/${identity.namespace}/${identity.workload}/${port.number}`;
      draft.routes[key] = gatewayRoutes(port, identity, draft);
      draft.listeners.push({ ...shared, protocol: 'http', routes: key });
      continue;
    }
    const tcp = gatewayTcp(port, identity, draft);
    if (tcp !== undefined) draft.listeners.push({ ...shared, protocol: 'tcp', tcp });
  }
}

function reportUnselected({ input, problems }: Draft): void {
  for (const gateway of input.gateways) {
    if (input.gatewayWorkloads.some(({ identity }) => selects(gateway, identity))) continue;
    const object = `Gateway ${gateway.metadata.namespace ?? 'default'}/${gateway.metadata.name}`;
    const selector = Object.entries(gateway.spec.selector ?? {})
      .map((pair) => pair.join('='))
      .join(', ');
    problems.error({ object, field: 'spec.selector' }, message('routing.gatewayUnselected', { selector }));
  }
}
