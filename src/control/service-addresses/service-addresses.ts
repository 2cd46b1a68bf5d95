/** Gives Services their cluster address and NodePorts, writes them into the objects, and takes them back at the end. */
import type { KubeObject } from '../../core/model/meta.ts';
import type { Service, ServicePort } from '../../core/model/service.ts';
import type { Addresses } from '../../ports/addresses.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { keyOf, placeOf } from '../key.ts';
import type { Loop } from '../loop.ts';
import { startLoop } from '../loop.ts';
import { nodePortClaims, serviceClaim } from '../mesh-config/claims.ts';

export interface ServiceAddressesOptions extends ControllerOptions {
  readonly addresses: Addresses;
}

/** Starts the controller. Its cache must hold `Service`. */
export function startServiceAddresses(options: ServiceAddressesOptions): Loop {
  const { cache, clock, log, random, store } = options;
  return startLoop({
    name: 'service-addresses',
    store,
    cache,
    kinds: ['Service'],
    keysOf: ({ object }) => [keyOf(object.metadata)],
    reconcile: (key) => reconcile(key, options),
    clock,
    log,
    random,
  });
}

async function reconcile(key: string, { cache, addresses }: ServiceAddressesOptions): Promise<void> {
  const service = cache.get<Service>({ kind: 'Service', ...placeOf(key) });
  if (service === undefined) {
    await addresses.releaseService(placeOf(key));
    return;
  }
  if (service.spec.type === 'ExternalName') return;
  const spec = await granted(service, addresses);
  if (spec === service.spec) return;
  const object: KubeObject & { readonly spec: Service['spec'] } = { ...service, spec };
  await cache.write([{ op: 'update', object }]);
}

/** The spec with what was given; the same object where nothing is missing. */
async function granted(service: Service, addresses: Addresses): Promise<Service['spec']> {
  let { spec } = service;
  const own = serviceClaim(service);
  if (own !== undefined) {
    const { address } = await addresses.reserve(own);
    if (spec.clusterIP !== address) spec = { ...spec, clusterIP: address, clusterIPs: [address] };
  }
  const nodePorts = new Map<number, number>();
  for (const claim of nodePortClaims(service)) {
    const grant = await addresses.reserve(claim);
    const given = grant.ports[claim.port];
    if (given !== undefined) nodePorts.set(claim.port, given);
  }
  const withNodePort = (port: ServicePort): ServicePort => {
    const nodePort = nodePorts.get(port.port);
    return nodePort === undefined || port.nodePort !== undefined ? port : { ...port, nodePort };
  };
  const ports = spec.ports?.map(withNodePort);
  const changed = ports?.some((port, index) => port !== spec.ports?.[index]) ?? false;
  return changed && ports !== undefined ? { ...spec, ports } : spec;
}
