/** The canary strategy: growing shares of the traffic, by a list of steps or at a pace that follows the evidence. */
import type { PaceSettings } from '../analysis/pace-settings.ts';
import { paceSettings } from '../analysis/pace-settings.ts';
import type { AutoPace, CanaryStep, CanaryStrategy } from '../model/release.ts';
import type { DurationReader } from '../release/policy.ts';
import type { Step } from './plan.ts';

/** Shortest look at a weight that has no pause of its own. */
const MINIMUM_LOOK_MS = 10_000;

/** Without steps and without `auto` the pace follows the evidence. The last step is always `promote`. */
export function canarySteps(strategy: CanaryStrategy, reader: DurationReader): readonly Step[] {
  const steps =
    strategy.steps === undefined
      ? [{ kind: 'auto', pace: paceOf(strategy.auto ?? {}, reader) } as const]
      : strategy.steps.map((step, index) => listed(step, { index, next: strategy.steps?.[index + 1], reader }));
  const last = steps.at(-1);
  if (last?.kind === 'setWeight' && last.weight === 100) return [...steps.slice(0, -1), { kind: 'promote' }];
  return [...steps, { kind: 'promote' }];
}

interface Listed {
  readonly index: number;
  readonly next: CanaryStep | undefined;
  readonly reader: DurationReader;
}

function listed(step: CanaryStep, { index, next, reader }: Listed): Step {
  const field = `spec.strategy.canary.steps[${index}]`;
  if (step.weight !== undefined) {
    // A pause or an approval right after it is the look at this weight.
    const lookMs = next?.pause !== undefined || next?.approve !== undefined ? 0 : MINIMUM_LOOK_MS;
    return { kind: 'setWeight', weight: step.weight, lookMs };
  }
  if (step.approve !== undefined) return { kind: 'approve', by: step.approve.by ?? [] };
  if (typeof step.pause === 'string') return { kind: 'wait', forMs: reader.read(`${field}.pause`, step.pause, 0) };
  return { kind: 'wait', forMs: null };
}

/** Durations of the release, read; the rest is filled in by the analysis. */
export function paceOf(auto: AutoPace, reader: DurationReader): PaceSettings {
  const field = 'spec.strategy.canary.auto';
  return paceSettings(auto, {
    dwellMs: reader.read(`${field}.dwell`, auto.dwell, 30_000),
    timeBoxMs: reader.read(`${field}.timeBox`, auto.timeBox, 600_000),
    bakeMs: reader.read(`${field}.bake`, auto.bake, 300_000),
  });
}
