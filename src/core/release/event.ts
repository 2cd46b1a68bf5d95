/** What can happen to a release. `decide` derives these from the observation; `step` answers each in every phase. */
import type { Message } from '../../texts/catalogue.ts';
import type { Plan } from '../strategy/plan.ts';
import type { VersionRef } from './state.ts';

/** Who asks, as the Command says. `id` is its uid, which makes a repetition harmless. */
export interface Asked {
  readonly id: string;
  readonly name: string;
  readonly by: string;
  readonly reason?: string;
}

/** What a new run needs beside its version; computed by `decide`, so that `step` stays arithmetic. */
export interface Start {
  readonly to: VersionRef;
  readonly plan: Plan;
  readonly number: number;
  readonly name: string;
  readonly restarts: number;
  /** Replicas of the candidate as its owner set them. */
  readonly own: number;
}

export type ReleaseEvent =
  | { readonly kind: 'abortRequested'; readonly asked: Asked }
  | { readonly kind: 'harmFound'; readonly reason: Message }
  | { readonly kind: 'candidateBroken'; readonly reason: Message }
  | { readonly kind: 'deadlinePassed'; readonly reason: Message }
  | { readonly kind: 'candidateGone'; readonly reason: Message }
  | { readonly kind: 'releaseDeleted' }
  | { readonly kind: 'versionAppeared'; readonly version: VersionRef; readonly policy: 'replace' | 'queue' | 'manual' }
  | { readonly kind: 'runDue'; readonly start: Start }
  | { readonly kind: 'startRequested'; readonly asked: Asked; readonly start: Start | Message }
  | { readonly kind: 'rollbackRequested'; readonly asked: Asked; readonly start: Start | Message }
  | { readonly kind: 'pauseRequested'; readonly asked: Asked }
  | { readonly kind: 'resumeRequested'; readonly asked: Asked }
  | { readonly kind: 'approveRequested'; readonly asked: Asked }
  | { readonly kind: 'promoteRequested'; readonly asked: Asked }
  | { readonly kind: 'promoteFullRequested'; readonly asked: Asked }
  | { readonly kind: 'skipRequested'; readonly asked: Asked }
  | { readonly kind: 'setWeightRequested'; readonly asked: Asked; readonly weight: number }
  | { readonly kind: 'planEdited'; readonly plan: Plan }
  | { readonly kind: 'shareWanted'; readonly weight: number }
  | { readonly kind: 'capacityReady' }
  | { readonly kind: 'splitInForce' }
  | { readonly kind: 'splitLost'; readonly reason: Message }
  | { readonly kind: 'stepDone' }
  | { readonly kind: 'drained'; readonly delayMs: number; readonly afterwards: 'scaleDown' | 'keep' | 'remove' };

export type EventKind = ReleaseEvent['kind'];

export const EVENT_KINDS: readonly EventKind[] = [
  'abortRequested',
  'harmFound',
  'candidateBroken',
  'deadlinePassed',
  'candidateGone',
  'releaseDeleted',
  'versionAppeared',
  'runDue',
  'startRequested',
  'rollbackRequested',
  'pauseRequested',
  'resumeRequested',
  'approveRequested',
  'promoteRequested',
  'promoteFullRequested',
  'skipRequested',
  'setWeightRequested',
  'planEdited',
  'shareWanted',
  'capacityReady',
  'splitInForce',
  'splitLost',
  'stepDone',
  'drained',
];
