/** Which versions are new, which had their turn, who is stable, and whose run is due. */
import type { Message } from '../../texts/catalogue.ts';
import type { Compiled } from './compile.ts';
import type { ReleaseEvent, Start } from './event.ts';
import type { FoundVersion, Observation } from './observation.ts';
import { armOf } from './observation.ts';
import type { Handled, ReleaseRecord, VersionRef } from './state.ts';
import type { Noted, Transition } from './transition.ts';
import { note, same, settle } from './transition.ts';

export function refOf(found: FoundVersion): VersionRef {
  return { version: found.version, hash: found.hash, deployment: found.deployment };
}

/**
 * The first look at a release: one version is stable (the named one, else the one that the route names, else the oldest
 * with pods), and whatever else runs already
 * keeps waiting for a start command, because nobody asked for a run of it.
 */
export function adopt(state: ReleaseRecord, seen: Observation, now: number): Transition {
  if (state.stable !== null || seen.versions.length === 0) return same(state);
  const named = seen.spec?.workload.versions?.stable;
  const routed = seen.versions.find((one) => one.hash === seen.routed?.hash && isWanted(one, seen));
  const chosen =
    named === undefined ? (routed ?? oldestServing(seen)) : seen.versions.find((one) => one.version === named);
  if (chosen === undefined) return same(state);
  const ref = refOf(chosen);
  let next: ReleaseRecord = settle({ ...state, stable: ref }, adopted(ref, now));
  const notes: Noted[] = [note({ run: null, at: now }, 'version', { ...ref, becomes: 'stable' })];
  for (const other of seen.versions) {
    if (other.hash === ref.hash) continue;
    const reason: Message = { key: 'run.refused.presentBefore', params: { version: other.version } };
    next = settle(next, { ...refOf(other), outcome: 'refused', reason, at: now });
    notes.push(note({ run: null, at: now }, 'version', { ...refOf(other), becomes: 'refused', reason }));
  }
  return { state: next, notes };
}

/**
 * An earlier release, or a person, may have left versions behind that are scaled down: they serve nobody, so they cannot be
 * what is stable. In deployment mode the one with pods is.
 */
function oldestServing(seen: Observation): FoundVersion | undefined {
  if (seen.original === undefined) return seen.versions.find((one) => isWanted(one, seen)) ?? seen.versions[0];
  return seen.versions.find((one) => (seen.arms[one.deployment]?.ready ?? 0) > 0) ?? seen.versions.at(-1);
}

function isWanted({ deployment }: VersionRef, { arms }: Observation): boolean {
  return (arms[deployment]?.replicas ?? 0) > 0;
}

/** Notes the content of every Deployment. Content that replaced another may have its turn again, whatever became of it. */
export function noticeContents(state: ReleaseRecord, seen: Observation): ReleaseRecord {
  const { original } = seen;
  const contents =
    original === undefined
      ? Object.fromEntries(seen.versions.map((one) => [one.deployment, one.hash]))
      : { [original.deployment]: original.hash };
  const changed = Object.entries(contents).filter(([name, hash]) => state.contents[name] !== hash);
  const gone = Object.keys(state.contents).some((name) => contents[name] === undefined);
  if (changed.length === 0 && !gone) return state;
  const again = changed.map(([, hash]) => hash).filter((hash) => hash !== state.stable?.hash);
  return { ...state, contents, handled: state.handled.filter((one) => !again.includes(one.hash)) };
}

/**
 * Deployment mode: the template that is on trial was changed back to what is stable, so nobody wants the candidate any more.
 * A run to content that was not the template's when it started is somebody's explicit wish and stays.
 */
export function withdrawn(before: ReleaseRecord, seen: Observation): ReleaseEvent | undefined {
  const { run, contents } = before;
  const { original } = seen;
  if (run === null || original === undefined) return undefined;
  const wasOnTrial = contents[original.deployment] === run.to.hash;
  if (!wasOnTrial || original.hash !== run.from.hash) return undefined;
  return { kind: 'candidateGone', reason: { key: 'run.reason.withdrawn', params: { stable: run.from.version } } };
}

function adopted(ref: VersionRef, now: number): Handled {
  return { ...ref, outcome: 'adopted', reason: { key: 'run.note.adopted', params: { version: ref.version } }, at: now };
}

/**
 * The stable Deployment was edited in place: its pods are being replaced under full traffic already, so there is nothing
 * left to release. Said as a refusal; the new content counts as stable from now on.
 */
