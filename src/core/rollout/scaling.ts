/** What happens to ReplicaSets when the Deployment is scaled or paused in mid-rollout. Source: Kubernetes, deployment/sync.go. */
import { numberIn, DESIRED_REPLICAS_ANNOTATION, MAX_REPLICAS_ANNOTATION, sizeAnnotations } from './revisions.ts';
import { isRolling } from './limits.ts';
import type { Limits } from './limits.ts';
import { claimed, isRunningPod } from './availability.ts';
import type { Crew } from './availability.ts';
import type { Scene, Stance } from './scene.ts';

/** The crew at another size, noting what the Deployment wanted at that time. */
export function resized(crew: Crew, size: number, limits: Limits): Crew {
  const { set } = crew;
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(limits) };
  const next = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas: size } };
  return { ...crew, set: next, size };
}

/** True where the Deployment was scaled since its ReplicaSets were last sized. */
export function wasScaled(scene: Scene): boolean {
  return crewsIn(scene).some((crew) => {
    const desired = numberIn(crew.set.metadata.annotations, DESIRED_REPLICAS_ANNOTATION);
    return crew.size > 0 && desired !== undefined && desired !== scene.limits.replicas;
  });
}

export function crewsIn(stance: Stance): readonly Crew[] {
  return stance.current === undefined ? stance.old : [...stance.old, stance.current];
}

/** Puts changed crews back into their places. */
export function replaced(stance: Stance, changed: readonly Crew[]): Stance {
  const byUid = new Map(changed.map((crew) => [crew.set.metadata.uid, crew]));
  const pick = (crew: Crew): Crew => byUid.get(crew.set.metadata.uid) ?? crew;
  const old = stance.old.map(pick);
  return stance.current === undefined ? { old } : { old, current: pick(stance.current) };
}

/** Follows `spec.replicas` without moving from one version to the next. */
export function scaled(scene: Scene): Stance {
  const { limits } = scene;
  const only = activeOrLatest(scene);
  if (only !== undefined) return replaced(scene, [resized(only, sizeAlone(scene, only), limits)]);
  const active = crewsIn(scene).filter((crew) => crew.size > 0);
  if (isSaturated(scene)) {
    const old = active.filter((crew) => crew !== scene.current);
    return replaced(
      scene,
      old.map((crew) => resized(crew, 0, limits)),
    );
  }
  return isRolling(scene.deployment) ? replaced(scene, proportional(scene, active)) : scene;
}

/** True while pods of another ReplicaSet still have processes; a pod that is ending has them. */
export function othersRun(stance: Stance, crew: Crew | undefined): boolean {
  return crewsIn(stance).some((other) => other !== crew && other.pods.some(isRunningPod));
}

/**
 * Size of the one ReplicaSet that follows the Deployment. Kubernetes looks at sizes only; pods of others that are still
 * there count here too, and for Recreate they keep new ones from starting.
 */
function sizeAlone(scene: Scene, only: Crew): number {
  const { replicas, maxSurge } = scene.limits;
  if (only.size >= replicas) return replicas;
  if (!isRolling(scene.deployment)) return othersRun(scene, only) ? only.size : replicas;
  const others = crewsIn(scene).reduce((sum, crew) => sum + (crew === only ? 0 : claimed(crew)), 0);
  return Math.max(only.size, Math.min(replicas, replicas + maxSurge - others));
}

/** The one that follows the Deployment's size alone: the only active one, or the newest if none is active. */
function activeOrLatest(scene: Scene): Crew | undefined {
  const active = crewsIn(scene).filter((crew) => crew.size > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? scene.current ?? scene.old.at(-1);
}

function isSaturated({ current, limits }: Scene): boolean {
  if (current === undefined) return false;
  const desired = numberIn(current.set.metadata.annotations, DESIRED_REPLICAS_ANNOTATION);
  const { replicas } = limits;
  return current.size === replicas && desired === replicas && current.tally.available === replicas;
}

/** Shares a change of size among the active ReplicaSets by their sizes; what rounding leaves goes to the largest. */
function proportional(scene: Scene, active: readonly Crew[]): readonly Crew[] {
  const { limits } = scene;
  const allowed = limits.replicas > 0 ? limits.replicas + limits.maxSurge : 0;
  const room = allowed - active.reduce((sum, crew) => sum + crew.size, 0);
  const held = crewsIn(scene).reduce((sum, crew) => sum + claimed(crew), 0);
  const toAdd = room > 0 ? Math.max(0, allowed - held) : room;
  const newestFirst = toAdd > 0;
  const age = (crew: Crew): number => scene.age(crew);
  const order = [...active].sort((a, b) => b.size - a.size || (newestFirst ? age(a) - age(b) : age(b) - age(a)));
  let added = 0;
  const sizes = order.map((crew) => {
    const share = proportion(crew, scene, toAdd - added);
    added += share;
    return crew.size + share;
  });
  return order.map((crew, at) => {
    const leftover = at === 0 ? toAdd - added : 0;
    return resized(crew, Math.max(0, (sizes[at] ?? crew.size) + leftover), limits);
  });
}

/** Pods for this ReplicaSet out of what is left to add or, if negative, to remove. */
function proportion(crew: Crew, scene: Scene, left: number): number {
  if (crew.size === 0 || left === 0) return 0;
  const share = fraction(crew, scene);
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

function fraction(crew: Crew, { deployment, limits }: Scene): number {
  if (limits.replicas === 0) return -crew.size;
  const noted = numberIn(crew.set.metadata.annotations, MAX_REPLICAS_ANNOTATION) ?? 0;
  const before = noted > 0 ? noted : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.floor((crew.size * (limits.replicas + limits.maxSurge)) / before + 0.5) - crew.size;
}
