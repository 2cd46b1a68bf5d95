/** How far a rolling update may stray from the wanted number of pods. Source: Kubernetes, deployment/util ResolveFenceposts. */
import type { IntOrString } from '../model/meta.ts';
import type { Deployment } from '../model/workload.ts';

export interface Limits {
  readonly replicas: number;
  /** Pods above `replicas`. */
  readonly maxSurge: number;
  /** Pods below `replicas`. */
  readonly maxUnavailable: number;
}

/** A percentage of `total`, rounded as told; a number stands for itself. Admission refuses other texts. */
function resolve(value: IntOrString, total: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value;
  const number = Number(value.replace(/%$/, ''));
  if (!Number.isFinite(number)) throw new TypeError(`expected a number or a percentage, got ${value}`);
  // Whole percents of whole numbers: the product is exact, so 10 % of 30 is 3 and not 3.0000000000000004.
  return value.endsWith('%') ? round((number * total) / 100) : number;
}

export function wantedReplicas(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

export function isRolling(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** Surge is rounded up, unavailable down; where both come to 0 one pod may be missing, else nothing could ever move. */
export function limitsOf(deployment: Deployment): Limits {
  const replicas = wantedReplicas(deployment);
  if (!isRolling(deployment)) return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const rolling = deployment.spec.strategy?.rollingUpdate;
  const maxSurge = resolve(rolling?.maxSurge ?? '25%', replicas, Math.ceil);
  const asked = resolve(rolling?.maxUnavailable ?? '25%', replicas, Math.floor);
  const maxUnavailable = maxSurge === 0 && asked === 0 ? 1 : asked;
  return { replicas, maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}
