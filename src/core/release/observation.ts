/** What the world shows at one look. Never stored as truth; whatever could not be read says so. */
import type { Message } from '../../texts/catalogue.ts';
import type { ArmCounts } from '../analysis/counts.ts';
import type { CommandVerb } from '../model/run.ts';
import type { ReleaseSpec } from '../model/release.ts';
import type { VersionRef } from './state.ts';

/** The pods of one version. */
export interface ArmReading {
  readonly deployment: string;
  /** As its Deployment asks for now. */
  readonly replicas: number;
  /** As its owner set them, before Serin lowered them. */
  readonly own: number;
  readonly ready: number;
  readonly pods: number;
  /** Restarts of all its pods together. */
  readonly restarts: number;
  /** Pods that wait in CrashLoopBackOff. */
  readonly crashing: number;
  /** Pods with a container that ended, was killed or cannot be started. */
  readonly down: number;
}

export type RouteSeen =
  | {
      readonly kind: 'read';
      /** Percent; null = no object of ours. */
      readonly candidateWeight: number | null;
      readonly inForce: boolean;
      readonly contradiction?: Message;
    }
  | { readonly kind: 'failed'; readonly message: Message }
  | { readonly kind: 'notRead' };

export type CountsSeen =
  | {
      readonly kind: 'read';
      readonly cursor: string;
      readonly stable: ArmCounts;
      readonly candidate: ArmCounts;
      /** Infinity = never. */
      readonly ageMs: number;
      readonly source: string;
    }
  | { readonly kind: 'failed'; readonly message: Message }
  | { readonly kind: 'notRead' };

export interface CommandSeen {
  /** Uid of the Command. */
  readonly id: string;
  readonly name: string;
  readonly verb: CommandVerb;
  readonly weight?: number;
  readonly version?: string;
  readonly by: string;
  readonly reason?: string;
}

/** A version that exists in the cluster now, oldest first in the list. */
export interface FoundVersion extends VersionRef {
  /** Labels that select exactly its pods among the service's. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The Deployment that a release with `workload.deployment` took over. */
export interface Original {
  readonly deployment: string;
  /** Of the template in force: the only version that can be new. */
  readonly hash: string;
  /** Marked, so that the Deployment controller does not roll it. */
  readonly claimed: boolean;
  /** Told to keep no pods of its own. */
  readonly emptied: boolean;
  /** Pods of its own that still run. */
  readonly pods: number;
  /** Replicas that its owner asks for. */
  readonly wanted: number;
}

export interface Observation {
  /** null = the release is gone or going. */
  readonly spec: ReleaseSpec | null;
  /** Versions that could be released; in deployment mode the template in force and the versions that still have pods. */
  readonly versions: readonly FoundVersion[];
  /** Only while nobody is stable: the version that the route gives most of the traffic to; absent = it tells none apart. */
  readonly routed?: VersionRef;
  /** Where no version can be told: the reason, e.g. a missing Service. */
  readonly blocked?: Message;
  /** Only in deployment mode. */
  readonly original?: Original;
  /** By Deployment. */
  readonly arms: Readonly<Record<string, ArmReading>>;
  /** Pods that all of the traffic needs. */
  readonly full: number;
  readonly route: RouteSeen;
  readonly counts: CountsSeen;
  /** Counts for the first retiring arm as candidate. */
  readonly retired: CountsSeen;
  /** Not yet answered, oldest first. */
  readonly commands: readonly CommandSeen[];
  /** Number for the next run: greater than that of every run that is stored. */
  readonly nextRun: number;
  /** Name of the release, for the names of its runs. */
  readonly name: string;
}

export function armOf(observation: Observation, version: VersionRef | null): ArmReading | undefined {
  return version === null ? undefined : observation.arms[version.deployment];
}
