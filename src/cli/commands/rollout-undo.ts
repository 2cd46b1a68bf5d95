import { undoRollout } from '../../control/commands/workload/rollout.ts';
import type { Run } from '../command-spec.ts';
import { deploymentsOf, printedDeployment } from '../deployments.ts';

export const run: Run = async (context, input) => {
  const toRevision = input.number('toRevision');
  const places = deploymentsOf(context, input.operands);
  const store = await context.store();
  for (const place of places) {
    const request = { ...place, ...(toRevision === undefined ? {} : { toRevision }) };
    const { outcome, revision } = await undoRollout(store, request);
    const key = outcome === 'same' ? 'cli.done.undoneSame' : 'cli.done.undone';
    context.print(context.say(key, { object: printedDeployment(place), revision }));
  }
};
