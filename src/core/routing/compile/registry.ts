/** Services by name and by port, with the protocol of each port. */
import type { Service, ServicePort } from '../../model/service.ts';
import { serviceHost } from '../names.ts';
import type { Endpoint } from '../table.ts';
import type { MeshService } from './input.ts';

export type PortProtocol = 'http' | 'http2' | 'tcp';

export interface RegisteredPort {
  readonly number: number;
  readonly protocol: PortProtocol;
  readonly endpoints: readonly Endpoint[];
}

export interface RegisteredService {
  readonly source: Service;
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly headless: boolean;
  readonly addresses: readonly string[];
  readonly ports: ReadonlyMap<number, RegisteredPort>;
}

export interface Registry {
  readonly byHost: ReadonlyMap<string, RegisteredService>;
  /** Services with an HTTP port of this number, by host. */
  readonly httpByPort: ReadonlyMap<number, ReadonlyMap<string, RegisteredService>>;
}

export function buildRegistry(services: readonly MeshService[], domain: string): Registry {
  const byHost = new Map<string, RegisteredService>();
  const httpByPort = new Map<number, Map<string, RegisteredService>>();
  for (const entry of services) {
    const service = register(entry, domain);
    byHost.set(service.host, service);
    for (const port of service.ports.values()) {
      if (port.protocol !== 'http') continue;
      let onPort = httpByPort.get(port.number);
      if (onPort === undefined) httpByPort.set(port.number, (onPort = new Map()));
      onPort.set(service.host, service);
    }
  }
  return { byHost, httpByPort };
}

function register({ service, endpoints }: MeshService, domain: string): RegisteredService {
  const { name } = service.metadata;
  const namespace = service.metadata.namespace ?? 'default';
  const ports = new Map<number, RegisteredPort>();
  for (const port of service.spec.ports ?? []) {
    if (port.protocol !== undefined && port.protocol !== 'TCP') continue;
    ports.set(port.port, {
      number: port.port,
      protocol: portProtocol(port),
      endpoints: endpoints[port.port] ?? [],
    });
  }
  return {
    source: service,
    host: serviceHost(name, namespace, domain),
    name,
    namespace,
    headless: service.spec.clusterIP === 'None',
    addresses: clusterAddresses(service),
    ports,
  };
}

function clusterAddresses(service: Service): readonly string[] {
  const { clusterIP, clusterIPs } = service.spec;
  const all = new Set([...(clusterIPs ?? []), ...(clusterIP === undefined ? [] : [clusterIP])]);
  return [...all].filter((address) => address !== '' && address !== 'None');
}

/** Ports on which the server speaks first, so that a guess would hang (istio `wellKnownPorts`). */
const SERVER_FIRST: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);
const TCP_NAMES: ReadonlySet<string> = new Set(['tcp', 'tls', 'https', 'mysql', 'mongo', 'redis', 'udp']);
const HTTP2_NAMES: ReadonlySet<string> = new Set(['grpc', 'http2', 'kubernetes.io/h2c']);

/** From `appProtocol`, else the part of the port's name before the first `-`. A port that says nothing carries HTTP. */
function portProtocol(port: Pick<ServicePort, 'name' | 'appProtocol' | 'port'>): PortProtocol {
  const stated = (port.appProtocol ?? port.name?.split('-')[0] ?? '').toLowerCase();
  if (TCP_NAMES.has(stated)) return 'tcp';
  if (HTTP2_NAMES.has(stated)) return 'http2';
  const isHttp = stated.startsWith('http') || stated === 'grpc-web' || stated === 'kubernetes.io/ws';
  return !isHttp && SERVER_FIRST.has(port.port) ? 'tcp' : 'http';
}
