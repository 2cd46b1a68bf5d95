/** What the mesh is made of, as the watch tells it. Objects are kept by reference, so that unchanged ones stay the same. */
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { Gateway } from '../../core/model/gateway.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import { type Pod, PORTS_ANNOTATION } from '../../core/model/pod.ts';
import { type EndpointSlice, type Service, SERVICE_NAME_LABEL } from '../../core/model/service.ts';
import type { VirtualService } from '../../core/model/virtual-service.ts';
import type { WatchEvent } from '../../ports/store.ts';
import { keyOf } from '../key.ts';

export const MESH_KINDS = ['Service', 'EndpointSlice', 'Pod', 'VirtualService', 'DestinationRule', 'Gateway'] as const;

export interface Present {
  readonly services: Map<string, Service>;
  /** By key of the Service, then by uid. */
  readonly slices: Map<string, Map<string, EndpointSlice>>;
  readonly pods: Map<string, Pod>;
  readonly virtualServices: Map<string, VirtualService>;
  readonly destinationRules: Map<string, DestinationRule>;
  readonly gateways: Map<string, Gateway>;
  /** Newest version of the store that is taken in. */
  version: number;
}

export function emptyPresent(): Present {
  return {
    services: new Map(),
    slices: new Map(),
    pods: new Map(),
    virtualServices: new Map(),
    destinationRules: new Map(),
    gateways: new Map(),
    version: 0,
  };
}

/** True where the change can change the table. */
export function takeIn(present: Present, event: WatchEvent): boolean {
  present.version = Math.max(present.version, Number(event.resourceVersion));
  const { object } = event;
  switch (object.kind) {
    case 'Service':
      return put(present.services, event);
    case 'VirtualService':
      return put(present.virtualServices, event);
    case 'DestinationRule':
      return put(present.destinationRules, event);
    case 'Gateway':
      return put(present.gateways, event);
    case 'EndpointSlice':
      return putSlice(present, event);
    case 'Pod': {
      const before = present.pods.get(keyOf(object.metadata));
      const isSame = before?.metadata.uid === object.metadata.uid && meaningOf(before) === meaningOf(object);
      // The older object stays: whatever was made of it is still right.
      if (event.type !== 'deleted' && isSame) return false;
      return put(present.pods, event);
    }
    default:
      return false;
  }
}

function put<T extends KubeObject>(objects: Map<string, T>, event: WatchEvent): boolean {
  const key = keyOf(event.object.metadata);
  if (event.type === 'deleted') return objects.delete(key);
  // The kind was looked at by the caller; the store checked the shape when the object was written.
  objects.set(key, event.object as T);
  return true;
}

function putSlice(present: Present, event: WatchEvent): boolean {
  const { metadata } = event.object;
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  if (name === undefined) return false;
  const key = keyOf({ ...metadata, name });
  let slices = present.slices.get(key);
  if (slices === undefined) present.slices.set(key, (slices = new Map()));
  if (event.type === 'deleted') slices.delete(metadata.uid);
  else slices.set(metadata.uid, event.object as EndpointSlice);
  return true;
}

/** What the table takes from a pod; probes and restarts change the rest all the time. */
function meaningOf(pod: KubeObject): string {
  const { labels, annotations, ownerReferences } = pod.metadata;
  return JSON.stringify([labels, annotations?.[PORTS_ANNOTATION], ownerReferences]);
}
