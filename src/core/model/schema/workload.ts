import type { z } from 'zod';
import { matchesSelector } from '../labels.ts';
import type { LabelSelector } from '../meta.ts';
import type { PodTemplate } from '../pod.ts';
import type { DeploymentSpec, DeploymentStrategy, ReplicaSetSpec } from '../workload.ts';
import { labelSelector } from './meta.ts';
import { podTemplate } from './pod.ts';
import { strict, withRules } from './strict.ts';
import type { Check } from './strict.ts';
import { count, countOrPercent, flag, oneOf, positive } from './values.ts';

const strategy: z.ZodType<DeploymentStrategy> = withRules(
  strict<DeploymentStrategy>(
    {},
    {
      type: oneOf('RollingUpdate', 'Recreate'),
      rollingUpdate: strict<NonNullable<DeploymentStrategy['rollingUpdate']>>(
        {},
        { maxSurge: countOrPercent, maxUnavailable: countOrPercent },
      ),
    },
  ),
  ({ type, rollingUpdate }, check) => {
    if (type === 'Recreate' && rollingUpdate !== undefined) {
      check.refuse({ text: { key: 'manifest.recreateRolls' } }, ['rollingUpdate']);
    }
    if (isNothing(rollingUpdate?.maxSurge) && isNothing(rollingUpdate?.maxUnavailable)) {
      check.refuse({ text: { key: 'manifest.cannotRoll' } }, ['rollingUpdate', 'maxUnavailable']);
    }
  },
);

function isNothing(value: number | string | undefined): boolean {
  return value === 0 || value === '0%';
}

/** Otherwise it would make pods that it does not count as its own, without end. */
function requireOwnPods(
  value: { readonly selector: LabelSelector; readonly template: PodTemplate },
  check: Check,
): void {
  const { matchLabels = {}, matchExpressions = [] } = value.selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    check.refuse({ text: { key: 'manifest.emptySelector' } }, ['selector']);
  } else if (!matchesSelector(value.selector, value.template.metadata?.labels)) {
    const remedy = { key: 'manifest.selectorMismatchRemedy' } as const;
    check.refuse({ text: { key: 'manifest.selectorMismatch' }, remedy }, ['template', 'metadata', 'labels']);
  }
}

export const deploymentSpec: z.ZodType<DeploymentSpec> = withRules(
  strict<DeploymentSpec>(
    { selector: labelSelector, template: podTemplate },
    {
      replicas: count,
      strategy,
      minReadySeconds: count,
      progressDeadlineSeconds: positive,
      revisionHistoryLimit: count,
      paused: flag,
    },
  ),
  requireOwnPods,
);

export const replicaSetSpec: z.ZodType<ReplicaSetSpec> = withRules(
  strict<ReplicaSetSpec>(
    { selector: labelSelector, template: podTemplate },
    { replicas: count, minReadySeconds: count },
  ),
  requireOwnPods,
);