export function editedInPlace(state: ReleaseRecord, seen: Observation, now: number): Transition {
  const { stable } = state;
  if (stable === null || seen.spec?.workload.deployment !== undefined) return same(state);
  const present = seen.versions.find((one) => one.deployment === stable.deployment);
  if (present === undefined || present.hash === stable.hash) return same(state);
  const reason: Message = { key: 'run.refused.editedInPlace', params: { deployment: stable.deployment } };
  const ref = refOf(present);
  const run = state.run === null ? null : { ...state.run, from: ref };
  const next = settle({ ...state, stable: ref, run, pin: null }, { ...ref, outcome: 'refused', reason, at: now });
  return { state: next, notes: [note({ run: null, at: now }, 'version', { ...ref, becomes: 'refused', reason })] };
}

/** Content that has not had its turn, oldest first. */
export function newcomers(state: ReleaseRecord, seen: Observation): readonly VersionRef[] {
  const known = new Set([
    state.stable?.hash,
    state.run?.to.hash,
    ...state.queue.map((one) => one.version.hash),
    ...state.handled.map((one) => one.hash),
  ]);
  const { original } = seen;
  const possible = original === undefined ? seen.versions : seen.versions.filter((one) => one.hash === original.hash);
  return possible.filter((one) => !known.has(one.hash)).map(refOf);
}

export function appeared(version: VersionRef, compiled: Compiled): ReleaseEvent {
  const { trigger, onNewVersion } = compiled.policy;
  return { kind: 'versionAppeared', version, policy: trigger === 'manual' ? 'manual' : onNewVersion };
}

export interface Arrival {
  readonly seen: Observation;
  readonly compiled: Compiled;
  readonly now: number;
}

/** Waiting versions whose content is gone, or that a newer one has overtaken, are refused with the reason. */
export function settleQueue(state: ReleaseRecord, { seen, compiled, now }: Arrival): Transition {
  if (seen.blocked !== undefined) return same(state);
  const automatic = state.queue.filter((one) => !one.manual);
  const newest = automatic.at(-1);
  let next = state;
  const notes: Noted[] = [];
  for (const one of state.queue) {
    const there = isPresent(one.version.hash, seen);
    const overtaken = compiled.policy.onNewVersion === 'replace' && !one.manual && one !== newest;
    if (there && !overtaken) continue;
    const reason: Message = there
      ? { key: 'run.refused.overtaken', params: { version: one.version.version, by: newest?.version.version ?? '' } }
      : { key: 'run.refused.vanished', params: { version: one.version.version } };
    next = settle(next, { ...one.version, outcome: 'refused', reason, at: now });
    notes.push(note({ run: null, at: now }, 'version', { ...one.version, becomes: 'refused', reason }));
  }
  return notes.length === 0 ? same(state) : { state: next, notes };
}

/** In deployment mode content that is no longer the template's cannot be started any more. */
function isPresent(hash: string, seen: Observation): boolean {
  return seen.original === undefined ? seen.versions.some((one) => one.hash === hash) : seen.original.hash === hash;
}

/** The run that can start now: the first in the line that need not wait for a person. */
export function runDue(state: ReleaseRecord, seen: Observation, compiled: Compiled): ReleaseEvent | undefined {
  if (state.run !== null || state.stable === null || state.deleted || compiled.refused !== undefined) return undefined;
  const next = state.queue.find((one) => !one.manual);
  return next === undefined
    ? undefined
    : { kind: 'runDue', start: startOf(next.version, { state, seen, plan: compiled.plan }) };
}

export interface Starting {
  readonly state: ReleaseRecord;
  readonly seen: Observation;
  readonly plan: Start['plan'];
}

export function startOf(to: VersionRef, { state, seen, plan }: Starting): Start {
  const number = Math.max(seen.nextRun, state.runs + 1);
  const arm = armOf(seen, to);
  return { to, plan, number, name: `${seen.name}-${number}`, restarts: arm?.restarts ?? 0, own: arm?.own ?? 1 };
}

/** Dropped from the list: lowered, gone, kept for good, or back in use. */
export function sweepRetiring(state: ReleaseRecord, seen: Observation): ReleaseRecord {
  const retiring = state.retiring.filter((one) => {
    if (one.afterwards === 'keep') return false;
    const arm = armOf(seen, one.version);
    return arm !== undefined && (arm.replicas > 0 || one.afterwards === 'remove');
  });
  return retiring.length === state.retiring.length ? state : { ...state, retiring };
}
