import type { KubeObject } from '../../core/model/meta.ts';
import { parseSelector } from '../../core/model/labels.ts';
import type { Event } from '../../core/model/plain.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { notFound } from '../not-found.ts';
import { describeObject } from '../render/description.ts';
import type { Target } from '../targets.ts';
import { parseTargets } from '../targets.ts';

async function wanted(context: Context, store: Store, input: Input): Promise<readonly KubeObject[]> {
  const selector = input.text('selector');
  const labels = selector === undefined ? undefined : parseSelector(selector);
  const found = async ({ kind, name }: Target): Promise<readonly KubeObject[]> => {
    const namespace = kind.namespaced ? context.namespace : '';
    if (name === undefined) {
      const isScoped = kind.namespaced && !input.flag('allNamespaces');
      const listing = await store.list(kind.kind, {
        ...(isScoped ? { namespace } : {}),
        ...(labels ? { labels } : {}),
      });
      return listing.items;
    }
    if (labels !== undefined) throw new Fault('usage', { key: 'cli.usage.namesAndSelector' });
    const object = await store.get({ kind: kind.kind, namespace, name });
    if (object !== undefined) return [object];
    throw notFound({ kind: kind.kind, namespace, name });
  };
  return (await Promise.all(parseTargets(input.operands).map(found))).flat();
}

async function eventsAbout(store: Store, object: KubeObject): Promise<readonly Event[]> {
  const { namespace } = object.metadata;
  const { items } = await store.list<Event>('Event', namespace === undefined ? {} : { namespace });
  return items
    .filter(({ involvedObject: about }) => about.kind === object.kind && about.name === object.metadata.name)
    .toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? -1 : 1));
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  const objects = await wanted(context, store, input);
  if (objects.length === 0) context.note(context.say('cli.none', { namespace: context.namespace }));
  for (const [index, object] of objects.entries()) {
    if (index > 0) context.print('\n');
    const events = await eventsAbout(store, object);
    for (const line of await describeObject(context, object, events)) context.print(line);
  }
};
