/**
 * One look at one release: from the record and what is seen to the next record, what has to be done, and when to look
 * again. Pure and total: nothing that can be observed makes it throw, and the same input gives the same output.
 */
import type { Message } from '../../texts/catalogue.ts';
import type { ReleaseSpec } from '../model/release.ts';
import type { Action } from './action.ts';
import { actionsOf } from './actions.ts';
import {
  adopt,
  appeared,
  editedInPlace,
  newcomers,
  noticeContents,
  runDue,
  settleQueue,
  sweepRetiring,
  withdrawn,
} from './arrivals.ts';
import { commandEvent, isUrgent } from './commands.ts';
import type { Compiled } from './compile.ts';
import { compile } from './compile.ts';
import type { ReleaseEvent } from './event.ts';
import { observeHolds } from './holds.ts';
import { deadline } from './deadlines.ts';
import { lookAt } from './look.ts';
import { pinLost, pinned, retiringSeen } from './pinning.ts';
import type { Observation } from './observation.ts';
import { armOf } from './observation.ts';
import { countTime, nextEvent } from './progress.ts';
import { brokenBecause, healthOf, refusing } from './signals.ts';
import type { ReleaseRecord, RunRecord } from './state.ts';
import { isTrial, sameVersion } from './state.ts';
import { step } from './step.ts';
import type { Noted, Reply, Transition } from './transition.ts';
import { note } from './transition.ts';
import { wakeAt } from './wake.ts';

export interface Decision {
  /** Write it before applying the actions. The very same object = nothing to write. */
  readonly state: ReleaseRecord;
  /** Runs that ended at this look, with their outcome. */
  readonly closed: readonly RunRecord[];
  readonly actions: readonly Action[];
  readonly notes: readonly Noted[];
  readonly replies: readonly Reply[];
  /** Milliseconds since 1970; absent = nothing is due until something changes. */
  readonly wakeAt?: number;
  /** Why the release cannot work at all: its spec or its objects say something impossible. */
  readonly problem?: Message;
}

/** Without a spec (the release is being deleted) the settings of a release that says nothing are used. */
const NO_SPEC: ReleaseSpec = { service: '', workload: {}, strategy: {} };

/** No look makes more progress than this; a plan that could go round for ever would be a bug. */
const MOST_EVENTS = 32;

export function decide(before: ReleaseRecord, seen: Observation, now: number): Decision {
  const compiled = compile(seen.spec ?? NO_SPEC);
  const look = startLook(before, now);
  urgent(look, seen, compiled);
  if (seen.spec !== null) {
    if (seen.blocked === undefined) {
      const event = withdrawn(look.state(), seen);
      look.put(noticeContents(look.state(), seen));
      if (event !== undefined) look.step(event);
    }
    look.take(adopt(look.state(), seen, now));
    look.take(editedInPlace(look.state(), seen, now));
  }
  harm(look, seen, compiled);
  for (const command of seen.commands) {
    if (!isUrgent(command)) look.step(commandEvent(command, { state: look.state(), seen, compiled }));
  }
  hold(look, seen);
  arrive(look, seen, compiled);
  progress(look, seen, compiled);
  atRest(look, seen);
  return finished(look, seen, compiled);
}

/** What one look has come to so far. */
interface Look {
  readonly now: number;
  state(): ReleaseRecord;
  put(state: ReleaseRecord): void;
  take(transition: Transition): void;
  step(event: ReleaseEvent): void;
  readonly closed: RunRecord[];
  readonly notes: Noted[];
  readonly replies: Reply[];
}

function startLook(before: ReleaseRecord, now: number): Look {
  let state = before;
  const closed: RunRecord[] = [];
  const notes: Noted[] = [];
  const replies: Reply[] = [];
  const take = (transition: Transition): void => {
    state = transition.state;
    notes.push(...transition.notes);
    if (transition.reply !== undefined) replies.push(transition.reply);
    if (transition.closed !== undefined) closed.push(transition.closed);
  };
  return {
    now,
    state: () => state,
    put: (next) => void (state = next),
    take,
    step: (event) => take(step(state, event, now)),
    closed,
    notes,
    replies,
  };
}

/** Aborts and broken pods, before anything else is even computed. */
function urgent(look: Look, seen: Observation, compiled: Compiled): void {
  for (const command of seen.commands) {
    if (isUrgent(command)) look.step(commandEvent(command, { state: look.state(), seen, compiled }));
  }
  if (seen.spec === null) look.step({ kind: 'releaseDeleted' });
  const { run } = look.state();
  if (run === null || !isTrial(run)) return;
  const arm = armOf(seen, run.to);
  const evidence = healthOf(run.evidence, arm, look.now);
  const watched = evidence === run.evidence ? run : { ...run, evidence };
  if (watched !== run) look.put({ ...look.state(), run: watched });
  const reason = brokenBecause(watched, arm, look.now);
  if (reason !== undefined) look.step({ kind: 'candidateBroken', reason });
}

