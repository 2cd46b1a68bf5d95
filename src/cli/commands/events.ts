import { kindNamed } from '../../core/model/kinds.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import type { Event } from '../../core/model/plain.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import type { FollowRequest } from '../follow.ts';
import { follow } from '../follow.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { createObjectTable } from '../render/object-table.ts';
import { asDocument, dataText, isDataFormat } from '../render/objects.ts';
import { parseNamedTargets } from '../targets.ts';

function wanted(input: Input): (object: KubeObject) => boolean {
  const about = input.text('for');
  const [target] = about === undefined ? [] : parseNamedTargets([about]);
  const types = input.text('types')?.toLowerCase().split(',');
  return (object) => {
    const { involvedObject, type } = object as Event;
    const isAbout =
      target === undefined || (involvedObject.kind === target.kind.kind && involvedObject.name === target.name);
    return isAbout && (types === undefined || types.includes(type.toLowerCase()));
  };
}

function byTime(objects: readonly KubeObject[]): readonly Event[] {
  return (objects as readonly Event[]).toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? -1 : 1));
}

function tableOf(context: Context, input: Input): ReturnType<typeof createObjectTable> {
  const kind = kindNamed('Event');
  if (kind === undefined) throw new Error('the model knows no events');
  return createObjectTable(kind, {
    isWide: input.text('output') === 'wide',
    hasNamespace: input.flag('allNamespaces'),
    hasKindNames: false,
    hasHeaders: true,
    hasLabels: false,
    labelColumns: [],
    language: context.language,
  });
}

async function watchEvents(context: Context, input: Input, request: FollowRequest): Promise<void> {
  const table = tableOf(context, input);
  const isJson = input.text('output') === 'json';
  const show = (events: readonly KubeObject[]): void => {
    const lines = isJson ? events.map((event) => JSON.stringify(event)) : table.lines(events, context.now());
    if (events.length > 0) for (const line of lines) context.print(line);
  };
  await follow(
    { store: await context.store(), request, signal: new AbortController().signal },
    {
      onStart: (objects) => show(byTime(objects)),
      onChange: ({ type, object }) => show(type === 'deleted' ? [] : [object]),
    },
  );
}

export const run: Run = async (context, input) => {
  const namespace = input.flag('allNamespaces') ? {} : { namespace: context.namespace };
  const wants = wanted(input);
  const format = input.text('output');
  if (input.flag('watch')) {
    if (format === 'yaml') {
      throw new Fault(
        'usage',
        { key: 'cli.usage.invalidArgument', params: { what: '-o' } },
        { expected: 'json, wide', found: format },
      );
    }
    return watchEvents(context, input, { kinds: ['Event'], ...namespace, wants });
  }
  const { items } = await (await context.store()).list('Event', namespace);
  const events = byTime(items.filter(wants));
  if (isDataFormat(format)) context.print(await dataText(asDocument(events, true), format));
  else if (events.length === 0) context.note(context.say('cli.none', { namespace: context.namespace }));
  else for (const line of tableOf(context, input).lines(events, context.now())) context.print(line);
  return 0;
};
