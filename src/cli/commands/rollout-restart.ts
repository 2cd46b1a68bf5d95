import { restartRollout } from '../../control/commands/workload/rollout.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Run } from '../command-spec.ts';
import { deploymentsOf, printedDeployment } from '../deployments.ts';

export const run: Run = async (context, input) => {
  const places = deploymentsOf(context, input.operands);
  const store = await context.store();
  for (const place of places) {
    await restartRollout(store, place, systemClock);
    context.print(context.say('cli.done.restarted', { object: printedDeployment(place) }));
  }
};
