/** What readers see in `Release.status` and `Run.status`: facts and sentences, never something that decides. */
import { wordingOf } from '../../texts/catalogue.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { Condition } from '../../core/model/meta.ts';
import type { ArmStatus, Release, ReleaseStatus } from '../../core/model/release.ts';
import type { RunStatus } from '../../core/model/run.ts';
import { rates } from '../../core/release/evidence.ts';
import type { Observation } from '../../core/release/observation.ts';
import { armOf } from '../../core/release/observation.ts';
import { sentenceOf } from '../../core/release/sentence.ts';
import type { Handled, ReleaseRecord, RunRecord, VersionRef } from '../../core/release/state.ts';
import { isPinned, phaseOf } from '../../core/release/state.ts';

export interface FactSources {
  readonly release: Release;
  readonly state: ReleaseRecord;
  readonly seen: Observation;
  readonly problem: Message | undefined;
  readonly now: number;
}

export function releaseFacts(sources: FactSources): Omit<ReleaseStatus, 'record'> {
  const { release, state, seen, problem } = sources;
  const { run } = state;
  const sentence = problem ?? sentenceOf(state);
  const share = run === null ? null : rates(run.evidence.flow).share;
  return {
    observedGeneration: release.metadata.generation,
    phase: phaseOf(state),
    ...(state.stable && { stable: armStatus(seen, run?.from ?? state.stable) }),
    ...(run && { candidate: armStatus(seen, run.to), run: run.name }),
    desiredWeight: run?.desired ?? 0,
    // Whole percent: a fact for readers, not worth a write for every request.
    ...(share === null ? {} : { observedWeight: Math.round(share) }),
    ...wordingOf(sentence),
    conditions: conditions(sources, sentence),
  };
}

function armStatus(seen: Observation, version: VersionRef): ArmStatus {
  const arm = armOf(seen, version);
  return { ...version, ...(arm && { ready: arm.ready, wanted: arm.replicas }) };
}

/** As kstatus reads them: Ready once done, Reconciling while on the way, Stalled where nothing will move by itself. */
function conditions(sources: FactSources, sentence: Message): readonly Condition[] {
  const { state, problem, now, release } = sources;
  const pinning = problem === undefined && state.stable !== null && !isPinned(state);
  const busy = state.run !== null || pinning;
  const failed = lastFailure(sources);
  const why = wordingOf(failed === undefined ? sentence : failed.reason);
  const reason = problem === undefined ? (failed === undefined ? phaseReason(state) : 'RunAborted') : 'Blocked';
  const condition = (type: string, holds: boolean): Condition => {
    const status = holds ? 'True' : 'False';
    const before = release.status?.conditions?.find((one) => one.type === type);
    const kept = before?.status === status ? before.lastTransitionTime : new Date(now).toISOString();
    return { type, status, reason, ...why, lastTransitionTime: kept };
  };
  return [
    condition('Ready', !busy && problem === undefined && failed === undefined),
    condition('Reconciling', busy),
    condition('Stalled', !busy && (problem !== undefined || failed !== undefined)),
  ];
}

/** The newest version that exists was taken back: somebody has to look at it. */
function lastFailure({ state, seen }: FactSources): Handled | undefined {
  if (state.run !== null) return undefined;
  const last = state.handled.at(-1);
  if (last?.outcome !== 'aborted') return undefined;
  return seen.versions.some((one) => one.hash === last.hash) ? last : undefined;
}

function phaseReason(state: ReleaseRecord): string {
  const phase = phaseOf(state);
  return phase.slice(0, 1).toUpperCase() + phase.slice(1);
}

export function runFacts(run: RunRecord): RunStatus {
  const share = rates(run.evidence.flow).share;
  return {
    phase: run.phase,
    ...(run.outcome && { outcome: run.outcome }),
    ...(run.reason && wordingOf(run.reason)),
    startedAt: new Date(run.startedAt).toISOString(),
    ...(run.finishedAt === undefined ? {} : { finishedAt: new Date(run.finishedAt).toISOString() }),
    desiredWeight: run.desired,
    ...(share === null ? {} : { observedWeight: share }),
    record: run,
  };
}
