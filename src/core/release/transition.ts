/** Small pure changes to the record that the handlers of `step` are made of. */
import type { Message } from '../../texts/catalogue.ts';
import type { RunOutcome } from '../model/run.ts';
import type { Asked, EventKind, ReleaseEvent, Start } from './event.ts';
import { freshEvidence } from './evidence.ts';
import type {
  Entry,
  EntryKind,
  Handled,
  Hold,
  HoldReason,
  Phase,
  Queued,
  ReleaseRecord,
  RunCause,
  RunRecord,
  VersionRef,
} from './state.ts';
import { ANSWERED_LIMIT, HANDLED_LIMIT, RECORD_VERSION, sameVersion } from './state.ts';

/** The answer to a command. */
export interface Reply {
  readonly id: string;
  readonly name: string;
  readonly result: 'accepted' | 'refused';
  readonly message: Message;
}

/** `run: null` = the history of the release itself. */
export interface Noted {
  readonly run: string | null;
  readonly entry: Entry;
}

/** What an event does. Without effect it carries the very same state. */
export interface Transition {
  readonly state: ReleaseRecord;
  readonly notes: readonly Noted[];
  readonly reply?: Reply;
  /** A run that ended by this event. */
  readonly closed?: RunRecord;
}

/** Answers every event in one phase. Pure and total; where nothing changes, the state is the very same object. */
export type Handlers = {
  readonly [K in EventKind]: (
    state: ReleaseRecord,
    event: Extract<ReleaseEvent, { readonly kind: K }>,
    now: number,
  ) => Transition;
};

export interface Trial {
  readonly state: ReleaseRecord;
  readonly run: RunRecord;
  readonly now: number;
}

/** A handler for a phase that has a run; a record without one is left alone. */
export function inRun<E>(
  answer: (trial: Trial, event: E) => Transition,
): (state: ReleaseRecord, event: E, now: number) => Transition {
  return (state, event, now) => (state.run === null ? same(state) : answer({ state, run: state.run, now }, event));
}

export function same(state: ReleaseRecord): Transition {
  return { state, notes: [] };
}

/** A line for the history of a run, or of the release itself. */
export function note(
  of: { readonly run: string | null; readonly at: number },
  kind: EntryKind,
  body: Readonly<Record<string, unknown>>,
): Noted {
  return { run: of.run, entry: { at: of.at, kind, body } };
}

function accepted(asked: Asked, message: Message): Reply {
  return { id: asked.id, name: asked.name, result: 'accepted', message };
}

/** Answers no, remembers that it answered, changes nothing else. */
export function refuse(state: ReleaseRecord, asked: Asked, message: Message): Transition {
  const reply: Reply = { id: asked.id, name: asked.name, result: 'refused', message };
  return { state: remember(state, asked), notes: [], reply };
}

function remember(state: ReleaseRecord, asked: Asked): ReleaseRecord {
  return { ...state, answered: [...state.answered, asked.id].slice(-ANSWERED_LIMIT) };
}

export function withRun(state: ReleaseRecord, run: RunRecord): ReleaseRecord {
  return { ...state, run };
}

export function withHold(run: RunRecord, hold: Hold): RunRecord {
  if (run.holds.some((one) => one.reason === hold.reason)) return run;
  return { ...run, holds: [...run.holds, hold] };
}

export function withoutHold(run: RunRecord, ...reasons: readonly HoldReason[]): RunRecord {
  const holds = run.holds.filter((hold) => !reasons.includes(hold.reason));
  return holds.length === run.holds.length ? run : { ...run, holds };
}

export function isHeld(run: RunRecord, reason: HoldReason): boolean {
  return run.holds.some((hold) => hold.reason === reason);
}

export function enterPhase(run: RunRecord, phase: Phase, now: number): RunRecord {
  return { ...run, phase, phaseSince: now };
}

/** Gives everything back to stable. The share of 0 is in the record before any action, whatever else is in flight. */
export function takeBack(
  state: ReleaseRecord,
  run: RunRecord,
  by: { readonly phase: 'aborting' | 'superseded'; readonly reason: Message; readonly now: number },
): Transition {
  const next: RunRecord = {
    ...enterPhase(run, by.phase, by.now),
    reason: by.reason,
    desired: 0,
    desiredSince: by.now,
    target: 0,
    inForceSince: null,
    holds: [],
    evidence: { ...run.evidence, quietSince: null },
  };
  const notes = [
    note({ run: run.name, at: by.now }, 'phase', { from: run.phase, to: by.phase, reason: by.reason }),
    note({ run: run.name, at: by.now }, 'weight', { from: run.desired, to: 0 }),
  ];
  return { state: withRun(state, next), notes };
}

