import type { Place } from '../../../lib/fault.ts';
import type { Message } from '../../../texts/catalogue.ts';
import type { DestinationRule } from '../../model/destination-rule.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Service } from '../../model/service.ts';
import type { VirtualService } from '../../model/virtual-service.ts';
import type { Endpoint, RoutingTable, WorkloadIdentity } from '../table.ts';

/** All that a routing table is made of. Objects with the same identity as in an earlier call are known to be unchanged. */
export interface MeshInput {
  /** Version of the table: the store's resourceVersion. */
  readonly version: number;
  readonly services: readonly MeshService[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly gateways: readonly Gateway[];
  readonly callers: readonly MeshCaller[];
  /** Addresses without a known caller: cluster addresses and NodePorts. */
  readonly serviceAddresses: readonly ServiceAddress[];
  readonly gatewayWorkloads: readonly GatewayWorkload[];
  readonly settings: MeshSettings;
}

export interface MeshSettings {
  /** DNS suffix, `cluster.local`. */
  readonly domain: string;
  /** Namespace whose DestinationRules count for everyone, `istio-system`. */
  readonly rootNamespace: string;
  /** What callers may reach beside known services. */
  readonly outbound: 'allowAny' | 'registryOnly';
}

export const DEFAULT_SETTINGS: MeshSettings = {
  domain: 'cluster.local',
  rootNamespace: 'istio-system',
  outbound: 'allowAny',
};

export interface MeshService {
  readonly service: Service;
  /** Ready pods by service port number, with their real addresses and ports. */
  readonly endpoints: Readonly<Record<number, readonly Endpoint[]>>;
}

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** A place to listen. `nominalPort` is the port number in the objects. */
export interface Socket {
  readonly address: string;
  readonly port: number;
  readonly nominalPort: number;
}

/** A workload that calls services, each at an address of its own. */
export interface MeshCaller {
  readonly identity: WorkloadIdentity;
  readonly calls: readonly { readonly service: ServiceName; readonly sockets: readonly Socket[] }[];
  readonly forwardProxy?: Socket;
}

export interface ServiceAddress {
  readonly service: ServiceName;
  readonly kind: 'cluster' | 'nodePort';
  /** `nominalPort` is the Service's port number also for NodePorts. */
  readonly sockets: readonly Socket[];
}

/** A gateway that takes every Gateway object whose selector its labels satisfy. */
export interface GatewayWorkload {
  readonly identity: WorkloadIdentity;
  readonly sockets: readonly Socket[];
}

/** Something in the objects that the table cannot do as written. */
export interface Problem {
  /** `error`: part of the object has no effect; `notice`: it works, with a difference. */
  readonly severity: 'error' | 'notice';
  readonly place: Place;
  readonly text: Message;
}

export interface Compiled {
  readonly table: RoutingTable;
  readonly problems: readonly Problem[];
}
