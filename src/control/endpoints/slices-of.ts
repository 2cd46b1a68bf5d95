/** EndpointSlices that a Service should have. Pure. Source: Kubernetes, endpointslice/reconciler.go and utils.go. */
import { isEnding } from '../../core/model/kinds.ts';
import type { NewObject, StringMap } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import { SERVICE_NAME_LABEL } from '../../core/model/service.ts';
import type {
  EndpointSlice,
  EndpointSlicePort,
  Service,
  ServicePort,
  SliceEndpoint,
} from '../../core/model/service.ts';
import { contentHash } from '../../core/release/hash.ts';
import { isReadyPod } from '../../core/rollout/availability.ts';
import { controllerReference } from '../ownership.ts';

export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
/** Slices that this controller made; others are somebody's own. */
export const OUR_SLICES = 'endpointslice-controller.k8s.io';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

const MOST_ENDPOINTS = 100;

/** `pods`: those that the Service selects. One slice for each distinct set of resolved ports, split at 100 endpoints. */
export function slicesOf(service: Service, pods: readonly Pod[]): readonly NewObject<EndpointSlice>[] {
  const groups = new Map<string, { readonly ports: readonly EndpointSlicePort[]; readonly pods: Pod[] }>();
  for (const pod of pods.filter(hasPlace)) {
    const ports = (service.spec.ports ?? []).flatMap((port) => resolved(port, pod));
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, pods: [] };
    group.pods.push(pod);
    groups.set(key, group);
  }
  // A Service without pods has one empty slice: it says "nobody", where no slice would say "not looked yet".
  if (groups.size === 0) groups.set('', { ports: [], pods: [] });
  return [...groups.values()].flatMap((group) => {
    const endpoints = group.pods.map((pod) => endpointOf(service, pod)).sort(byPodName);
    const chunks = Math.max(1, Math.ceil(endpoints.length / MOST_ENDPOINTS));
    return Array.from({ length: chunks }, (_, at) => {
      const part = endpoints.slice(at * MOST_ENDPOINTS, (at + 1) * MOST_ENDPOINTS);
      return sliceOf(service, { ports: group.ports, endpoints: part, part: at });
    });
  });
}

function hasPlace(pod: Pod): boolean {
  const { podIP, phase } = pod.status ?? {};
  return podIP !== undefined && podIP !== '' && phase !== 'Succeeded' && phase !== 'Failed';
}

/** Nothing where the pod has no port of that name. */
function resolved(port: ServicePort, pod: Pod): readonly EndpointSlicePort[] {
  const protocol = port.protocol ?? 'TCP';
  const target = port.targetPort ?? port.port;
  const number = typeof target === 'number' ? target : namedPort(pod, target, protocol);
  if (number === undefined) return [];
  return [
    {
      // Kubernetes leaves no port unnamed here: one without a name has the empty one.
      name: port.name ?? '',
      port: number,
      protocol,
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    },
  ];
}

function namedPort(pod: Pod, name: string, protocol: string): number | undefined {
  for (const container of pod.spec.containers) {
    const found = container.ports?.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

function endpointOf(service: Service, pod: Pod): SliceEndpoint {
  const { name, namespace = '', uid } = pod.metadata;
  const serving = isReadyPod(pod);
  const terminating = isEnding(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function byPodName(a: SliceEndpoint, b: SliceEndpoint): number {
  return (a.targetRef?.name ?? '') < (b.targetRef?.name ?? '') ? -1 : 1;
}

interface Part {
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
  /** Counts from 0. */
  readonly part: number;
}

/** Named after its ports, so that the same slice is found again after a crash. */
function sliceOf(service: Service, { ports, endpoints, part }: Part): NewObject<EndpointSlice> {
  const { name, namespace } = service.metadata;
  const suffix = part === 0 ? '' : `-${part}`;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${contentHash(ports).slice(0, 5)}${suffix}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

function labelsOf(service: Service): StringMap {
  return {
    ...service.metadata.labels,
    [SERVICE_NAME_LABEL]: service.metadata.name,
    [MANAGED_BY_LABEL]: OUR_SLICES,
    ...(service.spec.clusterIP === 'None' ? { [HEADLESS_LABEL]: '' } : {}),
  };
}
