import { scale } from '../../control/commands/workload/scale.ts';
import { printedName } from '../../core/model/kinds.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import { parseNamedTargets } from '../targets.ts';

export const run: Run = async (context, input) => {
  const replicas = input.number('replicas');
  if (replicas === undefined)
    throw new Fault('usage', { key: 'cli.usage.optionMissing', params: { option: '--replicas' } });
  const currentReplicas = input.number('currentReplicas');
  const targets = parseNamedTargets(input.operands);
  const store = await context.store();
  for (const { kind, name } of targets) {
    const ref = { kind: kind.kind, namespace: context.namespace, name };
    await scale(store, { ref, replicas, ...(currentReplicas === undefined ? {} : { currentReplicas }) });
    context.print(context.say('cli.done.scaled', { object: printedName({ kind: ref.kind, metadata: ref }) }));
  }
};
