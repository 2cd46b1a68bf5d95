/** The release controller: watches, looks, decides, writes the decision, and only then acts on it. */
import { matchesLabels } from '../../core/model/labels.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import type { Release } from '../../core/model/release.ts';
import type { Command } from '../../core/model/run.ts';
import type { Service } from '../../core/model/service.ts';
import type { Deployment } from '../../core/model/workload.ts';
import type { Log } from '../../lib/log.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsSource } from '../../ports/metrics.ts';
import type { Store, Subscription, WatchEvent } from '../../ports/store.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { Cache } from '../cache.ts';
import { keyOf, placeOf } from '../key.ts';
import type { KeyToLookAt, Loop } from '../loop.ts';
import { startLoop } from '../loop.ts';
import { giveUp, letGo } from './give-up.ts';
import { reconcileRelease } from './reconcile.ts';
import { routedService, routerOf } from './split.ts';
import { RELEASE_KINDS } from './world.ts';

export interface ReleaseControllerOptions {
  readonly store: Store;
  /** By the name that stands in `spec.traffic`. */
  readonly traffic: Readonly<Record<string, TrafficProvider>>;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Takes events from this cache instead of an own one; it must hold `RELEASE_KINDS` and the kinds of the routers. */
  readonly cache?: Cache;
  /** Tells when requests to a service failed, so that the judge need not wait for its next second. */
  wake?(look: (service: { readonly namespace: string; readonly service: string }) => void): Subscription;
}

export interface Controller {
  /** Resolves once the first lists are in. */
  readonly ready: Promise<void>;
  /** Resolves when nothing is being looked at and nothing is due now. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function startReleaseController(options: ReleaseControllerOptions): Controller {
  const { store, clock, log, random } = options;
  const providers = Object.values(options.traffic);
  const failures = new Map<string, number>();
  const departed = new Map<string, Release>();
  const rerouted = new Set<string>();
  let isStarted = false;
  const loop: Loop = startLoop({
    name: 'release',
    store,
    kinds: [...new Set([...RELEASE_KINDS, ...providers.flatMap(({ kinds }) => kinds)])],
    ...(options.cache === undefined ? {} : { cache: options.cache }),
    keysOf: (event) => {
      noteDeparture(departed, event);
      if (!providers.some(({ kinds }) => kinds.includes(event.object.kind))) return keysOf(loop.cache, event);
      const keys = carriedKeys(loop.cache, event.object, options.traffic);
      // What is there at the start is what was last confirmed.
      if (isStarted) for (const key of keys) rerouted.add(key);
      return keys;
    },
    reconcile: async (key, turn) => {
      const { cache } = loop;
      const leaving = departed.get(key) ?? ending(cache, key);
      if (leaving === undefined) return reconcileRelease(key, turn, { ...options, cache, failures, rerouted });
      const again = await giveUp(leaving, { cache, traffic: options.traffic });
      if (again !== undefined) return { ...again, lane: 'safety' };
      if (!departed.delete(key)) await letGo(cache, leaving);
      return undefined;
    },
    clock,
    log,
    random,
    // An abort that cannot reach the router is tried again within this time at the latest.
    backoffLimitMs: 2_000,
  });
  void loop.ready.then(() => (isStarted = true));
  const waking = options.wake?.(({ namespace, service }) => {
    for (const release of loop.cache.list<Release>('Release', { namespace })) {
      const active = release.status?.run !== undefined;
      if (active && release.spec.service === service) loop.add(keyOf({ namespace, name: release.metadata.name }));
    }
  });
  return {
    ready: loop.ready,
    idle: () => loop.idle(),
    close: async () => {
      waking?.close();
      await loop.close();
    },
  };
}

/** A release that somebody deleted and that still holds traffic. */
function ending(cache: Cache, key: string): Release | undefined {
  const release = cache.get<Release>({ kind: 'Release', ...placeOf(key) });
  return release?.metadata.deletionTimestamp === undefined ? undefined : release;
}

/**
 * One that is gone, perhaps without its finalizer, is remembered until its traffic is back; one that was created anew takes
 * over from there.
 */
function noteDeparture(departed: Map<string, Release>, { type, object }: WatchEvent): void {
  if (object.kind !== 'Release') return;
  const { namespace = '', name } = object.metadata;
  if (type === 'deleted') departed.set(keyOf({ namespace, name }), object as Release);
  else departed.delete(keyOf({ namespace, name }));
}

/** Which releases a change concerns. Aborts take the safety lane. */
function keysOf(cache: Cache, event: WatchEvent): readonly KeyToLookAt[] {
  const { object } = event;
  const { namespace = '', name } = object.metadata;
  switch (object.kind) {
    case 'Release':
      if (event.type === 'deleted' || object.metadata.deletionTimestamp !== undefined)
        return [{ key: keyOf({ namespace, name }), lane: 'safety' }];
      return event.type === 'modified' && isOwnEcho(object as Release) ? [] : [keyOf({ namespace, name })];
    case 'Run':
      return [];
    case 'Command':
      return commandKeys(object as Command, namespace);
    default:
      return cache
        .list<Release>('Release', { namespace })
        .filter((release) => concerns(cache, release, object))
        .map((release) => keyOf({ namespace, name: release.metadata.name }));
  }
}

/** Releases whose split lies in this object. */
function carriedKeys(
  cache: Cache,
  object: KubeObject,
  traffic: ReleaseControllerOptions['traffic'],
): readonly string[] {
  const { namespace = '' } = object.metadata;
  return cache
    .list<Release>('Release', { namespace })
    .filter((release) => {
      const router = routerOf(release, traffic);
      if (!router.ok || !router.provider.kinds.includes(object.kind)) return false;
      return router.provider.carries(object, routedService(release, router.settings));
    })
    .map((release) => keyOf({ namespace, name: release.metadata.name }));
}

/** Our own status writes change nothing that we would decide anew. */
function isOwnEcho({ status, metadata }: Release): boolean {
  return status?.observedGeneration === metadata.generation && metadata.deletionTimestamp === undefined;
}

function commandKeys(command: Command, namespace: string): readonly KeyToLookAt[] {
  if (command.status !== undefined) return [];
  const key = keyOf({ namespace, name: command.spec.release });
  return [command.spec.verb === 'abort' ? { key, lane: 'safety' } : key];
}

/** A workload concerns the releases whose service selects its pods, or that made it. */
function concerns(cache: Cache, release: Release, object: KubeObject): boolean {
  const { namespace, name, labels } = object.metadata;
  const { service, workload } = release.spec;
  if (object.kind === 'Service') return name === service;
  if (object.kind === 'Deployment' && name === workload.deployment) return true;
  const selector = cache.get<Service>({ kind: 'Service', namespace: namespace ?? '', name: service })?.spec.selector;
  if (selector === undefined) return false;
  const own = object.kind === 'Deployment' ? (object as Deployment).spec.template.metadata?.labels : labels;
  return matchesLabels(selector, own);
}
