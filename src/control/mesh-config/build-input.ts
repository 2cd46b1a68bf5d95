/** From objects and granted addresses to what the compiler takes. */
import type { Service } from '../../core/model/service.ts';
import type {
  GatewayWorkload,
  MeshCaller,
  MeshInput,
  MeshService,
  MeshSettings,
  ServiceAddress,
  Socket,
} from '../../core/routing/compile/input.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';
import type { AddressClaim, Addresses, AddressGrant } from '../../ports/addresses.ts';
import { FORWARD_PROXY_PORT } from '../../ports/addresses.ts';
import { keyOf } from '../key.ts';
import {
  callClaim,
  type Caller,
  gatewayPortsOf,
  isCallable,
  keyOfService,
  nodePortClaims,
  serviceClaim,
} from './claims.ts';
import { type EndpointMemory, rememberedEndpoints } from './endpoints.ts';
import type { Present } from './present.ts';

/** The gateway that comes with the mesh; Gateway objects select it as they select Istio's own. */
const INGRESS_GATEWAY: WorkloadIdentity = {
  workload: 'istio-ingressgateway',
  namespace: 'istio-system',
  app: 'istio-ingressgateway',
  version: 'latest',
  labels: { istio: 'ingressgateway', app: 'istio-ingressgateway' },
};

export interface InputParts {
  readonly present: Present;
  readonly callers: readonly Caller[];
  readonly addresses: Pick<Addresses, 'granted'>;
  readonly settings: MeshSettings;
  readonly memory: EndpointMemory;
}

/** Leaves out what has no address yet. */
export function buildInput({ present, callers, addresses, settings, memory }: InputParts): MeshInput {
  const services = [...present.services.values()];
  const callable = services.filter(isCallable);
  const byNamespace = Map.groupBy(callable, (service) => keyOfService(service).namespace);
  const granted = (claim: AddressClaim): AddressGrant | undefined => addresses.granted(claim);
  return {
    version: present.version,
    services: services.map((service) => meshService(service, present, memory)),
    virtualServices: [...present.virtualServices.values()],
    destinationRules: [...present.destinationRules.values()],
    gateways: [...present.gateways.values()],
    callers: callers.map((caller) => meshCaller(caller, byNamespace.get(caller.key.namespace) ?? [], granted)),
    serviceAddresses: callable.flatMap((service) => serviceAddresses(service, granted)),
    gatewayWorkloads: [gatewayWorkload(present, granted)],
    settings,
  };
}

type Granted = (claim: AddressClaim) => AddressGrant | undefined;

function meshService(service: Service, present: Present, memory: EndpointMemory): MeshService {
  const slices = present.slices.get(keyOf(service.metadata))?.values() ?? [];
  return { service, endpoints: rememberedEndpoints(service, { slices, pods: present.pods }, memory) };
}

function socketsOf(grant: AddressGrant | undefined): readonly Socket[] {
  if (grant === undefined) return [];
  return Object.entries(grant.ports).map(([nominal, port]) => ({
    address: grant.address,
    port,
    nominalPort: Number(nominal),
  }));
}

function meshCaller({ key, identity }: Caller, services: readonly Service[], granted: Granted): MeshCaller {
  const calls = services.flatMap((service) => {
    const sockets = socketsOf(granted(callClaim(key, service)));
    return sockets.length === 0 ? [] : [{ service: keyOfService(service), sockets }];
  });
  const proxy = granted({ kind: 'forwardProxy', caller: key });
  const port = proxy?.ports[FORWARD_PROXY_PORT];
  if (proxy === undefined || port === undefined) return { identity, calls };
  return { identity, calls, forwardProxy: { address: proxy.address, port, nominalPort: FORWARD_PROXY_PORT } };
}

function serviceAddresses(service: Service, granted: Granted): readonly ServiceAddress[] {
  const key = keyOfService(service);
  const found: ServiceAddress[] = [];
  const own = serviceClaim(service);
  const sockets = own === undefined ? [] : socketsOf(granted(own));
  if (sockets.length > 0) found.push({ service: key, kind: 'cluster', sockets });
  for (const claim of nodePortClaims(service)) {
    const places = socketsOf(granted(claim)).map((socket) => ({ ...socket, nominalPort: claim.port }));
    if (places.length > 0) found.push({ service: key, kind: 'nodePort', sockets: places });
  }
  return found;
}

function gatewayWorkload(present: Present, granted: Granted): GatewayWorkload {
  const sockets = gatewayPortsOf(present).flatMap((port) =>
    socketsOf(granted({ kind: 'gateway', port })).map((socket) => ({ ...socket, nominalPort: port })),
  );
  return { identity: INGRESS_GATEWAY, sockets };
}
