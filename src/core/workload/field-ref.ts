import type { Container, Pod } from '../model/pod.ts';
import { quantity } from './quantity.ts';

/** What a pod can be told about itself that is not in its object yet. */
export interface PodFacts {
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** Value of a downward field (`env.valueFrom.fieldRef`); undefined where Kubernetes knows no such field. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string | undefined {
  const subscript = SUBSCRIPT.exec(path);
  if (subscript) {
    const map = subscript[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  const { metadata, spec } = pod;
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace ?? 'default',
    'metadata.uid': metadata.uid,
    'spec.nodeName': facts.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? spec.serviceAccount ?? 'default',
    'status.podIP': facts.podIP,
    'status.podIPs': facts.podIP,
    'status.hostIP': facts.hostIP,
    'status.hostIPs': facts.hostIP,
  };
  return Object.hasOwn(fields, path) ? fields[path] : undefined;
}

/** Capacity of the machine: where a container sets no limit, a kubelet tells the node's. */
export interface MachineCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Value of `resourceFieldRef`, rounded up to whole divisors as Kubernetes does; undefined where it cannot be told. */
export function resourceValue(
  container: Container | undefined,
  reference: { readonly resource: string; readonly divisor?: string | number },
  capacity: MachineCapacity,
): string | undefined {
  const [group, name] = reference.resource.split('.', 2);
  if ((group !== 'limits' && group !== 'requests') || (name !== 'cpu' && name !== 'memory')) return undefined;
  const own = stated(container, group, name) ?? (group === 'requests' ? stated(container, 'limits', name) : undefined);
  const otherwise = group === 'requests' ? 0 : name === 'cpu' ? capacity.cpus : capacity.memoryBytes;
  const divisor = quantity(reference.divisor ?? 1) || 1;
  return String(Math.ceil((own ?? otherwise) / divisor));
}

function stated(container: Container | undefined, group: string, name: string): number | undefined {
  const values = container?.resources?.[group];
  if (typeof values !== 'object' || values === null || !(name in values)) return undefined;
  const value: unknown = Object.entries(values).find(([key]) => key === name)?.[1];
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}
