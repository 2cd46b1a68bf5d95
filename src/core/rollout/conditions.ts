/** Conditions of a Deployment, with reasons and sentences as Kubernetes writes them. Source: deployment/progress.go, util. */
import { wordingOf } from '../../texts/catalogue.ts';
import type { Condition } from '../model/meta.ts';
import { formatTime, parseTime } from '../model/time.ts';
import { RELEASE_OWNED_ANNOTATION } from '../model/workload.ts';
import type { Deployment, DeploymentStatus } from '../model/workload.ts';
import { wantedReplicas } from './limits.ts';
import { crewsIn } from './scaling.ts';
import type { Scene, Stance } from './scene.ts';

export type Conditions = readonly Condition[];

const DEFAULT_DEADLINE_SECONDS = 600;
const FINISHED = 'NewReplicaSetAvailable';
const LATE = 'ProgressDeadlineExceeded';
const held: ReadonlySet<string> = new Set(['DeploymentPaused', 'ReleaseOwned']);

export function conditionOf(conditions: Conditions | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

type Statement = Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'text'>;

/** Unchanged where status and reason are as before; the time of transition stays where the status does. */
export function withCondition(conditions: Conditions, next: Statement, now: number): Conditions {
  const before = conditionOf(conditions, next.type);
  if (before?.status === next.status && before.reason === next.reason) return conditions;
  return [...conditions.filter((condition) => condition.type !== next.type), confirmed(next, before, now)];
}

function confirmed(next: Statement, before: Condition | undefined, now: number): Condition {
  const time = formatTime(now);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : time;
  return { ...next, lastTransitionTime, lastUpdateTime: time };
}

function without(conditions: Conditions, type: string): Conditions {
  return conditions.filter((condition) => condition.type !== type);
}

/** Paused, resumed, or run by a Release: the deadline does not count meanwhile. */
export function holdConditions(deployment: Deployment, now: number): Conditions {
  const conditions = deployment.status?.conditions ?? [];
  const before = conditionOf(conditions, 'Progressing');
  const release = deployment.metadata.annotations?.[RELEASE_OWNED_ANNOTATION];
  const unknown = { type: 'Progressing', status: 'Unknown' } as const;
  if (release !== undefined) {
    const wording = wordingOf({ key: 'happening.releaseOwned', params: { release } });
    return withCondition(conditions, { ...unknown, reason: 'ReleaseOwned', ...wording }, now);
  }
  if (before?.reason === LATE) return conditions;
  if (deployment.spec.paused === true) {
    const wording = wordingOf({ key: 'happening.paused' });
    return withCondition(conditions, { ...unknown, reason: 'DeploymentPaused', ...wording }, now);
  }
  if (before === undefined || !held.has(before.reason)) return conditions;
  const wording = wordingOf({ key: 'happening.resumed' });
  return withCondition(conditions, { ...unknown, reason: 'DeploymentResumed', ...wording }, now);
}

export function availableCondition(scene: Scene, counts: DeploymentStatus): Statement {
  const least = scene.limits.replicas - scene.limits.maxUnavailable;
  return (counts.availableReplicas ?? 0) >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        ...wordingOf({ key: 'happening.available' }),
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        ...wordingOf({ key: 'happening.notAvailable' }),
      };
}

/** The failure of the current ReplicaSet, else of any. */
export function withFailure(conditions: Conditions, stance: Stance, now: number): Conditions {
  const crews = [...(stance.current === undefined ? [] : [stance.current]), ...crewsIn(stance)];
  for (const crew of crews) {
    const failure = conditionOf(crew.set.status?.conditions, 'ReplicaFailure');
    if (failure?.status !== 'True') continue;
    const { lastTransitionTime: _before, lastUpdateTime: _confirmed, ...statement } = failure;
    return withCondition(conditions, statement, now);
  }
  return without(conditions, 'ReplicaFailure');
}

/** All pods are of the present template, and all of them are available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    status.updatedReplicas === wanted &&
    status.replicas === wanted &&
    status.availableReplicas === wanted &&
    (status.observedGeneration ?? 0) >= deployment.metadata.generation
  );
}

function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When the present lack of progress becomes a failure, in milliseconds since 1970; undefined = nothing runs out. */
export function deadlineAt(deployment: Deployment, conditions: Conditions): number | undefined {
  const progress = conditionOf(conditions, 'Progressing');
  if (progress === undefined || progress.reason === FINISHED || progress.reason === LATE) return undefined;
  if (held.has(progress.reason)) return undefined;
  const since = parseTime(progress.lastUpdateTime ?? progress.lastTransitionTime) ?? 0;
  return since + (deployment.spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000;
}

export interface ProgressInput {
  readonly scene: Scene;
  readonly stance: Stance;
  readonly status: DeploymentStatus;
  readonly conditions: Conditions;
}

/** Says whether the rollout got on, is done, or has taken too long. */
export function withProgress({ scene, stance, status, conditions }: ProgressInput): Conditions {
  const { deployment, now } = scene;
  const before = conditionOf(conditions, 'Progressing');
  if (status.replicas === status.updatedReplicas && before?.reason === FINISHED) return conditions;
  const name = stance.current?.set.metadata.name;
  const params =
    name === undefined ? { kind: 'Deployment', name: deployment.metadata.name } : { kind: 'ReplicaSet', name };
  const type = 'Progressing';
  if (isComplete(deployment, status)) {
    const wording = wordingOf({ key: 'happening.progressed', params });
    return withCondition(conditions, { type, status: 'True', reason: FINISHED, ...wording }, now);
  }
  if (hasMoved(deployment.status ?? {}, status)) {
    const wording = wordingOf({ key: 'happening.progressing', params });
    const next = { type, status: 'True', reason: 'ReplicaSetUpdated', ...wording } as const;
    // Confirmed anew even if nothing but the counts changed: the deadline starts over.
    return [...without(conditions, type), confirmed(next, before, now)];
  }
  const deadline = deadlineAt(deployment, conditions);
  if (deadline !== undefined && now >= deadline) {
    const wording = wordingOf({ key: 'happening.late', params });
    return withCondition(conditions, { type, status: 'False', reason: LATE, ...wording }, now);
  }
  return conditions;
}

/** Said at once when the ReplicaSet of a new template is made or found. */
export function withNewSet(scene: Scene, stance: Stance, conditions: Conditions): Conditions {
  const type = 'Progressing';
  if (stance.created !== undefined) {
    const wording = wordingOf({ key: 'happening.createdSet', params: { name: stance.created.metadata.name } });
    return withCondition(conditions, { type, status: 'True', reason: 'NewReplicaSetCreated', ...wording }, scene.now);
  }
  if (stance.current === undefined || conditionOf(conditions, type) !== undefined) return conditions;
  const wording = wordingOf({ key: 'happening.foundSet', params: { name: stance.current.set.metadata.name } });
  return withCondition(conditions, { type, status: 'True', reason: 'FoundNewReplicaSet', ...wording }, scene.now);
}
