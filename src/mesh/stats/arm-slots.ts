import type { ArmStats } from './arm.ts';

/** The counters of a pod by caller, so that the hot path finds them without making a key. */
export interface ArmSlots {
  readonly http: Map<object, ArmStats>;
  readonly grpc: Map<object, ArmStats>;
}

export function newArmSlots(): ArmSlots {
  return { http: new Map(), grpc: new Map() };
}
