/** Small objects for tests of this room. */
import type { DestinationRule, DestinationRuleSpec } from '../../model/destination-rule.ts';
import type { Gateway, GatewaySpec } from '../../model/gateway.ts';
import type { ObjectMeta, StringMap } from '../../model/meta.ts';
import type { ServicePort } from '../../model/service.ts';
import type { VirtualService, VirtualServiceSpec } from '../../model/virtual-service.ts';
import type { RequestView } from '../request.ts';
import type { Endpoint, WorkloadIdentity } from '../table.ts';
import { type DestinationTrace, explainRoute, type RouteOutcome, type RouteTrace } from '../explain.ts';
import { type PreparedTable, prepareTable } from '../prepare.ts';
import { compileTable } from './compile-table.ts';
import { type Compiled, DEFAULT_SETTINGS, type MeshInput, type MeshService } from './input.ts';

export interface Named {
  readonly name: string;
  readonly namespace?: string;
  /** Seconds after the first object. */
  readonly age?: number;
  readonly annotations?: StringMap;
}

function metaOf({ name, namespace = 'default', age = 0, annotations }: Named): ObjectMeta {
  return {
    name,
    namespace,
    uid: `${namespace}/${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: `2026-01-01T00:00:${String(age).padStart(2, '0')}Z`,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

export function virtualService(named: Named, spec: VirtualServiceSpec): VirtualService {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: metaOf(named), spec };
}

export function destinationRule(named: Named, spec: DestinationRuleSpec): DestinationRule {
  return { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: metaOf(named), spec };
}

export function gateway(named: Named, spec: GatewaySpec): Gateway {
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: metaOf(named), spec };
}

export function identity(
  workload: string,
  namespace = 'default',
  labels: StringMap = { app: workload },
): WorkloadIdentity {
  return { workload, namespace, app: labels['app'] ?? workload, version: labels['version'] ?? 'latest', labels };
}

/** A pod of a version; its address tells it from others. */
function endpoint(service: string, version: string, number = 1): Endpoint {
  const workload = `${service}-${version}`;
  return {
    address: `127.64.0.${number}`,
    port: 20_000 + number,
    pod: `${workload}-${number}`,
    workload: identity(workload, 'default', { app: service, version }),
  };
}

export interface ServiceParts extends Named {
  readonly ports?: readonly ServicePort[];
  readonly versions?: readonly string[];
  readonly headless?: boolean;
}

/** Port 80 and one pod of v1 unless said otherwise. */
export function meshService(parts: ServiceParts): MeshService {
  const ports = parts.ports ?? [{ port: 80, name: 'http' }];
  const pods = (parts.versions ?? ['v1']).map((version, index) => endpoint(parts.name, version, index + 1));
  return {
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metaOf(parts),
      spec: { ports, selector: { app: parts.name }, ...(parts.headless === true ? { clusterIP: 'None' } : {}) },
    },
    endpoints: Object.fromEntries(ports.map(({ port }) => [port, pods])),
  };
}

const INGRESS: WorkloadIdentity = identity('istio-ingressgateway', 'istio-system', {
  istio: 'ingressgateway',
  app: 'istio-ingressgateway',
});

/** A mesh with one caller `client` in `default`, which calls every service; gateway sockets for the ports given. */
export function meshInput(
  parts: Partial<MeshInput> & { readonly gatewayPorts?: readonly number[]; readonly caller?: WorkloadIdentity },
): MeshInput {
  const services = parts.services ?? [];
  const caller = parts.caller ?? identity('client');
  const calls = services.map(({ service }, index) => ({
    service: { name: service.metadata.name, namespace: service.metadata.namespace ?? 'default' },
    sockets: (service.spec.ports ?? []).map(({ port }) => ({
      address: `127.32.0.${index + 1}`,
      port,
      nominalPort: port,
    })),
  }));
  const sockets = (parts.gatewayPorts ?? []).map((port) => ({ address: '127.0.0.1', port, nominalPort: port }));
  return {
    version: 1,
    services,
    virtualServices: [],
    destinationRules: [],
    gateways: [],
    callers: [{ identity: caller, calls }],
    serviceAddresses: [],
    gatewayWorkloads: [{ identity: INGRESS, sockets }],
    settings: DEFAULT_SETTINGS,
    ...parts,
  };
}

export interface RequestParts {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly scheme?: string;
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A request as the mesh would show it. */
export function requestView(parts: RequestParts = {}): RequestView {
  const headers = parts.headers ?? {};
  const valuesOf = (name: string): readonly string[] => {
    const value = headers[name];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  };
  return {
    method: parts.method ?? 'GET',
    path: parts.path ?? '/',
    authority: parts.host ?? 'web',
    scheme: parts.scheme ?? 'http',
    sourceAddress: parts.from ?? '127.0.0.1',
    header: (name) => valuesOf(name)[0],
    headers: valuesOf,
  };
}

/** A compiled and prepared mesh that can be asked. */
export interface TestMesh {
  readonly compiled: Compiled;
  readonly prepared: PreparedTable;
  /** What happens to a request, in short: `→ v1` (subset), `404 NR`, `301 <location>`, `200`. */
  ask(request?: RequestParts, at?: AskAt): string;
  trace(request?: RequestParts, at?: AskAt): RouteTrace;
  problems(): readonly string[];
}

export interface AskAt {
  /** Gateway port. */
  readonly gateway?: number;
  /** Service name whose address is called; default: the first service. */
  readonly to?: string;
  readonly port?: number;
}

export function testMesh(parts: Parameters<typeof meshInput>[0]): TestMesh {
  const compiled = compileTable(meshInput(parts));
  const prepared = prepareTable(compiled.table);
  const listenerFor = ({ gateway: port, to, port: servicePort }: AskAt): string => {
    const found = compiled.table.listeners.find((listener) =>
      port === undefined
        ? listener.kind === 'mesh' &&
          (to === undefined || listener.service?.startsWith(`${to}.`) === true) &&
          (servicePort === undefined || listener.nominalPort === servicePort)
        : listener.kind === 'gateway' && listener.nominalPort === port,
    );
    if (found === undefined) throw new Error('no such listener');
    return found.id;
  };
  const trace = (request: RequestParts = {}, at: AskAt = {}): RouteTrace => {
    const found = explainRoute(prepared, listenerFor(at), requestView(request));
    if (found === undefined) throw new Error('no such listener');
    return found;
  };
  return {
    compiled,
    prepared,
    trace,
    ask: (request, at) => short(trace(request, at).outcome),
    problems: () => compiled.problems.map(({ text }) => text.key),
  };
}

function short(outcome: RouteOutcome): string {
  switch (outcome.kind) {
    case 'forward':
    case 'tcp':
      return outcome.destinations.map(shortDestination).join(' / ');
    case 'redirect':
      return `${outcome.status} ${outcome.location}`;
    case 'respond':
    case 'refused':
      return String(outcome.status);
    case 'notFound':
      return '404 NR';
    case 'block':
      return '502';
    case 'passthrough':
    case 'requireTls':
      return outcome.kind;
  }
}

function shortDestination({ host, subset, sharePct, state }: DestinationTrace): string {
  if (state === 'noCluster') return '503 NC';
  const name = host.split('.')[0] ?? '';
  const target = subset === '' ? name : `${name}#${subset}`;
  return sharePct === 100 ? target : `${target} ${Math.round(sharePct * 100) / 100} %`;
}
