import type { Condition, IntOrString, KubeObject, LabelSelector } from './meta.ts';
import type { PodTemplate } from './pod.ts';

export interface DeploymentStrategy {
  readonly type?: 'RollingUpdate' | 'Recreate';
  readonly rollingUpdate?: { readonly maxSurge?: IntOrString; readonly maxUnavailable?: IntOrString };
}

/** Defaults: replicas 1, RollingUpdate 25 % / 25 %, minReadySeconds 0, progressDeadlineSeconds 600, revisionHistoryLimit 10. */
export interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly strategy?: DeploymentStrategy;
  readonly minReadySeconds?: number;
  readonly progressDeadlineSeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly Condition[];
}

export interface Deployment extends KubeObject {
  readonly kind: 'Deployment';
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

export interface ReplicaSetSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly minReadySeconds?: number;
}

export interface ReplicaSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly conditions?: readonly Condition[];
}

export interface ReplicaSet extends KubeObject {
  readonly kind: 'ReplicaSet';
  readonly spec: ReplicaSetSpec;
  readonly status?: ReplicaSetStatus;
}

/** Set by the Deployment controller on its ReplicaSets and itself, as in Kubernetes. */
export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';
export const CHANGE_CAUSE_ANNOTATION = 'kubernetes.io/change-cause';
export const RESTARTED_AT_ANNOTATION = 'kubectl.kubernetes.io/restartedAt';
export const POD_TEMPLATE_HASH_LABEL = 'pod-template-hash';
/**
 * On a Deployment that a Release with `workload.deployment` owns: value = name of the Release. The Deployment controller
 * then leaves its ReplicaSets alone; the Release runs one Deployment per version instead.
 */
export const RELEASE_OWNED_ANNOTATION = 'serin.dev/release';
/**
 * On a Deployment with `RELEASE_OWNED_ANNOTATION`: how many pods its newest ReplicaSet keeps, a whole number; older ones
 * keep none then. Absent = nothing is scaled.
 */
export const KEEP_REPLICAS_ANNOTATION = 'serin.dev/keep-replicas';
