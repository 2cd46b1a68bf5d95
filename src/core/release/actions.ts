/** From the record and the observation to what has to be done: level-based, so a crash loses nothing. */
import type { Action, SplitIntent } from './action.ts';
import { ACTION_CLASSES } from './action.ts';
import { candidateReplicas, mayLower, stableReplicas } from './capacity.ts';
import type { Observation } from './observation.ts';
import { armOf } from './observation.ts';
import { DRAIN_MS } from './progress.ts';
import type { ReleaseRecord, Retiring, RunRecord, VersionRef } from './state.ts';
import { isPinned } from './state.ts';

export function actionsOf(state: ReleaseRecord, seen: Observation, now: number): readonly Action[] {
  const { run } = state;
  const wanted = run === null ? idleActions(state, seen) : runActions(run, seen);
  const all = [...wanted, ...retireActions(state, seen, now)];
  return all.sort((left, right) => ACTION_CLASSES.indexOf(left.class) - ACTION_CLASSES.indexOf(right.class));
}

/** Everything goes to stable; told once, and again until the router confirms. */
function idleActions(state: ReleaseRecord, seen: Observation): readonly Action[] {
  const { stable, pin } = state;
  if (stable === null) return [];
  const owned = ownedActions(stable, state, seen);
  if (pin === null || pin.inForceSince !== null || !mayPin(stable, state, seen)) return owned;
  const split: SplitIntent = { stable, weight: 0, salt: '' };
  if (state.deleted) return [{ class: 'safety', kind: 'release', key: `release/${pin.key}`, split }];
  return [...owned, { class: 'routing', kind: 'split', key: `pin/${pin.key}`, split }];
}

/** Others that serve now must not lose their requests to pods that are not there yet. */
function mayPin(stable: VersionRef, state: ReleaseRecord, seen: Observation): boolean {
  const { original, arms } = seen;
  const ready = armOf(seen, stable)?.ready ?? 0;
  // While the original's pods still serve, the version's own pods must stand before the route names only them.
  if (original !== undefined) return original.pods === 0 || ready >= original.wanted;
  const isNew = state.runs === 0;
  return !isNew || ready > 0 || Object.values(arms).every((arm) => arm.ready === 0);
}

/** Deployment mode: claim the original, keep stable at the size its owner wants, then empty the original. */
function ownedActions(stable: VersionRef, state: ReleaseRecord, seen: Observation): readonly Action[] {
  const { original } = seen;
  if (original === undefined || state.deleted) return [];
  const { deployment, wanted } = original;
  if (!original.claimed) {
    return [{ class: 'scale', kind: 'claim', key: `claim/${deployment}`, deployment, empty: false }];
  }
  const arm = armOf(seen, stable);
  const actions: Action[] = [];
  if (arm !== undefined && arm.replicas !== wanted) {
    const key = `scale/${stable.deployment}/${wanted}`;
    actions.push({ class: 'scale', kind: 'scale', key, version: stable, replicas: wanted });
  }
  if (!original.emptied && isPinned(state) && (arm?.ready ?? 0) >= wanted) {
    actions.push({ class: 'scale', kind: 'claim', key: `empty/${deployment}`, deployment, empty: true });
  }
  return actions;
}

function runActions(run: RunRecord, seen: Observation): readonly Action[] {
  if (run.phase === 'aborting' || run.phase === 'superseded') {
    if (run.inForceSince !== null) return [];
    const split: SplitIntent = { stable: run.from, weight: 0, salt: run.name };
    return [{ class: 'safety', kind: 'routeStable', key: `${run.name}/routeStable`, split }];
  }
  return [...splitActions(run, seen), ...raiseActions(run, seen)];
}

/** Also at weight 0: the router learns the candidate before it gets its first share. */
function splitActions(run: RunRecord, seen: Observation): readonly Action[] {
  const { route } = seen;
  const there = route.kind === 'read' && route.candidateWeight === run.desired && route.contradiction === undefined;
  if (there && route.inForce) return [];
  const split: SplitIntent = { stable: run.from, candidate: run.to, weight: run.desired, salt: run.name };
  return [{ class: 'routing', kind: 'split', key: `${run.name}/${run.step.index}/split/${run.desired}`, split }];
}

function raiseActions(run: RunRecord, seen: Observation): readonly Action[] {
  const share = Math.max(run.target, run.desired);
  const actions: Action[] = [];
  const candidate = armOf(seen, run.to);
  const wanted = candidateReplicas({ share, own: Math.max(1, run.own), full: seen.full });
  if (candidate !== undefined && candidate.replicas < wanted) actions.push(scale(run, run.to, wanted));
  const stable = armOf(seen, run.from);
  if (stable !== undefined && stable.replicas < stableReplicas(stable.replicas, seen.full)) {
    actions.push(scale(run, run.from, seen.full));
  }
  return actions;
}

function scale(run: RunRecord, version: VersionRef, replicas: number): Action {
  const key = `${run.name}/scale/${version.deployment}/${replicas}`;
  return { class: 'scale', kind: 'scale', key, version, replicas };
}

/** An arm that lost its role goes when it is due and was seen idle; never while a run has another use for it. */
function retireActions(state: ReleaseRecord, seen: Observation, now: number): readonly Action[] {
  return state.retiring
    .filter((one) => isRetirable(state, one, now))
    .flatMap((one) => {
      const arm = armOf(seen, one.version);
      if (arm === undefined || (arm.replicas === 0 && one.afterwards !== 'remove')) return [];
      const key = `lower/${one.version.deployment}/${one.version.hash}/${one.since}`;
      return [
        { class: 'scale', kind: 'lower', key, version: one.version, remove: one.afterwards === 'remove' } as const,
      ];
    });
}

function isRetirable(state: ReleaseRecord, one: Retiring, now: number): boolean {
  const inUse = [state.stable, state.run?.to, state.run?.from].some(
    (used) => used?.deployment === one.version.deployment,
  );
  if (inUse || one.afterwards === 'keep' || now < one.dueAt) return false;
  // Its share is 0 by construction: it is neither stable nor the candidate of a split that the router confirmed.
  const inForce = state.run === null ? isPinned(state) : state.run.inForceSince !== null;
  return mayLower({ desired: 0, routed: 0, inForce, quietSince: one.quietSince, drainMs: DRAIN_MS, now });
}
