/** One step of a rolling update, and of Recreate. Source: Kubernetes, deployment/{rolling,recreate}.go. */
import { claimed, lastingAvailable } from './availability.ts';
import type { Crew } from './availability.ts';
import { newReplicaSet } from './revisions.ts';
import { crewsIn, othersRun, replaced, resized } from './scaling.ts';
import type { Scene, Stance } from './scene.ts';

/** New pods first as far as the surge allows, else old pods away as far as availability allows. */
export function rollingStep(scene: Scene): Stance {
  const { current, deployment, limits } = scene;
  if (current === undefined) {
    const size = newSize(scene, 0);
    return { old: scene.old, created: newReplicaSet(deployment, scene.old, { size, limits }) };
  }
  const size = current.size > limits.replicas ? limits.replicas : newSize(scene, current.size);
  if (size !== current.size) return replaced(scene, [resized(current, size, limits)]);
  return replaced(scene, shrunkOld(scene, current));
}

/** Counts pods that exist beside those that are asked for: a ReplicaSet that is slow to shrink must not let others grow. */
function newSize(scene: Scene, present: number): number {
  const { limits } = scene;
  const total = crewsIn(scene).reduce((sum, crew) => sum + claimed(crew), 0);
  const room = Math.max(0, limits.replicas + limits.maxSurge - total);
  return present + Math.min(room, limits.replicas - present);
}

function shrunkOld(scene: Scene, current: Crew): readonly Crew[] {
  const { limits } = scene;
  const all = crewsIn(scene).reduce((sum, crew) => sum + crew.size, 0);
  const least = limits.replicas - limits.maxUnavailable;
  const missing = current.size - lastingAvailable(current);
  const room = all - least - missing;
  if (room <= 0) return [];
  const cleaned = withoutUnhealthy(scene, room);
  const available = [...cleaned, current].reduce((sum, crew) => sum + lastingAvailable(crew), 0);
  return shrunk(cleaned, available - least, scene);
}

/** Old pods that serve nobody go before any that does. */
function withoutUnhealthy(scene: Scene, room: number): readonly Crew[] {
  let left = room;
  return scene.old.map((crew) => {
    const count = Math.min(left, crew.size - lastingAvailable(crew));
    left -= count;
    return count > 0 ? resized(crew, crew.size - count, scene.limits) : crew;
  });
}

/** Oldest ReplicaSets first. */
function shrunk(old: readonly Crew[], count: number, scene: Scene): readonly Crew[] {
  let left = Math.max(0, count);
  return old.map((crew) => {
    const step = Math.min(left, crew.size);
    left -= step;
    return step > 0 ? resized(crew, crew.size - step, scene.limits) : crew;
  });
}

/** All old pods away, then, once none of their processes runs any more, all new ones. */
export function recreateStep(scene: Scene): Stance {
  const { current, deployment, limits, old } = scene;
  const active = old.filter((crew) => crew.size > 0);
  if (active.length > 0) {
    return replaced(
      scene,
      active.map((crew) => resized(crew, 0, limits)),
    );
  }
  if (othersRun(scene, current)) return scene;
  if (current === undefined) {
    return { old, created: newReplicaSet(deployment, old, { size: limits.replicas, limits }) };
  }
  return current.size === limits.replicas ? scene : replaced(scene, [resized(current, limits.replicas, limits)]);
}
