/** Istio's VirtualService and DestinationRule as the router, also for the built-in mesh. */
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { KubeObject, NewObject } from '../../core/model/meta.ts';
import type { VirtualService } from '../../core/model/virtual-service.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store, Write } from '../../ports/store.ts';
import type { MeshProgress, RoutedService, SplitReading, TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import { hasTraces, leave } from './leave.ts';
import { isService } from './owned.ts';
import { readObjects, servingOf } from './read-back.ts';
import { type PresentObjects, render } from './render.ts';
import { istioSettings } from './settings.ts';

export interface IstioProviderOptions {
  readonly store: Pick<Store, 'list' | 'write'>;
  /** Absent where nobody can say how far the proxies are: what is written then counts as in force. */
  readonly mesh?: MeshProgress;
}

/** Another writer came between reading and writing; looking again settles it at once. */
const TRIES = 4;

export function createIstioProvider({ store, mesh }: IstioProviderOptions): TrafficProvider {
  async function objectsOf(split: RoutedService): Promise<PresentObjects> {
    const { namespace } = split;
    const [virtualServices, destinationRules] = await Promise.all([
      store.list<VirtualService>('VirtualService', { namespace }),
      store.list<DestinationRule>('DestinationRule', { namespace }),
    ]);
    return { virtualServices: virtualServices.items, destinationRules: destinationRules.items };
  }

  async function applyOnce(split: TrafficSplit): Promise<'changed' | 'same'> {
    const present = await objectsOf(split);
    const wanted = render(present, split);
    // The subsets before the routes that name them: whoever reads one by one never sees an unknown subset.
    const batch = [...writeFor(wanted.rule, present), ...writeFor(wanted.virtualService, present)];
    if (batch.length === 0) return 'same';
    await store.write(batch);
    return 'changed';
  }

  async function leaveOnce(split: TrafficSplit): Promise<'changed' | 'same'> {
    const batch = leave(await objectsOf(split), split);
    if (batch.length === 0) return 'same';
    await store.write(batch);
    return 'changed';
  }

  async function withRetry(work: () => Promise<'changed' | 'same'>): Promise<'changed' | 'same'> {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await work();
      } catch (error) {
        const isRace = error instanceof Fault && (error.code === 'conflict' || error.code === 'exists');
        if (!isRace || left === 0) throw error;
      }
    }
  }

  return {
    name: 'istio',
    capabilities: { weights: 'exact', sticky: true, match: true, mirror: true },
    serving: async (service) => servingOf(await objectsOf(service), service),
    kinds: ['VirtualService', 'DestinationRule'],
    carries,
    apply: (split) => withRetry(() => applyOnce(split)),
    async read(split): Promise<SplitReading> {
      const { version, ...reading } = readObjects(await objectsOf(split), split);
      return { ...reading, inForce: await isInForce(version, mesh) };
    },
    async remove(split): Promise<'changed' | 'same'> {
      if (!hasTraces(await objectsOf(split), split)) return 'same';
      const { candidate: _candidate, sticky: _sticky, ...rest } = split;
      const isAlone = Object.keys(split.stable.labels).length === 0;
      return withRetry(() => (isAlone ? leaveOnce(rest) : applyOnce({ ...rest, candidateWeight: 0 })));
    },
  };
}

/** Objects are found as in rendering: a VirtualService by its name, a DestinationRule by its name or its host. */
function carries(object: KubeObject, split: RoutedService): boolean {
  const { kind, metadata } = object;
  if (metadata.namespace !== split.namespace) return false;
  const { virtualService, destinationRule } = istioSettings(split);
  if (kind === 'VirtualService') return metadata.name === (virtualService?.name ?? split.service);
  if (kind !== 'DestinationRule') return false;
  if (destinationRule !== undefined) return metadata.name === destinationRule.name;
  return isService((object as DestinationRule).spec.host, split);
}

async function isInForce(version: number, mesh: MeshProgress | undefined): Promise<boolean> {
  if (mesh === undefined) return true;
  const acknowledged = await mesh.acknowledged();
  return acknowledged !== undefined && Number(acknowledged) >= version;
}

function writeFor(wanted: KubeObject | NewObject, present: PresentObjects): readonly Write[] {
  const all: readonly KubeObject[] = [...present.virtualServices, ...present.destinationRules];
  const known = all.find((object) => object === wanted);
  if (known !== undefined) return [];
  return isStored(wanted) ? [{ op: 'update', object: wanted }] : [{ op: 'create', object: wanted }];
}

function isStored(object: KubeObject | NewObject): object is KubeObject {
  return 'uid' in object.metadata;
}
