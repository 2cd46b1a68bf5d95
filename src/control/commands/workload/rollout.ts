/** `rollout status | pause | resume | undo | history | restart`. */
import type { ObjectRef } from '../../../core/model/meta.ts';
import { formatTime } from '../../../core/model/time.ts';
import type { Deployment, ReplicaSet } from '../../../core/model/workload.ts';
import { rolloutProgress } from '../../../core/rollout/progress.ts';
import type { RolloutProgress } from '../../../core/rollout/progress.ts';
import { restarted } from '../../../core/rollout/template.ts';
import { planUndo, revisionsOf } from '../../../core/rollout/undo.ts';
import type { Revision } from '../../../core/rollout/undo.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Store } from '../../../ports/store.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { controllerOf } from '../../ownership.ts';
import { changeObject, required } from './change-object.ts';
import type { Changed } from './change-object.ts';

export interface DeploymentPlace {
  readonly namespace: string;
  readonly name: string;
}

function refOf({ namespace, name }: DeploymentPlace): ObjectRef {
  return { kind: 'Deployment', namespace, name };
}

/** `same` where it is paused (or running) already. @throws Fault `notFound`, `conflict` */
export function pauseRollout(store: Store, place: DeploymentPlace): Promise<Changed<Deployment>> {
  return changeObject<Deployment>(store, refOf(place), (live) =>
    live.spec.paused === true ? undefined : { ...live, spec: { ...live.spec, paused: true } },
  );
}

/** The opposite of `pauseRollout`. @throws Fault `notFound`, `conflict` */
export function resumeRollout(store: Store, place: DeploymentPlace): Promise<Changed<Deployment>> {
  return changeObject<Deployment>(store, refOf(place), (live) => {
    const { paused, ...spec } = live.spec;
    return paused === true ? { ...live, spec } : undefined;
  });
}

/** Replaces every pod as a rolling update would. @throws Fault `notFound`, `conflict`, `refused` where it is paused */
export function restartRollout(
  store: Store,
  place: DeploymentPlace,
  clock: Pick<Clock, 'now'>,
): Promise<Changed<Deployment>> {
  return changeObject<Deployment>(store, refOf(place), (live) => {
    if (live.spec.paused === true) throw pausedFault('rollout.pausedRestart', place.name);
    const template = restarted(live.spec.template, formatTime(clock.now()));
    return { ...live, spec: { ...live.spec, template } };
  });
}

export interface UndoRequest extends DeploymentPlace {
  /** Absent or 0 = the revision before the present one. */
  readonly toRevision?: number;
}

export interface Undone extends Changed<Deployment> {
  /** The revision whose template it has now. */
  readonly revision: number;
}

/** @throws Fault `notFound` (Deployment or revision), `refused` where it is paused, `conflict` */
export async function undoRollout(store: Store, request: UndoRequest): Promise<Undone> {
  let revision = 0;
  const changed = await changeObject<Deployment>(store, refOf(request), async (live) => {
    const plan = planUndo(live, await replicaSetsOf(store, live), request.toRevision);
    switch (plan.outcome) {
      case 'paused':
        throw pausedFault('rollout.pausedUndo', request.name);
      case 'missing':
        throw missingRevision(request, plan.known);
      case 'same':
        revision = plan.revision;
        return undefined;
      case 'changed':
        revision = plan.revision;
        return plan.deployment;
    }
  });
  return { ...changed, revision };
}

/** In rising order of revision. @throws Fault `notFound` */
export async function rolloutHistory(store: Store, place: DeploymentPlace): Promise<readonly Revision[]> {
  const deployment = await required<Deployment>(store, refOf(place));
  return revisionsOf(await replicaSetsOf(store, deployment));
}

export interface RolloutStatus {
  readonly deployment: Deployment;
  readonly progress: RolloutProgress;
  /** The sentence that `kubectl rollout status` would print. */
  readonly text: Message;
}

/** @throws Fault `notFound` */
export async function rolloutStatus(store: Store, place: DeploymentPlace): Promise<RolloutStatus> {
  return rolloutStatusOf(await required<Deployment>(store, refOf(place)));
}

/** The same for a Deployment that was read (or watched) already. */
export function rolloutStatusOf(deployment: Deployment): RolloutStatus {
  const progress = rolloutProgress(deployment);
  return { deployment, progress, text: progressText(deployment.metadata.name, progress) };
}

function progressText(name: string, progress: RolloutProgress): Message {
  switch (progress.state) {
    case 'done':
      return { key: 'rollout.done', params: { name } };
    case 'late':
      return { key: 'rollout.late', params: { name } };
    case 'released':
      return { key: 'rollout.released', params: { name, release: progress.release } };
    case 'waiting':
      return { key: `rollout.${progress.for}`, params: { name, have: progress.have, want: progress.want } };
  }
}

async function replicaSetsOf(store: Store, deployment: Deployment): Promise<readonly ReplicaSet[]> {
  const { namespace = '', uid } = deployment.metadata;
  const { items } = await store.list<ReplicaSet>('ReplicaSet', { namespace });
  return items.filter((set) => controllerOf(set)?.uid === uid);
}

function pausedFault(key: 'rollout.pausedUndo' | 'rollout.pausedRestart', name: string): Fault {
  return new Fault('refused', { key, params: { name } }, { remedy: { key: 'rollout.resumeFirst', params: { name } } });
}

function missingRevision({ name, toRevision = 0 }: UndoRequest, known: readonly number[]): Fault {
  if (toRevision === 0) return new Fault('notFound', { key: 'rollout.noEarlier', params: { name } });
  const params = { name, revision: toRevision };
  return new Fault('notFound', { key: 'rollout.noRevision', params }, { expected: known.join(', ') });
}
