/** How far a rollout is, for people and scripts. Source: kubectl rollout status. */
import { RELEASE_OWNED_ANNOTATION } from '../model/workload.ts';
import type { Deployment } from '../model/workload.ts';
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
  const updated = status.updatedReplicas ?? 0;
  const waiting = (reason: 'unseen' | 'updating' | 'ending' | 'starting', have: number, of: number): RolloutProgress =>
    deployment.spec.paused === true && reason !== 'unseen'
      ? { state: 'waiting', for: 'paused', have, want: of }
      : { state: 'waiting', for: reason, have, want: of };
  if ((status.observedGeneration ?? 0) < deployment.metadata.generation) return waiting('unseen', 0, want);
  if (conditionOf(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return { state: 'late' };
  if (updated < want) return waiting('updating', updated, want);
  const old = (status.replicas ?? 0) - updated;
  if (old > 0) return waiting('ending', old, 0);
  const available = status.availableReplicas ?? 0;
  return available < updated ? waiting('starting', available, updated) : { state: 'done' };
}
