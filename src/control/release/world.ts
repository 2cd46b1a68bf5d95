/** What the caches know about one release, without reading anything. */
import type { Release } from '../../core/model/release.ts';
import type { Command, Run } from '../../core/model/run.ts';
import type { Pod } from '../../core/model/pod.ts';
import type { Service } from '../../core/model/service.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import type { CommandSeen, FoundVersion, Observation } from '../../core/release/observation.ts';
import type { ReleaseRecord, VersionRef } from '../../core/release/state.ts';
import type { FoundArms, Workloads } from '../../core/release/versions.ts';
import { findArms } from '../../core/release/versions.ts';
import type { Cache } from '../cache.ts';

export const RELEASE_KINDS: readonly string[] = [
  'Release',
  'Run',
  'Command',
  'Deployment',
  'ReplicaSet',
  'Pod',
  'Service',
];

export interface ReleaseWorld {
  readonly release: Release;
  readonly found: FoundArms;
  readonly runs: readonly Run[];
  /** Not yet answered, oldest first. */
  readonly commands: readonly Command[];
}

export function worldOf(cache: Cache, release: Release): ReleaseWorld {
  const { name, namespace = '' } = release.metadata;
  return {
    release,
    found: findArms(workloads(cache, release)),
    runs: cache.list<Run>('Run', { namespace }).filter((run) => run.spec.release === name),
    commands: cache
      .list<Command>('Command', { namespace })
      .filter((command) => command.spec.release === name && command.status === undefined)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion)),
  };
}

export function workloads(cache: Cache, release: Release): Workloads {
  const { namespace = '' } = release.metadata;
  return {
    release,
    service: cache.get<Service>({ kind: 'Service', namespace, name: release.spec.service }),
    deployments: cache.list<Deployment>('Deployment', { namespace }),
    replicaSets: (deployment) => cache.owned<ReplicaSet>('ReplicaSet', deployment.metadata.uid),
    pods: (owner) => cache.owned<Pod>('Pod', owner.metadata.uid),
  };
}

/** Everything but route and counts. */
export function cheapObservation(world: ReleaseWorld, state: ReleaseRecord): Observation {
  const { found, release } = world;
  const { name } = release.metadata;
  const ending = release.metadata.deletionTimestamp !== undefined;
  return {
    spec: ending ? null : release.spec,
    versions: found.versions,
    arms: found.arms,
    ...(found.blocked && { blocked: found.blocked }),
    ...(found.original && { original: found.original }),
    full: fullSize(found, state.run?.from ?? state.stable),
    route: { kind: 'notRead' },
    counts: { kind: 'notRead' },
    retired: { kind: 'notRead' },
    commands: world.commands.map(commandSeen),
    nextRun: nextNumber(world.runs, name),
    name,
  };
}

/** Pods that all of the traffic needs: what stable asks for, or what the owner of the original asks for. */
function fullSize(found: FoundArms, stable: VersionRef | null): number {
  const wanted = found.original?.wanted ?? (stable === null ? undefined : found.arms[stable.deployment]?.replicas);
  return Math.max(1, wanted ?? 1);
}

function commandSeen(command: Command): CommandSeen {
  const { verb, by, weight, version, reason } = command.spec;
  return {
    id: command.metadata.uid,
    name: command.metadata.name,
    verb,
    by,
    ...(weight === undefined ? {} : { weight }),
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function nextNumber(runs: readonly Run[], release: string): number {
  const numbers = runs.map((run) => Number(run.metadata.name.slice(release.length + 1))).filter(Number.isSafeInteger);
  return Math.max(0, ...numbers) + 1;
}

export function labelsOf(versions: readonly FoundVersion[], version: VersionRef): Readonly<Record<string, string>> {
  return versions.find((one) => one.hash === version.hash)?.labels ?? { version: version.version };
}
