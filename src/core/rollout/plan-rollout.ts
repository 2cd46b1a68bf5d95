/** One look at a Deployment: what to write next, its status, and when to look again. Pure. */
import { sameJson } from '../model/json.ts';
import type { NewObject, StringMap } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION, REVISION_ANNOTATION } from '../model/workload.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workload.ts';
import { crewsOf } from './availability.ts';
import type { Crew } from './availability.ts';
import {
  availableCondition,
  deadlineAt,
  holdConditions,
  isComplete,
  withCondition,
  withFailure,
  withNewSet,
  withProgress,
} from './conditions.ts';
import type { Conditions } from './conditions.ts';
import { limitsOf, isRolling } from './limits.ts';
import { asNewest, expired, numberIn } from './revisions.ts';
import { recreateStep, rollingStep } from './rolling.ts';
import { crewsIn, replaced, resized, scaled, wasScaled } from './scaling.ts';
import type { Scene, Stance } from './scene.ts';
import { sameTemplate } from './template.ts';

export type RolloutAction =
  | { readonly kind: 'create'; readonly replicaSet: NewObject<ReplicaSet> }
  /** The ReplicaSet as it should be; `scaled` where its size changes. */
  | {
      readonly kind: 'update';
      readonly replicaSet: ReplicaSet;
      readonly scaled?: { readonly from: number; readonly to: number };
    }
  | { readonly kind: 'delete'; readonly replicaSet: ReplicaSet }
  /** Annotations to set on the Deployment itself. */
  | { readonly kind: 'annotate'; readonly annotations: StringMap };

export interface RolloutPlan {
  /** To be written together with `status`. */
  readonly actions: readonly RolloutAction[];
  readonly status: DeploymentStatus;
  /** Look again then, even if nothing changes. */
  readonly requeueAfterMs?: number;
}

