/** Keeps the EndpointSlices of Services with a selector. */
import { sameJson } from '../../core/model/json.ts';
import { isEnding } from '../../core/model/kinds.ts';
import { matchesLabels } from '../../core/model/labels.ts';
import type { KubeObject, NewObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import { SERVICE_NAME_LABEL } from '../../core/model/service.ts';
import type { EndpointSlice, Service } from '../../core/model/service.ts';
import type { Write } from '../../ports/store.ts';
import type { Cache } from '../cache.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { keyOf, placeOf } from '../key.ts';
import { startLoop } from '../loop.ts';
import type { Loop } from '../loop.ts';
import { MANAGED_BY_LABEL, OUR_SLICES, slicesOf } from './slices-of.ts';

/** Starts the endpoints controller. */
export function startEndpointsController(options: ControllerOptions): Loop {
  const { cache, clock, log } = options;
  return startLoop({
    name: 'endpoints',
    store: options.store,
    cache,
    kinds: ['Service', 'Pod', 'EndpointSlice'],
    keysOf: ({ object }) => keysFor(cache, object),
    reconcile: (key) => reconcile(key, cache),
    clock,
    log,
    random: options.random,
  });
}

function keysFor(cache: Cache, object: KubeObject): readonly string[] {
  const { namespace = '', labels, uid } = object.metadata;
  if (object.kind === 'Service') return [keyOf(object.metadata)];
  if (object.kind === 'EndpointSlice') {
    const name = labels?.[SERVICE_NAME_LABEL];
    return name === undefined ? [] : [keyOf({ namespace, name })];
  }
  const selecting = cache
    .list<Service>('Service', { namespace })
    .filter((service) => selects(service, object) || isListed(cache, service, uid));
  return selecting.map((service) => keyOf(service.metadata));
}

function selects(service: Service, pod: KubeObject): boolean {
  const { selector } = service.spec;
  return selector !== undefined && Object.keys(selector).length > 0 && matchesLabels(selector, pod.metadata.labels);
}

/** True where a slice still names a pod whose labels no longer fit. */
function isListed(cache: Cache, service: Service, uid: string): boolean {
  return ownSlices(cache, service).some((slice) => slice.endpoints.some(({ targetRef }) => targetRef?.uid === uid));
}

function ownSlices(cache: Cache, service: Service): readonly EndpointSlice[] {
  return cache
    .owned<EndpointSlice>('EndpointSlice', service.metadata.uid)
    .filter(({ metadata }) => metadata.labels?.[MANAGED_BY_LABEL] === OUR_SLICES);
}

async function reconcile(key: string, cache: Cache): Promise<void> {
  const service = cache.get<Service>({ kind: 'Service', ...placeOf(key) });
  if (service === undefined || isEnding(service)) return;
  const { selector, type } = service.spec;
  // Without a selector the endpoints are somebody else's business, as in Kubernetes.
  if (selector === undefined || Object.keys(selector).length === 0 || type === 'ExternalName') return;
  const { namespace = '' } = service.metadata;
  const pods = cache.list<Pod>('Pod', { namespace, labels: { matchLabels: selector } });
  const wanted = slicesOf(service, pods);
  const writes = difference(wanted, ownSlices(cache, service));
  if (writes.length > 0) await cache.write(writes);
}

/** Writes that turn the slices that are there into the wanted ones. */
function difference(wanted: readonly NewObject<EndpointSlice>[], present: readonly EndpointSlice[]): readonly Write[] {
  const writes: Write[] = [];
  const left = new Map(present.map((slice) => [slice.metadata.name, slice]));
  for (const slice of wanted) {
    const before = left.get(slice.metadata.name);
    left.delete(slice.metadata.name);
    if (before === undefined) writes.push({ op: 'create', object: slice });
    else if (!isSame(slice, before)) {
      const { endpoints, ports, metadata } = slice;
      const next: EndpointSlice = {
        ...before,
        metadata: { ...before.metadata, labels: { ...metadata.labels } },
        endpoints,
        ports,
      };
      writes.push({ op: 'update', object: next });
    }
  }
  for (const { metadata } of left.values()) {
    writes.push({
      op: 'delete',
      ref: { kind: 'EndpointSlice', namespace: metadata.namespace ?? '', name: metadata.name },
    });
  }
  return writes;
}

function isSame(wanted: NewObject<EndpointSlice>, present: EndpointSlice): boolean {
  return (
    sameJson(wanted.endpoints, present.endpoints) &&
    sameJson(wanted.ports, present.ports) &&
    sameJson(wanted.metadata.labels, present.metadata.labels)
  );
}
