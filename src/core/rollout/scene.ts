/** What one look at a Deployment sees, and where a step leaves it. */
import type { NewObject } from '../model/meta.ts';
import type { Deployment, ReplicaSet } from '../model/workload.ts';
import type { Crew } from './availability.ts';
import type { Limits } from './limits.ts';

/** Sizes of all ReplicaSets; a step hands back another one. `old` is in order of age, oldest first. */
export interface Stance {
  /** The ReplicaSet of the Deployment's present template. */
  readonly current?: Crew;
  readonly old: readonly Crew[];
  /** To be created: the ReplicaSet that is missing for the present template. */
  readonly created?: NewObject<ReplicaSet>;
  readonly deleted?: readonly ReplicaSet[];
}

export interface Scene extends Stance {
  readonly deployment: Deployment;
  readonly limits: Limits;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The ReplicaSets as they are stored. */
  readonly stored: readonly ReplicaSet[];
  /** Place in the order of creation, the newest 0. */
  age(crew: Crew): number;
}
