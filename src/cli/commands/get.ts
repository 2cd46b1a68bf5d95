import type { KindNames } from '../../core/model/kinds.ts';
import { parseSelector } from '../../core/model/labels.ts';
import type { KubeObject, LabelSelector } from '../../core/model/meta.ts';
import type { Event } from '../../core/model/plain.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { follow } from '../follow.ts';
import type { Input } from '../input.ts';
import { notFound } from '../not-found.ts';
import type { ObjectTable, TableLook } from '../render/object-table.ts';
import { createObjectTable } from '../render/object-table.ts';
import { asDocument, dataText, isDataFormat, nameLines } from '../render/objects.ts';
import type { Target } from '../targets.ts';
import { parseTargets } from '../targets.ts';

/** Objects of one kind that were asked for. */
interface Group {
  readonly kind: KindNames;
  /** Empty = all. */
  readonly names: readonly string[];
}

interface Query {
  readonly groups: readonly Group[];
  readonly labels: LabelSelector | undefined;
  /** Undefined = all namespaces. */
  readonly namespace: string | undefined;
  readonly isMissingFine: boolean;
  readonly look: TableLook;
}

function grouped(targets: readonly Target[]): readonly Group[] {
  const groups = new Map<string, { readonly kind: KindNames; readonly names: string[] }>();
  for (const { kind, name } of targets) {
    const group = groups.get(kind.kind) ?? { kind, names: [] };
    groups.set(kind.kind, group);
    if (name !== undefined && !group.names.includes(name)) group.names.push(name);
  }
  return [...groups.values()];
}

function queryOf(context: Context, input: Input): Query {
  const groups = grouped(parseTargets(input.operands));
  const selector = input.text('selector');
  if (selector !== undefined && groups.some(({ names }) => names.length > 0)) {
    throw new Fault('usage', { key: 'cli.usage.namesAndSelector' });
  }
  const namespace = input.flag('allNamespaces') ? undefined : context.namespace;
  return {
    groups,
    namespace,
    labels: selector === undefined ? undefined : parseSelector(selector),
    isMissingFine: input.flag('ignoreNotFound'),
    look: {
      isWide: input.text('output') === 'wide',
      hasNamespace: namespace === undefined,
      hasKindNames: groups.length > 1,
      hasHeaders: input.flag('headers'),
      hasLabels: input.flag('showLabels'),
      labelColumns: input.list('labelColumns').flatMap((names) => names.split(',')),
      language: context.language,
    },
  };
}

/** Events by time, everything else by place and name. */
function sorted(kind: KindNames, objects: readonly KubeObject[]): readonly KubeObject[] {
  const place = (object: KubeObject): string =>
    kind.kind === 'Event'
      ? (object as Event).lastTimestamp
      : `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  return objects.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}

async function named(store: Store, group: Group, query: Query): Promise<readonly KubeObject[]> {
  const namespace = group.kind.namespaced ? (query.namespace ?? 'default') : '';
  const found = await Promise.all(
    group.names.map(async (name) => {
      const object = await store.get({ kind: group.kind.kind, namespace, name });
      if (object !== undefined || query.isMissingFine) return object;
      throw notFound({ kind: group.kind.kind, namespace, name });
    }),
  );
  return found.filter((object) => object !== undefined);
}

async function fetchGroup(store: Store, group: Group, query: Query): Promise<readonly KubeObject[]> {
  if (group.names.length > 0) return named(store, group, query);
  const { items } = await store.list(group.kind.kind, {
    ...(query.namespace === undefined || !group.kind.namespaced ? {} : { namespace: query.namespace }),
    ...(query.labels === undefined ? {} : { labels: query.labels }),
  });
  return sorted(group.kind, items);
}

function sayNone(context: Context, query: Query): void {
  const isScoped = query.namespace !== undefined && query.groups.every(({ kind }) => kind.namespaced);
  context.note(
    isScoped ? context.say('cli.none', { namespace: query.namespace ?? '' }) : context.say('cli.noneAnywhere'),
  );
}

function printTables(context: Context, query: Query, found: readonly (readonly KubeObject[])[]): void {
  let isFirst = true;
  query.groups.forEach((group, index) => {
    const objects = found[index] ?? [];
    if (objects.length === 0) return;
    if (!isFirst) context.print('');
    isFirst = false;
    for (const line of createObjectTable(group.kind, query.look).lines(objects, context.now())) context.print(line);
  });
  if (isFirst) sayNone(context, query);
}

/** Prints what is there, then every change until the process is ended. */
async function watchThem(context: Context, input: Input, query: Query): Promise<void> {
  const tables = new Map<string, ObjectTable>(
    query.groups.map(({ kind }) => [kind.kind, createObjectTable(kind, query.look)]),
  );
  const format = input.text('output');
  const show = (objects: readonly KubeObject[]): void => {
    if (format === 'json') for (const object of objects) context.print(JSON.stringify(object));
    else if (format === 'name') for (const line of nameLines(objects)) context.print(line);
    else {
      for (const { kind } of query.groups) {
        const own = sorted(
          kind,
          objects.filter((object) => object.kind === kind.kind),
        );
        if (own.length === 0) continue;
        for (const line of tables.get(kind.kind)?.lines(own, context.now()) ?? []) context.print(line);
      }
    }
  };
  const names = new Map(query.groups.map(({ kind, names: wanted }) => [kind.kind, wanted]));
  const isScoped = query.groups.every(({ kind }) => kind.namespaced);
  await follow(
    {
      store: await context.store(),
      signal: new AbortController().signal,
      request: {
        kinds: query.groups.map(({ kind }) => kind.kind),
        ...(query.namespace === undefined || !isScoped ? {} : { namespace: query.namespace }),
        ...(query.labels === undefined ? {} : { labels: query.labels }),
        wants: ({ kind, metadata }) => {
          const wanted = names.get(kind) ?? [];
          return wanted.length === 0 || wanted.includes(metadata.name);
        },
      },
    },
    { onStart: show, onChange: ({ object }) => show([object]) },
  );
}

export const run: Run = async (context, input) => {
  const query = queryOf(context, input);
  const format = input.text('output');
  if (input.flag('watch')) {
    if (format === 'yaml') {
      throw new Fault(
        'usage',
        { key: 'cli.usage.invalidArgument', params: { what: '-o' } },
        { expected: 'json, name, wide', found: 'yaml' },
      );
    }
    return watchThem(context, input, query);
  }
  const store = await context.store();
  const found = await Promise.all(query.groups.map((group) => fetchGroup(store, group, query)));
  const objects = found.flat();
  if (isDataFormat(format)) {
    const isOne = query.groups.length === 1 && query.groups[0]?.names.length === 1;
    context.print(await dataText(asDocument(objects, !isOne), format));
  } else if (format === 'name') {
    for (const line of nameLines(objects)) context.print(line);
  } else {
    printTables(context, query, found);
  }
  return 0;
};
