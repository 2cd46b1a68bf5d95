/** Which addresses and ports on this machine belong to whom. Given once, they stay, also over restarts. */

/** A workload that calls: the Deployment's name (or the pod's own where it has no owner). See `core/workload/identity.ts`. */
export interface CallerKey {
  readonly namespace: string;
  readonly workload: string;
}

export interface ServiceKey {
  readonly namespace: string;
  readonly name: string;
}

export type AddressClaim =
  /** A pod's own address; each nominal (container) port gets a real port that is unique on the machine. */
  | { readonly kind: 'pod'; readonly uid: string; readonly ports: readonly number[] }
  /** `spec.clusterIP` of a Service, with the Service's port numbers. */
  | { readonly kind: 'service'; readonly service: ServiceKey; readonly ports: readonly number[] }
  /** Where one calling workload reaches one service, with the Service's port numbers. */
  | {
      readonly kind: 'call';
      readonly caller: CallerKey;
      readonly service: ServiceKey;
      readonly ports: readonly number[];
    }
  /** A workload's forward proxy; its nominal port is `FORWARD_PROXY_PORT`. */
  | { readonly kind: 'forwardProxy'; readonly caller: CallerKey }
  /** A NodePort of a Service on 127.0.0.1; `port` is the Service's port number. */
  | { readonly kind: 'nodePort'; readonly service: ServiceKey; readonly port: number; readonly wanted?: number }
  /** A Gateway server's port number on 127.0.0.1. */
  | { readonly kind: 'gateway'; readonly port: number };

/** Nominal port of every forward proxy. */
export const FORWARD_PROXY_PORT = 15080;

export interface AddressGrant {
  readonly address: string;
  /** From nominal port to the port in use. */
  readonly ports: Readonly<Record<number, number>>;
  /** Nominal ports that could not be had as they are (no permission, taken) and were moved; never filled for pods. */
  readonly moved: readonly number[];
}

export interface Addresses {
  /** Gives the same answer for the same claim for ever; ports may be added later. Throws `Fault` when nothing is left. */
  reserve(claim: AddressClaim): Promise<AddressGrant>;
  /** What was given, without giving anything. */
  granted(claim: AddressClaim): AddressGrant | undefined;
  /** Gives back. Ports in the claim do not matter. No-op where nothing was given. */
  release(claim: AddressClaim): Promise<void>;
  /** Gives back all that belongs to a Service: its own address, every caller's address for it, its NodePorts. */
  releaseService(service: ServiceKey): Promise<void>;
}
