/** Which addresses the mesh has to listen on. */
import type { Pod } from '../../core/model/pod.ts';
import type { Service } from '../../core/model/service.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';
import { workloadIdentity } from '../../core/workload/identity.ts';
import type { AddressClaim, CallerKey, ServiceKey } from '../../ports/addresses.ts';
import type { Present } from './present.ts';

export interface Caller {
  readonly key: CallerKey;
  readonly identity: WorkloadIdentity;
}

/** Workloads that have pods, each with the identity of its newest pod, by name. */
export function callersOf(pods: Iterable<Pod>): readonly Caller[] {
  const newest = new Map<string, Pod>();
  const callers = new Map<string, Caller>();
  for (const pod of pods) {
    const identity = workloadIdentity(pod);
    const name = `${identity.namespace}/${identity.workload}`;
    const known = newest.get(name);
    if (known !== undefined && known.metadata.creationTimestamp >= pod.metadata.creationTimestamp) continue;
    newest.set(name, pod);
    callers.set(name, { key: { namespace: identity.namespace, workload: identity.workload }, identity });
  }
  return [...callers].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, caller]) => caller);
}

/** Services that have addresses of their own: all but ExternalName. */
export function isCallable({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && portsOf(spec).length > 0;
}

export function keyOfService({ metadata }: Service): ServiceKey {
  return { namespace: metadata.namespace ?? 'default', name: metadata.name };
}

function portsOf(spec: Service['spec']): readonly number[] {
  return (spec.ports ?? [])
    .filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
    .map(({ port }) => port);
}

export function callClaim(caller: CallerKey, service: Service): AddressClaim {
  return { kind: 'call', caller, service: keyOfService(service), ports: portsOf(service.spec) };
}

/** undefined for headless Services. */
export function serviceClaim(service: Service): AddressClaim | undefined {
  if (service.spec.clusterIP === 'None') return undefined;
  return { kind: 'service', service: keyOfService(service), ports: portsOf(service.spec) };
}

export function nodePortClaims(service: Service): readonly (AddressClaim & { readonly kind: 'nodePort' })[] {
  const { type, ports = [] } = service.spec;
  if (type !== 'NodePort' && type !== 'LoadBalancer') return [];
  return ports
    .filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
    .map(({ port, nodePort }) => ({
      kind: 'nodePort',
      service: keyOfService(service),
      port,
      ...(nodePort === undefined ? {} : { wanted: nodePort }),
    }));
}

/** Port numbers that Gateway objects ask for. */
export function gatewayPortsOf(present: Present): readonly number[] {
  const numbers = new Set<number>();
  for (const { spec } of present.gateways.values()) for (const { port } of spec.servers) numbers.add(port.number);
  return [...numbers].toSorted((a, b) => a - b);
}

/** Everything to be listened on. A workload gets addresses for the Services of its own namespace. */
export function claimsOf(
  present: Present,
  callers: readonly Caller[],
  options: { readonly forwardProxy: boolean },
): readonly AddressClaim[] {
  const services = [...present.services.values()].filter(isCallable);
  const byNamespace = Map.groupBy(services, (service) => keyOfService(service).namespace);
  const claims: AddressClaim[] = [];
  for (const service of services) {
    const own = serviceClaim(service);
    if (own !== undefined) claims.push(own);
    claims.push(...nodePortClaims(service));
  }
  for (const { key } of callers) {
    for (const service of byNamespace.get(key.namespace) ?? []) claims.push(callClaim(key, service));
    if (options.forwardProxy) claims.push({ kind: 'forwardProxy', caller: key });
  }
  for (const port of gatewayPortsOf(present)) claims.push({ kind: 'gateway', port });
  return claims;
}
