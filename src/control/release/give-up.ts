/** A release that was deleted: its traffic goes back to stable, and its Deployment becomes an ordinary one again. */
import type { Release } from '../../core/model/release.ts';
import type { Run } from '../../core/model/run.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION } from '../../core/model/workload.ts';
import type { VersionRef } from '../../core/release/state.ts';
import { findArms, HASH_ANNOTATION, RELEASE_LABEL, versionHash } from '../../core/release/versions.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { Cache } from '../cache.ts';
import { loadRecord } from './record.ts';
import { routerOf, trafficSplit } from './split.ts';
import { workloads } from './world.ts';

export interface GivingUp {
  readonly cache: Cache;
  readonly traffic: Readonly<Record<string, TrafficProvider>>;
  /** By key, as they were when they were deleted. */
  readonly departed: Map<string, Release>;
}

/** How often to look whether the original's own pods are ready. */
const LOOK_MS = 1_000;

/** @throws whatever the router throws; the caller tries again */
export async function giveUp(
  key: string,
  { cache, traffic, departed }: GivingUp,
): Promise<{ afterMs: number } | undefined> {
  const release = departed.get(key);
  if (release === undefined) return undefined;
  const { namespace = '' } = release.metadata;
  const { state } = loadRecord(release, (name) => cache.get<Run>({ kind: 'Run', namespace, name }));
  const stable = state.run?.from ?? state.stable;
  const router = routerOf(release, traffic);
  if (stable !== null && router.ok) {
    const { versions } = findArms(workloads(cache, release));
    const intent = { stable, weight: 0, salt: '' };
    await router.provider.remove(trafficSplit(intent, { release, versions, settings: router.settings }));
  }
  const isDone = stable === null || (await returned(cache, release, stable));
  if (isDone) departed.delete(key);
  return isDone ? undefined : { afterMs: LOOK_MS };
}

/**
 * Deployment mode: the original rolls its own pods again, and the versions' Deployments go once those are ready. Where its
 * template is not what is stable, it is left alone: handing it back would put untested pods under all the traffic.
 */
async function returned(cache: Cache, release: Release, stable: VersionRef): Promise<boolean> {
  const { namespace = '', name: owner } = release.metadata;
  const { deployment } = release.spec.workload;
  if (deployment === undefined) return true;
  const original = cache.get<Deployment>({ kind: 'Deployment', namespace, name: deployment });
  if (original === undefined || versionHash(original.spec.template) !== stable.hash) return true;
  const {
    [RELEASE_OWNED_ANNOTATION]: owned,
    [KEEP_REPLICAS_ANNOTATION]: _kept,
    ...annotations
  } = original.metadata.annotations ?? {};
  if (owned !== undefined) {
    await cache.write([{ op: 'update', object: { ...original, metadata: { ...original.metadata, annotations } } }]);
    return false;
  }
  if ((original.status?.availableReplicas ?? 0) < (original.spec.replicas ?? 1)) return false;
  const made = cache
    .list<Deployment>('Deployment', { namespace, labels: { matchLabels: { [RELEASE_LABEL]: owner } } })
    .filter((one) => one.metadata.annotations?.[HASH_ANNOTATION] !== undefined);
  await cache.write(
    made.map((one) => ({ op: 'delete', ref: { kind: 'Deployment', namespace, name: one.metadata.name } })),
  );
  return true;
}