/** Takes the counts in; then the verdict, deadlines and a candidate that is gone, before any progress. */
function harm(look: Look, seen: Observation, compiled: Compiled): void {
  const { run } = look.state();
  if (run === null) return;
  const before = run.evidence.lookedAt;
  const looked = lookAt(run, seen, look.now);
  look.put({ ...look.state(), run: countTime(looked.run, { now: look.now, before }) });
  look.notes.push(...looked.notes);
  if (looked.harm !== undefined) look.step({ kind: 'harmFound', reason: looked.harm });
  const refused = isTrial(looked.run) ? refusing(looked.run, look.now) : undefined;
  if (refused !== undefined) look.step({ kind: 'candidateBroken', reason: refused });
  hold(look, seen);
  const { run: held } = look.state();
  if (held === null || !isTrial(held)) return;
  const event = deadline({ run: held, seen, compiled, now: look.now });
  if (event !== undefined) look.step(event);
}

function hold(look: Look, seen: Observation): void {
  const { run } = look.state();
  if (run === null) return;
  const held = observeHolds(run, seen, look.now);
  if (held.run !== run) look.put({ ...look.state(), run: held.run });
  look.notes.push(...held.notes);
}

function arrive(look: Look, seen: Observation, compiled: Compiled): void {
  if (seen.spec === null || seen.blocked !== undefined) return;
  for (const version of newcomers(look.state(), seen)) look.step(appeared(version, compiled));
  look.take(settleQueue(look.state(), { seen, compiled, now: look.now }));
  const { run } = look.state();
  const edited = run !== null && run.plan.strategy !== 'direct' && run.plan.specHash !== compiled.plan.specHash;
  if (edited && compiled.refused === undefined) look.step({ kind: 'planEdited', plan: compiled.plan });
}

function progress(look: Look, seen: Observation, compiled: Compiled): void {
  for (let count = 0; count < MOST_EVENTS; count += 1) {
    const state = look.state();
    const event =
      state.run === null ? runDue(state, seen, compiled) : nextEvent({ run: state.run, seen, compiled, now: look.now });
    if (event === undefined) break;
    look.step(event);
    if (look.state() === state) break;
    hold(look, seen);
  }
}

/** The route that names only stable, and the arms that wait to be lowered. */
function atRest(look: Look, seen: Observation): void {
  const before = sweepRetiring(look.state(), seen);
  const after = pinned(before, seen, look.now);
  const reason = pinLost(before, after, seen);
  if (reason !== undefined) look.notes.push(note({ run: null, at: look.now }, 'contradiction', { reason }));
  look.put(retiringSeen(after, seen, look.now));
}

function finished(look: Look, seen: Observation, compiled: Compiled): Decision {
  const state = look.state();
  const wake = wakeAt(state, look.now);
  const problem = seen.blocked ?? compiled.refused?.message ?? unknownStable(state, seen);
  return {
    state,
    closed: look.closed,
    actions: actionsOf(state, seen, look.now),
    notes: look.notes,
    replies: look.replies,
    ...(wake === undefined ? {} : { wakeAt: wake }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function unknownStable(state: ReleaseRecord, seen: Observation): Message | undefined {
  if (state.stable === null) {
    const version = seen.spec?.workload.versions?.stable;
    return version === undefined
      ? { key: 'run.problem.noVersions' }
      : { key: 'run.problem.noSuchStable', params: { version } };
  }
  const there = seen.versions.some((one) => sameVersion(one, state.stable));
  return there ? undefined : { key: 'run.problem.stableGone', params: { version: state.stable.version } };
}

/**
 * Is there something that must not wait for the reading of routes or counts? An abort that was asked for, traffic that is
 * being taken back and not confirmed, a candidate whose pods are gone.
 */
export function isPressing(state: ReleaseRecord, seen: Pick<Observation, 'commands' | 'arms'>, now: number): boolean {
  const { run } = state;
  if (run === null) return false;
  if (!isTrial(run)) return run.inForceSince === null;
  if (seen.commands.some(isUrgent)) return true;
  const arm = seen.arms[run.to.deployment];
  return brokenBecause({ ...run, evidence: healthOf(run.evidence, arm, now) }, arm, now) !== undefined;
}
