/** How far a rollout is, for people and scripts. Source: kubectl rollout status. */
import { RELEASE_OWNED_ANNOTATION } from '../model/workload.ts';
import type { Deployment, DeploymentStatus } from '../model/workload.ts';
import { conditionOf } from './conditions.ts';
import { wantedReplicas } from './limits.ts';

export type RolloutProgress =
  | { readonly state: 'done' }
  /** No progress within the deadline; it goes on trying. */
  | { readonly state: 'late' }
  /** A Release moves this Deployment's traffic and pods; its run says how far it is. */
  | { readonly state: 'released'; readonly release: string }
  | {
      readonly state: 'waiting';
      /**
       * `unseen`: the controller has not looked yet; `paused`; `updating`: new pods are being made; `ending`: old pods are
       * there still; `starting`: new pods are not available yet.
       */
      readonly for: 'unseen' | 'paused' | 'updating' | 'ending' | 'starting';
      /** Pods: new ones made, old ones left, or new ones available, by `for`. */
      readonly have: number;
      readonly want: number;
    };

/** Reads nothing but the Deployment and its status. */
export function rolloutProgress(deployment: Deployment): RolloutProgress {
  const release = deployment.metadata.annotations?.[RELEASE_OWNED_ANNOTATION];
  if (release !== undefined) return { state: 'released', release };
  const { status = {} } = deployment;
  const want = wantedReplicas(deployment);
  if ((status.observedGeneration ?? 0) < deployment.metadata.generation) {
    return { state: 'waiting', for: 'unseen', have: 0, want };
  }
  if (conditionOf(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return { state: 'late' };
  const rest = restOf(status, want);
  const isHeld = rest.state === 'waiting' && deployment.spec.paused === true;
  return isHeld ? { ...rest, for: 'paused' } : rest;
}

function restOf(status: DeploymentStatus, want: number): RolloutProgress {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const state = 'waiting';
  if (updatedReplicas < want) return { state, for: 'updating', have: updatedReplicas, want };
  if (replicas > updatedReplicas) return { state, for: 'ending', have: replicas - updatedReplicas, want: 0 };
  if (availableReplicas < updatedReplicas) {
    return { state, for: 'starting', have: availableReplicas, want: updatedReplicas };
  }
  return { state: 'done' };
}
