import { resumeRollout } from '../../control/commands/workload/rollout.ts';
import type { Run } from '../command-spec.ts';
import { deploymentsOf, printedDeployment } from '../deployments.ts';

export const run: Run = async (context, input) => {
  const places = deploymentsOf(context, input.operands);
  const store = await context.store();
  for (const place of places) {
    const { outcome } = await resumeRollout(store, place);
    const key = outcome === 'same' ? 'cli.done.same' : 'cli.done.resumed';
    context.print(context.say(key, { object: printedDeployment(place) }));
  }
};
