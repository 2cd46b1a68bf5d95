/** What a strategy compiles to: the ordered steps of one run. Plain JSON; frozen in the record of the run. */
import type { Message } from '../../texts/catalogue.ts';
import type { PaceSettings } from '../analysis/pace-settings.ts';

/** Strategies to come add kinds here; the compiler then names every place that must know them. */
export type Step =
  /** Capacity first, then the route, then its confirmation, then a look of `lookMs` with data and without harm. */
  | { readonly kind: 'setWeight'; readonly weight: number; readonly lookMs: number }
  /** `forMs: null` waits until someone resumes. The clock stands still without data and while the run is held. */
  | { readonly kind: 'wait'; readonly forMs: number | null }
  /** Empty `by` = anyone. */
  | { readonly kind: 'approve'; readonly by: readonly string[] }
  | { readonly kind: 'auto'; readonly pace: PaceSettings }
  /** All traffic, then the roles swap. Always the last one. */
  | { readonly kind: 'promote' };

export interface Plan {
  readonly strategy: 'canary' | 'direct';
  /** Grows with every edit of the release's strategy during the run. */
  readonly revision: number;
  /** Content hash of the strategy and analysis that it was compiled from. */
  readonly specHash: string;
  readonly steps: readonly Step[];
}

/** The first share that needs capacity, percent: 100 for a plan that switches at once, null where pace decides. */
export function firstWeight(plan: Plan): number | null {
  for (const step of plan.steps) {
    if (step.kind === 'setWeight') return step.weight;
    if (step.kind === 'auto') return null;
    if (step.kind === 'promote') return 100;
  }
  return 100;
}

/** One sentence a step, in the order of the plan. */
export function describePlan(plan: Plan): readonly Message[] {
  return plan.steps.map(describeStep);
}

export function describeStep(step: Step): Message {
  switch (step.kind) {
    case 'setWeight':
      return step.lookMs > 0
        ? { key: 'release.plan.setWeightLook', params: { weight: step.weight, seconds: step.lookMs / 1000 } }
        : { key: 'release.plan.setWeight', params: { weight: step.weight } };
    case 'wait':
      return step.forMs === null
        ? { key: 'release.plan.waitForResume' }
        : { key: 'release.plan.wait', params: { seconds: step.forMs / 1000 } };
    case 'approve':
      return step.by.length === 0
        ? { key: 'release.plan.approve' }
        : { key: 'release.plan.approveBy', params: { by: step.by.join(', ') } };
    case 'auto':
      return {
        key: 'release.plan.auto',
        params: { weights: step.pace.weights.join(', '), bake: step.pace.bakeMs / 1000 },
      };
    case 'promote':
      return { key: 'release.plan.promote' };
  }
}
