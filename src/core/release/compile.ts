/** From the release's spec to what a run is frozen with: policy, plan, settings of the judge. */
import { contentHash } from './hash.ts';
import type { JudgeChoice, JudgeSettings } from '../analysis/judge-settings.ts';
import { judgeSettings } from '../analysis/judge-settings.ts';
import { marginsOf } from '../analysis/pace-settings.ts';
import type { ReleaseAnalysis, ReleaseSpec } from '../model/release.ts';
import { canarySteps, paceOf } from '../strategy/canary.ts';
import type { Plan, Step } from '../strategy/plan.ts';
import type { DurationReader, RefusedSpec, ReleasePolicy } from './policy.ts';
import { durationReader, policyOf } from './policy.ts';
import type { VersionRef } from './state.ts';

export interface Compiled {
  readonly policy: ReleasePolicy;
  readonly plan: Plan;
  /** No run starts and no plan changes while the spec says something that cannot be understood. */
  readonly refused?: RefusedSpec;
}

export function compile(spec: ReleaseSpec): Compiled {
  const reader = durationReader();
  const steps = canarySteps(spec.strategy.canary ?? {}, reader);
  const { policy, refused } = policyOf(spec);
  const problem = refused ?? reader.refused();
  return {
    policy,
    plan: { strategy: 'canary', revision: 1, specHash: contentHash(spec.strategy), steps },
    ...(problem && { refused: problem }),
  };
}

function weightsOf(steps: readonly Step[]): readonly number[] {
  return steps.flatMap((step) => {
    if (step.kind === 'auto') return step.pace.weights;
    return step.kind === 'setWeight' ? [step.weight] : [];
  });
}

/** All traffic at once, to a version that is known: rollback. */
export const directPlan: Plan = { strategy: 'direct', revision: 1, specHash: '', steps: [{ kind: 'promote' }] };

/** Settings are frozen with the run: an edit of the analysis takes effect with the next one. */
export function judgeFor(
  spec: ReleaseSpec,
  run: { readonly plan: Plan; readonly from: VersionRef; readonly to: VersionRef },
): JudgeSettings {
  const reader = durationReader();
  const auto = run.plan.steps.find((step) => step.kind === 'auto');
  const limits = auto?.pace ?? paceOf({}, reader);
  return judgeSettings({
    stable: run.from.version,
    candidate: run.to.version,
    margins: marginsOf(weightsOf(run.plan.steps), limits),
    limits: { budget: limits.budget, margin: limits.margin },
    split: spec.traffic?.sticky === undefined ? 'request' : 'user',
    ...tolerances(spec.analysis ?? {}, reader),
  });
}

/** Percent of the release become fractions. */
function tolerances(analysis: ReleaseAnalysis, reader: DurationReader): Partial<JudgeChoice> {
  const { alpha, errors = {}, latency, noDataTimeout } = analysis;
  const slower = latency?.slowerThan;
  return {
    alpha: fraction(alpha),
    errors: { ratio: errors.ratio, tolerance: fraction(errors.tolerance), phi: errors.phi },
    ...(latency && {
      latency: {
        slowerThanMs: slower === undefined ? undefined : reader.read('spec.analysis.latency.slowerThan', slower, 500),
      },
    }),
    noDataTimeoutMs: reader.read('spec.analysis.noDataTimeout', noDataTimeout, 60_000),
  };
}

function fraction(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}
