/** Ready pods of a Service, by service port, at the addresses and ports that their processes really have. */
import { type Pod, PORTS_ANNOTATION } from '../../core/model/pod.ts';
import type { EndpointSlice, EndpointSlicePort, Service, SliceEndpoint } from '../../core/model/service.ts';
import type { Endpoint, WorkloadIdentity } from '../../core/routing/table.ts';
import { workloadIdentity } from '../../core/workload/identity.ts';
import { keyOf } from '../key.ts';

const UNKNOWN: WorkloadIdentity = {
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  labels: {},
};

export interface EndpointSources {
  readonly slices: Iterable<EndpointSlice>;
  readonly pods: ReadonlyMap<string, Pod>;
}

type EndpointsByPort = Readonly<Record<number, readonly Endpoint[]>>;

/** Endpoints of a Service; the same object again where Service, slices and pods are the same objects as last time. */
export type EndpointMemory = WeakMap<
  Service,
  { readonly sources: readonly unknown[]; readonly endpoints: EndpointsByPort }
>;

export function rememberedEndpoints(
  service: Service,
  { slices, pods }: EndpointSources,
  memory: EndpointMemory,
): EndpointsByPort {
  const all = [...slices];
  const behind = all.flatMap(({ endpoints }) =>
    endpoints.map(({ targetRef }) => targetRef && pods.get(keyOf(targetRef))),
  );
  const sources = [...all, ...behind];
  const known = memory.get(service);
  if (known !== undefined && sameObjects(known.sources, sources)) return known.endpoints;
  const endpoints = serviceEndpoints(service, { slices: all, pods });
  memory.set(service, { sources, endpoints });
  return endpoints;
}

function sameObjects(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((object, index) => object === b[index]);
}

/** Ordered by pod name, so that the same pods always give the same table. */
function serviceEndpoints(service: Service, { slices, pods }: EndpointSources): EndpointsByPort {
  const byPort: Record<number, Endpoint[]> = {};
  for (const { port, name } of service.spec.ports ?? []) {
    const endpoints: Endpoint[] = [];
    for (const slice of slices) {
      const target = slice.ports.find((candidate) => sameName(candidate, name));
      if (target === undefined) continue;
      for (const entry of slice.endpoints) {
        if (entry.conditions.ready) endpoints.push(...endpointsOf(entry, target.port, pods));
      }
    }
    byPort[port] = endpoints.toSorted((a, b) => (a.pod < b.pod ? -1 : a.pod > b.pod ? 1 : 0));
  }
  return byPort;
}

function sameName(port: EndpointSlicePort, name: string | undefined): boolean {
  return (port.name ?? '') === (name ?? '');
}

function endpointsOf(
  { addresses, targetRef }: SliceEndpoint,
  targetPort: number,
  pods: ReadonlyMap<string, Pod>,
): readonly Endpoint[] {
  const pod = targetRef === undefined ? undefined : pods.get(keyOf(targetRef));
  const port = pod === undefined ? targetPort : (realPorts(pod)[String(targetPort)] ?? targetPort);
  const workload = pod === undefined ? UNKNOWN : workloadIdentity(pod);
  return addresses.map((address) => ({ address, port, pod: targetRef?.name ?? '', workload }));
}

/** From container port to the port in use; empty where the annotation is missing or no map of numbers. */
function realPorts(pod: Pod): Readonly<Record<string, number>> {
  const text = pod.metadata.annotations?.[PORTS_ANNOTATION];
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return {};
  }
}
