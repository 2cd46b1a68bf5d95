/**
 * The durable record of a release: plain JSON. The part about the release lies in `Release.status.record`, the part about
 * the run in flight in `Run.status.record`; one batch writes both, before the actions that they announce.
 */
import type { Message } from '../../texts/catalogue.ts';
import type { Plan, Step } from '../strategy/plan.ts';
import type { RunOutcome } from '../model/run.ts';
import type { Evidence } from './evidence.ts';

export const RECORD_VERSION = 1;

export const PHASES = ['idle', 'preparing', 'stepping', 'promoting', 'aborting', 'superseded'] as const;
export type Phase = (typeof PHASES)[number];

/** One build of the service: label `version`, hash of its content, and the Deployment that runs it. */
export interface VersionRef {
  readonly version: string;
  readonly hash: string;
  readonly deployment: string;
}

export type HoldReason =
  /** Asked for by people or by the plan; only a command ends them. */
  | 'paused'
  | 'byHand'
  | 'wait'
  | 'approval'
  /** Seen at this look; they go when what was seen goes. */
  | 'noData'
  | 'mismatch'
  | 'inconclusive'
  | 'metrics'
  | 'capacity'
  | 'route'
  | 'stable';

/** One reason why the run waits. All of them must go before it moves on; none of them stops an abort or the judge. */
export interface Hold {
  readonly reason: HoldReason;
  readonly since: number;
  readonly message: Message;
  readonly ends: Message;
}

export type RunCause = 'newVersion' | 'command' | 'rollback';

/** Where the present step stands. */
export interface StepProgress {
  readonly index: number;
  readonly since: number;
  /** Time that counted: with data, in force, nothing held. Pauses of the clock are not in it. */
  readonly countedMs: number;
  /** A person said: go on without the rest of this step. `skip` also ends waiting for data. */
  readonly release: 'none' | 'promote' | 'skip';
  /** A skip led here, so the share that this step asks for is not kept waiting for data either. */
  readonly skippedTo?: true;
}

export interface RunRecord {
  readonly version: typeof RECORD_VERSION;
  readonly name: string;
  readonly number: number;
  readonly cause: RunCause;
  readonly by?: string;
  readonly why?: string;
  readonly from: VersionRef;
  readonly to: VersionRef;
  /** `idle` = finished; then `outcome` is there. */
  readonly phase: Phase;
  readonly phaseSince: number;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly outcome?: RunOutcome;
  /** Why it was aborted or superseded. */
  readonly reason?: Message;
  readonly plan: Plan;
  readonly step: StepProgress;
  /** Share that capacity is prepared for, percent. */
  readonly target: number;
  /** Share that the router is told, percent. Changes only together with a journal entry. */
  readonly desired: number;
  /** Largest share ever asked for in this run; above 0 the candidate may have users who stick to it. */
  readonly peak: number;
  readonly desiredSince: number;
  /** Since when the router confirms `desired`; null = not yet. */
  readonly inForceSince: number | null;
  /** Replicas of the candidate as its owner set them, and restarts counted before the run. */
  readonly own: number;
  readonly restarts: number;
  readonly holds: readonly Hold[];
  readonly evidence: Evidence;
}

/** A version that has had its turn. Its content starts no further run by itself. */
export interface Handled {
  readonly hash: string;
  readonly version: string;
  readonly deployment: string;
  readonly outcome: RunOutcome | 'adopted';
  readonly reason: Message;
  readonly at: number;
  readonly run?: string;
}

/** A version that waits for its run; `manual` ones wait for a start command. */
export interface Queued {
  readonly version: VersionRef;
  readonly since: number;
  readonly manual: boolean;
}

/** An arm that lost its role: lowered when due and seen idle. */
export interface Retiring {
  readonly version: VersionRef;
  readonly since: number;
  readonly dueAt: number;
  readonly afterwards: 'scaleDown' | 'keep' | 'remove';
  readonly cursor: string | null;
  readonly quietSince: number | null;
}

/** What the router was last told outside a run, and whether it confirmed. */
export interface Pin {
  readonly key: string;
  readonly inForceSince: number | null;
}

export interface ReleaseRecord {
  readonly version: typeof RECORD_VERSION;
  readonly stable: VersionRef | null;
  /** Newest last; bounded by `HANDLED_LIMIT`, versions that still exist are never dropped. */
  readonly handled: readonly Handled[];
  /** Content last seen by Deployment, so that content that comes back counts as a change. */
  readonly contents: Readonly<Record<string, string>>;
  readonly queue: readonly Queued[];
  readonly retiring: readonly Retiring[];
  readonly pin: Pin | null;
  /** Number of the newest run. */
  readonly runs: number;
  /** Uids of the newest answered commands. */
  readonly answered: readonly string[];
  readonly deleted: boolean;
  readonly run: RunRecord | null;
}

export const ANSWERED_LIMIT = 50;
export const HANDLED_LIMIT = 100;

export function emptyRecord(): ReleaseRecord {
  return {
    version: RECORD_VERSION,
    stable: null,
    handled: [],
    contents: {},
    queue: [],
    retiring: [],
    pin: null,
    runs: 0,
    answered: [],
    deleted: false,
    run: null,
  };
}

/** Has the router confirmed, since the last run, that stable has everything? */
export function isPinned(state: Pick<ReleaseRecord, 'pin'>): boolean {
  return state.pin !== null && state.pin.inForceSince !== null;
}

export function phaseOf(state: ReleaseRecord): Phase {
  return state.run?.phase ?? 'idle';
}

/** A candidate is on trial: it has a share, or is on the way to one. */
export function isTrial(run: RunRecord): boolean {
  return run.phase === 'preparing' || run.phase === 'stepping' || run.phase === 'promoting';
}

/** The step in force; the last one where the index ran out. */
export function currentStep(run: RunRecord): Step {
  return run.plan.steps[run.step.index] ?? { kind: 'promote' };
}

export function sameVersion(left: VersionRef | null | undefined, right: VersionRef | null | undefined): boolean {
  return left?.hash === right?.hash && left?.deployment === right?.deployment;
}

/** One entry of a run's history. */
export interface Entry {
  readonly at: number;
  readonly kind: EntryKind;
  readonly body: Readonly<Record<string, unknown>>;
}

export type EntryKind =
  | 'started'
  | 'phase'
  | 'step'
  | 'weight'
  | 'inForce'
  | 'observed'
  | 'hold'
  | 'holdEnded'
  | 'verdict'
  | 'command'
  | 'plan'
  | 'contradiction'
  | 'finished'
  | 'version';
