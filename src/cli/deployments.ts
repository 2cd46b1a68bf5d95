/** The Deployments that `rollout …` commands name: `deploy NAME`, `deploy/NAME`, or the bare name. */
import type { DeploymentPlace } from '../control/commands/workload/rollout.ts';
import { kindForWord } from '../core/model/kinds.ts';
import { Fault } from '../lib/fault.ts';
import type { Context } from './context.ts';
import { parseNamedTargets } from './targets.ts';

/** @throws Fault `usage` where another kind is named */
export function deploymentsOf(context: Context, operands: readonly string[]): readonly DeploymentPlace[] {
  const [first] = operands;
  const isBare =
    operands.length === 1 && first !== undefined && !first.includes('/') && kindForWord(first) === undefined;
  return parseNamedTargets(isBare ? ['deployment', first] : operands).map(({ kind, name }) => {
    if (kind.kind === 'Deployment') return { namespace: context.namespace, name };
    throw new Fault(
      'usage',
      { key: 'cli.usage.onlyDeployment', params: { kind: kind.kind } },
      { expected: 'deploy/NAME' },
    );
  });
}

/** As kubectl prints what it changed: `deployment.apps/reviews paused`. */
export function printedDeployment({ name }: DeploymentPlace): string {
  return `deployment.apps/${name}`;
}
