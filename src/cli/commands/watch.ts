import type { Release } from '../../core/model/release.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { releaseTarget } from '../release-target.ts';
import { watchRelease } from '../watch-release.ts';

/** Without a name: the only release of the namespace. @throws Fault `usage` where there is none or several */
async function onlyRelease(context: Context, store: Store): Promise<string> {
  const { items } = await store.list<Release>('Release', { namespace: context.namespace });
  const [first, second] = items;
  if (first !== undefined && second === undefined) return first.metadata.name;
  const names = items.map(({ metadata }) => metadata.name).join(', ');
  throw new Fault(
    'usage',
    { key: 'cli.usage.whichRelease', params: { namespace: context.namespace } },
    { found: names === '' ? '-' : names },
  );
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  const name = input.operands[0] ?? (await onlyRelease(context, store));
  return watchRelease(context, store, {
    target: releaseTarget(context, name),
    untilRunEnds: true,
    isJson: input.text('output') === 'json',
  });
};