/** Adds a version to the waiting line unless its content had its turn, waits already or is in flight. */
export function enqueue(
  state: ReleaseRecord,
  version: VersionRef,
  when: { readonly now: number; readonly manual: boolean },
): Transition {
  const known =
    state.stable?.hash === version.hash ||
    state.run?.to.hash === version.hash ||
    state.queue.some((one) => one.version.hash === version.hash) ||
    state.handled.some((one) => one.hash === version.hash);
  if (known) return same(state);
  const queued: Queued = { version, since: when.now, manual: when.manual };
  const body = { version: version.version, hash: version.hash, becomes: 'queued', manual: when.manual };
  return {
    state: { ...state, queue: [...state.queue, queued] },
    notes: [note({ run: null, at: when.now }, 'version', body)],
  };
}

export function settle(state: ReleaseRecord, handled: Handled): ReleaseRecord {
  const others = state.handled.filter((one) => one.hash !== handled.hash);
  return {
    ...state,
    handled: [...others, handled].slice(-HANDLED_LIMIT),
    queue: state.queue.filter((one) => one.version.hash !== handled.hash),
  };
}

/** Starts a run. The version leaves the waiting line and, where it was still warm, the list of retiring arms. */
export function begin(
  state: ReleaseRecord,
  start: Start,
  by: { readonly now: number; readonly cause: RunCause; readonly asked?: Asked },
): Transition {
  const { stable } = state;
  if (stable === null || sameVersion(stable, start.to)) return same(state);
  const { now, asked } = by;
  const run: RunRecord = {
    version: RECORD_VERSION,
    name: start.name,
    number: start.number,
    cause: by.cause,
    ...(asked === undefined ? {} : { by: asked.by }),
    ...(asked?.reason === undefined ? {} : { why: asked.reason }),
    from: stable,
    to: start.to,
    phase: 'preparing',
    phaseSince: now,
    startedAt: now,
    plan: start.plan,
    step: { index: 0, since: now, countedMs: 0, release: by.cause === 'rollback' ? 'skip' : 'none' },
    target: 0,
    desired: 0,
    peak: 0,
    desiredSince: now,
    inForceSince: null,
    own: start.own,
    restarts: start.restarts,
    holds: [],
    evidence: freshEvidence(),
  };
  const next: ReleaseRecord = {
    ...state,
    run,
    runs: Math.max(state.runs, start.number),
    pin: null,
    queue: state.queue.filter((one) => one.version.hash !== start.to.hash),
    retiring: state.retiring.filter((one) => one.version.deployment !== start.to.deployment),
  };
  const body = { from: stable, to: start.to, cause: by.cause, plan: start.plan, ...(asked && { by: asked.by }) };
  return { state: next, notes: [note({ run: run.name, at: now }, 'started', body)] };
}

export interface Ending {
  readonly now: number;
  readonly outcome: RunOutcome;
  readonly reason: Message;
  readonly delayMs: number;
  readonly afterwards: 'scaleDown' | 'keep' | 'remove';
}

/** Closes the run. Whoever lost goes on the list of retiring arms; the winner is stable. */
export function finish(state: ReleaseRecord, run: RunRecord, ending: Ending): Transition {
  const { now, outcome, reason } = ending;
  const won = outcome === 'promoted';
  const loser = won ? run.from : run.to;
  const closed: RunRecord = { ...enterPhase(run, 'idle', now), outcome, reason, finishedAt: now, holds: [] };
  const retiring =
    loser.deployment === (won ? run.to : run.from).deployment
      ? state.retiring
      : [
          ...state.retiring.filter((one) => one.version.deployment !== loser.deployment),
          {
            version: loser,
            since: now,
            dueAt: now + ending.delayMs,
            afterwards: ending.afterwards,
            // A chain of counts belongs to one pair of arms, and this arm now stands on the other side.
            cursor: null,
            quietSince: null,
          },
        ];
  const settled = settle(
    { ...state, stable: won ? run.to : run.from, retiring, pin: null, run: null },
    { ...run.to, outcome, reason, at: now, run: run.name },
  );
  return { state: settled, closed, notes: [note({ run: run.name, at: now }, 'finished', { outcome, reason })] };
}

/** Accepts a command: remembers it, says so in the history of the run, and answers. */
export function accept(
  transition: Transition,
  asked: Asked,
  said: { now: number; verb: string; message: Message },
): Transition {
  const run = transition.state.run?.name ?? transition.closed?.name ?? null;
  const body = { verb: said.verb, by: asked.by, reason: asked.reason ?? '', id: asked.id };
  return {
    ...transition,
    state: remember(transition.state, asked),
    notes: [note({ run: run, at: said.now }, 'command', body), ...transition.notes],
    reply: accepted(asked, said.message),
  };
}
