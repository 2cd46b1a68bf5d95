/** Everything that `serin watch`, the console and scripts show of one release, in one reading. */
import type { Message } from '../../../texts/catalogue.ts';
import { say, sayWording } from '../../../texts/catalogue.ts';
import type { Language } from '../../../texts/message.ts';
import type { Finding, Verdict } from '../../../core/analysis/verdict.ts';
import type { Pod } from '../../../core/model/pod.ts';
import { compile } from '../../../core/release/compile.ts';
import { rates } from '../../../core/release/evidence.ts';
import type { ReleasePolicy } from '../../../core/release/policy.ts';
import { nextMessage, sentenceOf } from '../../../core/release/sentence.ts';
import type { Hold, ReleaseRecord, RunRecord, VersionRef } from '../../../core/release/state.ts';
import { currentStep, phaseOf } from '../../../core/release/state.ts';
import { isActivePod, isReadyPod } from '../../../core/rollout/availability.ts';
import type { Plan } from '../../../core/strategy/plan.ts';
import { describePlan, describeStep } from '../../../core/strategy/plan.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import type { ReleaseTarget, TargetState } from './target.ts';
import { findRelease, readTarget } from './target.ts';

export interface PodView {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** `Running`, or the reason why not. */
  readonly status: string;
}

export interface ArmView {
  readonly role: 'stable' | 'candidate' | 'retiring';
  readonly version: string;
  readonly deployment: string;
  readonly ready: number;
  readonly wanted: number;
  /** Percent. */
  readonly desired: number;
  /** Percent of the requests; null = none seen. */
  readonly observed: number | null;
  /** Requests per second; null = not measured now. */
  readonly rps: number | null;
  readonly pods: readonly PodView[];
}

export interface ReleaseView {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly phase: string;
  /** What it does or waits for. */
  readonly sentence: string;
  readonly run?: string;
  readonly startedAt?: number;
  readonly arms: readonly ArmView[];
  readonly step?: { readonly index: number; readonly of: number; readonly text: Message };
  readonly verdict?: Verdict;
  /** Of a run whose pace follows the evidence: what is missing for the next weight. */
  readonly next?: Message;
  readonly findings: readonly Finding[];
  /** Since when (milliseconds since 1970), why, and what ends it. */
  readonly holds: readonly Hold[];
  /** Versions that wait for their run. */
  readonly queue: readonly string[];
  /** The newest run that ended. */
  readonly last?: { readonly run: string; readonly outcome: string; readonly reason?: Message };
}

/** @throws Fault `notFound` */
export async function releaseView(store: Store, target: ReleaseTarget, language: Language): Promise<ReleaseView> {
  const found = await readTarget(store, target);
  const { state, release } = found;
  const { run } = state;
  const last = lastOf(found);
  return {
    ...target,
    service: release.spec.service,
    phase: phaseOf(state),
    sentence: presentSentence(found, language),
    arms: armViews(found),
    ...(run === null ? { findings: [], holds: [] } : runView(run)),
    queue: state.queue.map((one) => one.version.version),
    ...(last && { last }),
  };
}

/** At rest the controller's own sentence: it also knows what keeps a run from starting. */
function presentSentence({ release, state }: TargetState, language: Language): string {
  const { message, text } = release.status ?? {};
  if (state.run !== null || message === undefined) return say(language, sentenceOf(state));
  return sayWording(language, text === undefined ? { message } : { message, text });
}

function runView(
  run: RunRecord,
): Pick<ReleaseView, 'run' | 'startedAt' | 'step' | 'verdict' | 'next' | 'findings' | 'holds'> {
  const { judge } = run.evidence;
  const next = nextMessage(run);
  return {
    run: run.name,
    startedAt: run.startedAt,
    step: { index: run.step.index, of: run.plan.steps.length, text: describeStep(currentStep(run)) },
    ...(judge?.verdict && { verdict: judge.verdict }),
    ...(next && { next }),
    findings: judge?.findings ?? [],
    holds: run.holds,
  };
}

function lastOf({ runs, state }: TargetState): ReleaseView['last'] {
  const last = runs.find((one) => one.status?.outcome !== undefined);
  const outcome = last?.status?.outcome;
  if (last === undefined || outcome === undefined) return undefined;
  const run = last.metadata.name;
  const reason = state.handled.find((one) => one.run === run)?.reason;
  return { run, outcome, ...(reason && { reason }) };
}

function armViews(found: TargetState): readonly ArmView[] {
  const { state } = found;
  const { run, stable } = state;
  if (stable === null) return [];
  const arm = (version: VersionRef, rest: Pick<ArmView, 'role' | 'desired' | 'observed' | 'rps'>): ArmView =>
    armView(found, version, rest);
  const retired = retiring(found, state);
  if (run === null) return [arm(stable, { role: 'stable', desired: 100, observed: null, rps: null }), ...retired];
  const { share, stable: stableRps, candidate: rps } = rates(run.evidence.flow);
  const others = share === null ? null : Math.round((100 - share) * 100) / 100;
  return [
    arm(stable, { role: 'stable', desired: 100 - run.desired, observed: others, rps: stableRps }),
    arm(run.to, { role: 'candidate', desired: run.desired, observed: share, rps }),
    ...retired,
  ];
}

function retiring(found: TargetState, state: ReleaseRecord): readonly ArmView[] {
  return state.retiring.map((one) =>
    armView(found, one.version, { role: 'retiring', desired: 0, observed: null, rps: null }),
  );
}

function armView(
  { seen, workloads }: TargetState,
  version: VersionRef,
  rest: Pick<ArmView, 'role' | 'desired' | 'observed' | 'rps'>,
): ArmView {
  const arm = seen.arms[version.deployment];
  const deployment = workloads.deployments.find((one) => one.metadata.name === version.deployment);
  const pods = deployment === undefined ? [] : workloads.replicaSets(deployment).flatMap((set) => workloads.pods(set));
  return {
    ...rest,
    version: version.version,
    deployment: version.deployment,
    ready: arm?.ready ?? 0,
    wanted: arm?.replicas ?? 0,
    pods: pods.filter(isActivePod).map(podView),
  };
}

function podView(pod: Pod): PodView {
  const statuses = pod.status?.containerStatuses ?? [];
  const waiting = statuses.find((one) => one.state.waiting !== undefined)?.state.waiting;
  return {
    name: pod.metadata.name,
    ready: isReadyPod(pod),
    restarts: statuses.reduce((sum, one) => sum + one.restartCount, 0),
    status: waiting?.reason ?? pod.status?.reason ?? pod.status?.phase ?? 'Pending',
  };
}

export interface PlanView {
  readonly plan: Plan;
  /** One sentence a step. */
  readonly steps: readonly Message[];
  /** Every setting with its default filled in, durations in ms. */
  readonly policy: ReleasePolicy;
}

/** What a run of the release would do. @throws Fault `notFound`, `invalid` */
export async function planOf(store: Store, target: ReleaseTarget): Promise<PlanView> {
  const release = await findRelease(store, target);
  const { plan, policy, refused } = compile(release.spec);
  if (refused !== undefined) {
    const place = { object: `Release ${target.namespace}/${target.name}`, field: refused.field };
    throw new Fault('invalid', refused.message, { place });
  }
  return { plan, steps: describePlan(plan), policy };
}
