import type { DeploymentPlace } from '../../control/commands/workload/rollout.ts';
import { rolloutStatus, rolloutStatusOf } from '../../control/commands/workload/rollout.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { Fault, faultCodes } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { deploymentsOf } from '../deployments.ts';
import { parseTime } from '../duration-option.ts';
import { follow } from '../follow.ts';

interface Waiting {
  readonly context: Context;
  readonly store: Store;
  readonly place: DeploymentPlace;
  /** Undefined = for ever. */
  readonly withinMs: number | undefined;
}

/** Prints each new sentence until the rollout is decided. 0 = done. @throws Fault `timeout`, `notFound` */
async function untilDone({ context, store, place, withinMs }: Waiting): Promise<number> {
  const stop = new AbortController();
  let last = '';
  let code: number | undefined;
  const see = (deployment: Deployment): void => {
    const { progress, text } = rolloutStatusOf(deployment);
    const line = context.sayMessage(text);
    if (line !== last) context.print(line);
    last = line;
    if (progress.state === 'waiting') return;
    code = progress.state === 'late' ? faultCodes.timeout.exit : 0;
    stop.abort();
  };
  const timer = withinMs === undefined ? undefined : setTimeout(() => stop.abort(), withinMs);
  const request = {
    kinds: ['Deployment'],
    namespace: place.namespace,
    wants: ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name === place.name,
  };
  await follow(
    { store, request, signal: stop.signal },
    {
      onStart: (objects) => {
        for (const object of objects) see(object as Deployment);
      },
      onChange: ({ type, object }) => {
        if (type !== 'deleted') see(object as Deployment);
        else stop.abort();
      },
    },
  );
  clearTimeout(timer);
  if (code !== undefined) return code;
  // Either it is gone, which this says, or the time is over.
  await rolloutStatus(store, place);
  const params = { name: place.name, seconds: (withinMs ?? 0) / 1000 };
  const remedy = { key: 'cli.rollout.timeoutRemedy' } as const;
  throw new Fault('timeout', { key: 'cli.rollout.timeout', params }, { remedy });
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  const limit = input.text('timeout');
  const withinMs = limit === undefined ? undefined : parseTime(limit);
  let worst = 0;
  for (const place of deploymentsOf(context, input.operands)) {
    // A first reading says at once where there is no such Deployment.
    const { text } = await rolloutStatus(store, place);
    if (input.text('watch') === 'false') context.print(context.sayMessage(text));
    else worst = Math.max(worst, await untilDone({ context, store, place, withinMs }));
  }
  return worst;
};
