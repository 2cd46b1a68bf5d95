/**
 * A release that is being deleted: its traffic goes back to stable, its Deployment becomes an ordinary one again, and what
 * Serin wrote goes where nothing needs it. A finalizer keeps the Release until then, so that a crash in between loses nothing.
 */
import type { Release } from '../../core/model/release.ts';
import type { Run } from '../../core/model/run.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION } from '../../core/model/workload.ts';
import type { VersionRef } from '../../core/release/state.ts';
import type { FoundArms } from '../../core/release/versions.ts';
import { findArms, HASH_ANNOTATION, RELEASE_LABEL, versionHash } from '../../core/release/versions.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import type { Cache } from '../cache.ts';
import { loadRecord } from './record.ts';
import { routerOf, trafficSplit } from './split.ts';
import { workloads } from './world.ts';

const FINALIZER = 'serin.dev/traffic';

/** How often to look whether the original's own pods are ready, and the time in which proxies hear of a change. */
const LOOK_MS = 1_000;

export interface GivingUp {
  readonly cache: Cache;
  readonly traffic: Readonly<Record<string, TrafficProvider>>;
}

/** Makes sure that the release is not gone before its traffic is back. */
export async function holdOn(cache: Cache, release: Release): Promise<void> {
  const { finalizers = [], deletionTimestamp } = release.metadata;
  if (deletionTimestamp !== undefined || finalizers.includes(FINALIZER)) return;
  const metadata = { ...release.metadata, finalizers: [...finalizers, FINALIZER] };
  await cache.write([{ op: 'update', object: { ...release, metadata } as Release }]);
}

/** undefined = all is given back. @throws whatever the router throws; the caller tries again */
export async function giveUp(release: Release, { cache, traffic }: GivingUp): Promise<{ afterMs: number } | undefined> {
  const { namespace = '' } = release.metadata;
  const { state } = loadRecord(release, (name) => cache.get<Run>({ kind: 'Run', namespace, name }));
  const stable = state.run?.from ?? state.stable;
  const router = routerOf(release, traffic);
  if (stable === null || !router.ok) return undefined;
  const found = findArms(workloads(cache, release));
  const { settings, provider } = router;
  const split = trafficSplit({ stable, weight: 0, salt: '' }, { release, versions: found.versions, settings });
  const leaving: Leaving = { cache, release, provider, split, stable };
  if (release.spec.workload.deployment !== undefined) return handBack(leaving, release.spec.workload.deployment);
  await provider.remove(split);
  if (isAlone(found, stable)) await provider.remove(unpinned(split));
  return undefined;
}

/** Lets go of a release whose traffic is back. */
export async function letGo(cache: Cache, release: Release): Promise<void> {
  const finalizers = (release.metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
  await cache.write([
    { op: 'update', object: { ...release, metadata: { ...release.metadata, finalizers } } as Release },
  ]);
}

interface Leaving {
  readonly cache: Cache;
  readonly release: Release;
  readonly provider: TrafficProvider;
  readonly split: TrafficSplit;
  readonly stable: VersionRef;
}

function unpinned(split: TrafficSplit): TrafficSplit {
  return { ...split, stable: { ...split.stable, labels: {} } };
}

/** No other version has or wants pods that would get a part of the traffic without the pin. */
function isAlone({ arms }: FoundArms, stable: VersionRef): boolean {
  return Object.values(arms).every(
    (arm) => arm.deployment === stable.deployment || (arm.replicas === 0 && arm.pods === 0),
  );
}

/**
 * Deployment mode: the original rolls its own pods again; once those are ready the route names no version any more, and then
 * the versions' Deployments go. Where its template is not what is stable, it is left alone: handing it back would put
 * untested pods under all the traffic. Where it is gone as well, nobody wants the versions.
 */
async function handBack(leaving: Leaving, name: string): Promise<{ afterMs: number } | undefined> {
  const { cache, release, provider, split, stable } = leaving;
  const { namespace = '' } = release.metadata;
  const original = cache.get<Deployment>({ kind: 'Deployment', namespace, name });
  if (original === undefined) {
    await provider.remove(unpinned(split));
    await removeVersions(cache, release);
    return undefined;
  }
  const isReturnable = versionHash(original.spec.template) === stable.hash;
  const isReturned = isReturnable && (await unclaimed(cache, original));
  const isServing = isReturned && (original.status?.availableReplicas ?? 0) >= (original.spec.replicas ?? 1);
  const written = await provider.remove(isServing ? unpinned(split) : split);
  if (!isReturnable) return undefined;
  if (!isServing || written === 'changed') return { afterMs: LOOK_MS };
  await removeVersions(cache, release);
  return undefined;
}

/** True where the Deployment was its owner's before this look already, so that its status speaks of its own pods. */
async function unclaimed(cache: Cache, original: Deployment): Promise<boolean> {
  const {
    [RELEASE_OWNED_ANNOTATION]: owned,
    [KEEP_REPLICAS_ANNOTATION]: _kept,
    ...annotations
  } = original.metadata.annotations ?? {};
  if (owned === undefined) return true;
  await cache.write([{ op: 'update', object: { ...original, metadata: { ...original.metadata, annotations } } }]);
  return false;
}

async function removeVersions(cache: Cache, release: Release): Promise<void> {
  const { namespace = '', name: owner } = release.metadata;
  const made = cache
    .list<Deployment>('Deployment', { namespace, labels: { matchLabels: { [RELEASE_LABEL]: owner } } })
    .filter((one) => one.metadata.annotations?.[HASH_ANNOTATION] !== undefined);
  if (made.length === 0) return;
  await cache.write(
    made.map((one) => ({ op: 'delete', ref: { kind: 'Deployment', namespace, name: one.metadata.name } })),
  );
}
