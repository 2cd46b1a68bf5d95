/** Outside a run: the route that names only stable, and the arms that wait to be lowered. */
import type { Message } from '../../texts/catalogue.ts';
import { contentHash } from './hash.ts';
import { FRESH_MS } from './look.ts';
import type { Observation, RouteSeen } from './observation.ts';
import type { Pin, ReleaseRecord, Retiring } from './state.ts';
import { isPinned } from './state.ts';

/** The router is told once who is stable, and again when that, its settings, or its own word changes. */
export function pinned(state: ReleaseRecord, seen: Observation, now: number): ReleaseRecord {
  const { stable, pin } = state;
  if (state.run !== null || stable === null || seen.blocked !== undefined) return state;
  const key = contentHash({ stable, traffic: seen.spec?.traffic, service: seen.spec?.service, deleted: state.deleted });
  if (pin?.key !== key) return { ...state, pin: { key, inForceSince: null } };
  const next = confirmed(pin, { route: seen.route, deleted: state.deleted }, now);
  if (next === pin) return state;
  // While the route said something else, any arm may have had requests.
  const retiring =
    next.inForceSince === null ? state.retiring.map((one) => ({ ...one, quietSince: null })) : state.retiring;
  return { ...state, pin: next, retiring };
}

/** Somebody changed the route of a release at rest; it is set again, and the history says so. */
export function pinLost(before: ReleaseRecord, state: ReleaseRecord, seen: Observation): Message | undefined {
  const { route } = seen;
  const isLost = before.pin !== null && before.pin.key === state.pin?.key && isPinned(before) && !isPinned(state);
  if (!isLost || route.kind !== 'read') return undefined;
  const found = route.contradiction ?? `${route.candidateWeight ?? 0}%`;
  return { key: 'run.note.splitLost', params: { weight: 0, found } };
}

function confirmed(pin: Pin, at: { readonly route: RouteSeen; readonly deleted: boolean }, now: number): Pin {
  const { route, deleted } = at;
  // What is given up is not read back: there is nothing of ours left to read.
  if (deleted) return pin.inForceSince === null ? { ...pin, inForceSince: now } : pin;
  if (route.kind !== 'read') return pin;
  const isThere = route.contradiction === undefined && route.candidateWeight === 0;
  if (isThere && route.inForce) return pin.inForceSince === null ? { ...pin, inForceSince: now } : pin;
  return isThere || pin.inForceSince === null ? pin : { ...pin, inForceSince: null };
}

/** Looks at the first retiring arm: is it still answering requests? */
export function retiringSeen(state: ReleaseRecord, seen: Observation, now: number): ReleaseRecord {
  const [first, ...others] = state.retiring;
  const { retired } = seen;
  if (first === undefined || retired.kind !== 'read') return state;
  const isOld = retired.ageMs > FRESH_MS;
  const silentSince = isOld ? first.quietSince : (first.quietSince ?? now);
  const quietSince = retired.candidate.requests > 0 ? null : silentSince;
  const next: Retiring = { ...first, cursor: retired.cursor, quietSince };
  return { ...state, retiring: [next, ...others] };
}