export interface RolloutInput {
  readonly deployment: Deployment;
  /** All that the Deployment owns. */
  readonly replicaSets: readonly ReplicaSet[];
  /** All pods of these ReplicaSets, ending ones too. */
  readonly pods: readonly Pod[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Decides like Kubernetes' Deployment controller: one step per look, from the present alone. */
export function planRollout(input: RolloutInput): RolloutPlan {
  const scene = sceneOf(input);
  const { deployment } = scene;
  const isEnding = deployment.metadata.deletionTimestamp !== undefined;
  if (isEnding) return planOf(scene, scene, deployment.status?.conditions ?? []);
  const conditions = holdConditions(deployment, scene.now);
  if (isOwned(deployment)) return planOf(scene, kept(scene), conditions);
  if (deployment.spec.paused === true || followsSize(scene)) {
    const stance = scaled(scene);
    const deleted = deployment.spec.paused === true ? expired(deployment, stance.old) : [];
    return planOf(scene, { ...stance, deleted }, conditions);
  }
  const stance = isRolling(deployment) ? rollingStep(scene) : recreateStep(scene);
  const isDone = isComplete(deployment, countsOf(scene, stance));
  const settled = isDone ? { ...stance, deleted: expired(deployment, stance.old) } : stance;
  const announced = withNewSet(scene, settled, conditions);
  const status = countsOf(scene, settled);
  return planOf(scene, settled, withProgress({ scene, stance: settled, status, conditions: announced }));
}

/** Recreate with several active ReplicaSets has nothing to share out: its own step ends the old ones. */
function followsSize(scene: Scene): boolean {
  const active = crewsIn(scene).filter((crew) => crew.size > 0);
  return wasScaled(scene) && (isRolling(scene.deployment) || active.length < 2);
}

function isOwned(deployment: Deployment): boolean {
  return deployment.metadata.annotations?.[RELEASE_OWNED_ANNOTATION] !== undefined;
}

function sceneOf({ deployment, replicaSets, pods, now }: RolloutInput): Scene {
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const crews = crewsOf(replicaSets, { pods, minReadySeconds, now });
  const found = crews.find((crew) => sameTemplate(crew.set.spec.template, deployment.spec.template));
  const old = crews.filter((crew) => crew !== found);
  const order = new Map([...crews].reverse().map((crew, at) => [crew.set.metadata.uid, at]));
  const isLeft = isOwned(deployment) || deployment.metadata.deletionTimestamp !== undefined;
  const current = found === undefined || isLeft ? found : asNewest(found, deployment, old);
  return {
    deployment,
    limits: limitsOf(deployment),
    now,
    stored: replicaSets,
    old,
    age: (crew) => order.get(crew.set.metadata.uid) ?? 0,
    ...(current === undefined ? {} : { current }),
  };
}

/** A Release runs the versions: the newest ReplicaSet keeps what the Release says, nothing is rolled. */
function kept(scene: Scene): Stance {
  const keep = numberIn(scene.deployment.metadata.annotations, KEEP_REPLICAS_ANNOTATION);
  if (keep === undefined) return scene;
  const newest = [...crewsIn(scene)].sort((a, b) => scene.age(a) - scene.age(b))[0];
  const changed = crewsIn(scene).map((crew) => resized(crew, crew === newest ? keep : 0, scene.limits));
  return replaced(scene, changed);
}

/** Counts as the pods are, not as ReplicaSets last reported. */
function countsOf(scene: Scene, stance: Stance): DeploymentStatus {
  const crews = crewsIn(stance);
  const sum = (count: (crew: Crew) => number): number => crews.reduce((total, crew) => total + count(crew), 0);
  const available = sum((crew) => crew.tally.available);
  const asked = sum((crew) => crew.size) + (stance.created?.spec.replicas ?? 0);
  const collisionCount = scene.deployment.status?.collisionCount;
  return {
    observedGeneration: scene.deployment.metadata.generation,
    replicas: sum((crew) => crew.tally.replicas),
    updatedReplicas: stance.current?.tally.replicas ?? 0,
    readyReplicas: sum((crew) => crew.tally.ready),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, asked - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

function planOf(scene: Scene, stance: Stance, conditions: Conditions): RolloutPlan {
  const { now } = scene;
  const counts = countsOf(scene, stance);
  const said = withFailure(withCondition(conditions, availableCondition(scene, counts), now), stance, now);
  const waits = crewsIn(scene).map((crew) => crew.tally.nextAvailableMs);
  const deadline = deadlineAt(scene.deployment, said);
  const next = [...waits, deadline === undefined ? undefined : Math.max(0, deadline - now)].filter(
    (wait) => wait !== undefined,
  );
  return {
    actions: actionsOf(scene, stance),
    status: { ...counts, conditions: said },
    ...(next.length === 0 ? {} : { requeueAfterMs: Math.min(...next) }),
  };
}

function actionsOf(scene: Scene, stance: Stance): readonly RolloutAction[] {
  const creations: readonly RolloutAction[] =
    stance.created === undefined ? [] : [{ kind: 'create', replicaSet: stance.created }];
  const deletions = (stance.deleted ?? []).map((replicaSet): RolloutAction => ({ kind: 'delete', replicaSet }));
  return [...creations, ...updates(scene, stance), ...deletions, ...annotations(scene, stance)];
}

function updates(scene: Scene, stance: Stance): readonly RolloutAction[] {
  const before = new Map(scene.stored.map((set) => [set.metadata.uid, set]));
  return crewsIn(stance).flatMap(({ set }): readonly RolloutAction[] => {
    const old = before.get(set.metadata.uid);
    if (old === undefined || sameJson(old, set)) return [];
    const [from, to] = [old.spec.replicas ?? 1, set.spec.replicas ?? 1];
    return [{ kind: 'update', replicaSet: set, ...(from === to ? {} : { scaled: { from, to } }) }];
  });
}

/** The Deployment shows the revision of its present ReplicaSet. */
function annotations(scene: Scene, stance: Stance): readonly RolloutAction[] {
  const { metadata } = scene.deployment;
  if (isOwned(scene.deployment) || metadata.deletionTimestamp !== undefined) return [];
  const revision = (stance.created ?? stance.current?.set)?.metadata.annotations?.[REVISION_ANNOTATION];
  if (revision === undefined || revision === metadata.annotations?.[REVISION_ANNOTATION]) return [];
  return [{ kind: 'annotate', annotations: { [REVISION_ANNOTATION]: revision } }];
}
