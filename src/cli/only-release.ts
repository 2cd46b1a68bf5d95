import type { Release } from '../core/model/release.ts';
import { Fault } from '../lib/fault.ts';
import type { Store } from '../ports/store.ts';
import type { Context } from './context.ts';

/** Without a name: the only release of the namespace. @throws Fault `notFound` where there is none, `usage` for several */
export async function onlyRelease(context: Context, store: Store): Promise<string> {
  const { namespace } = context;
  const { items } = await store.list<Release>('Release', { namespace });
  const [first, second] = items;
  if (first === undefined) {
    throw new Fault(
      'notFound',
      { key: 'cli.noRelease', params: { namespace } },
      { remedy: { key: 'cli.noReleaseRemedy' } },
    );
  }
  if (second === undefined) return first.metadata.name;
  throw new Fault(
    'usage',
    { key: 'cli.usage.whichRelease', params: { namespace } },
    { expected: items.map(({ metadata }) => metadata.name).join(', ') },
  );
}
