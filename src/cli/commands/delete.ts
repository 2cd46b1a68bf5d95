import { printedName, refOf } from '../../core/model/kinds.ts';
import { parseSelector } from '../../core/model/labels.ts';
import type { KubeObject, ObjectRef } from '../../core/model/meta.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { parseTime } from '../duration-option.ts';
import { follow } from '../follow.ts';
import type { Input } from '../input.ts';
import { notFound } from '../not-found.ts';
import type { ReadManifests } from '../manifests.ts';
import { parseTargets } from '../targets.ts';

const DEFAULT_WAIT_MS = 120_000;

type Refused = Extract<ReadManifests, { readonly outcome: 'refused' }>;

/** What is to be deleted, by name: files and operands. */
async function namedRefs(context: Context, input: Input): Promise<readonly ObjectRef[] | Refused> {
  const files = input.list('filename');
  if (files.length > 0) {
    // Schemas and YAML cost time to load; names and labels do not need them.
    const { readManifests } = await import('../manifests.ts');
    const read = await readManifests(context, { files, isRecursive: input.flag('recursive') });
    return read.outcome === 'refused' ? read : read.objects.map(refOf);
  }
  return parseTargets(input.operands).flatMap(({ kind, name }) =>
    name === undefined ? [] : [{ kind: kind.kind, namespace: kind.namespaced ? context.namespace : '', name }],
  );
}

/** What is to be deleted by label, or all of a kind. */
async function selected(context: Context, store: Store, input: Input): Promise<readonly KubeObject[]> {
  const selector = input.text('selector');
  const targets = input.list('filename').length > 0 ? [] : parseTargets(input.operands);
  const kinds = targets.filter(({ name }) => name === undefined).map(({ kind }) => kind);
  if (kinds.length === 0) {
    if (selector !== undefined) throw new Fault('usage', { key: 'cli.usage.namesAndSelector' });
    return [];
  }
  if (selector === undefined && !input.flag('all')) {
    throw new Fault('usage', { key: 'cli.usage.deleteWhat' }, { remedy: { key: 'cli.usage.deleteWhatRemedy' } });
  }
  const lists = await Promise.all(
    kinds.map(({ kind, namespaced }) =>
      store.list(kind, {
        ...(namespaced ? { namespace: context.namespace } : {}),
        ...(selector === undefined ? {} : { labels: parseSelector(selector) }),
      }),
    ),
  );
  return lists.flatMap(({ items }) => items);
}

function graceSeconds(input: Input): number | undefined {
  if (input.flag('force')) return 0;
  return input.flag('now') ? 1 : input.number('gracePeriod');
}

function quoted(object: KubeObject): string {
  const [kind, name] = printedName(object).split('/');
  return `${kind ?? ''} "${name ?? ''}"`;
}

/** Resolves when none of the objects is there any more. @throws Fault `timeout` */
async function untilGone(store: Store, doomed: readonly KubeObject[], withinMs: number): Promise<void> {
  const left = new Map(doomed.map((object) => [object.metadata.uid, object]));
  const done = new AbortController();
  const late = setTimeout(() => done.abort(), withinMs);
  const settle = (): void => {
    if (left.size === 0) done.abort();
  };
  await follow(
    { store, request: { kinds: [...new Set(doomed.map(({ kind }) => kind))] }, signal: done.signal },
    {
      onStart: (objects) => {
        const there = new Set(objects.map(({ metadata }) => metadata.uid));
        for (const uid of left.keys()) if (!there.has(uid)) left.delete(uid);
        settle();
      },
      onChange: ({ type, object }) => {
        if (type === 'deleted') left.delete(object.metadata.uid);
        settle();
      },
    },
  );
  clearTimeout(late);
  const [rest] = left.values();
  if (rest === undefined) return;
  const params = { object: printedName(rest), seconds: Math.round(withinMs / 1000) };
  throw new Fault('timeout', { key: 'cli.waitDelete', params }, { remedy: { key: 'cli.waitDeleteRemedy' } });
}

interface Doomed {
  readonly objects: readonly KubeObject[];
  readonly absent: readonly ObjectRef[];
}

async function findAll(context: Context, store: Store, input: Input): Promise<Doomed | Refused> {
  if (input.operands.length === 0 && input.list('filename').length === 0) {
    throw new Fault('usage', { key: 'cli.usage.deleteWhat' }, { remedy: { key: 'cli.usage.deleteWhatRemedy' } });
  }
  const refs = await namedRefs(context, input);
  if ('outcome' in refs) return refs;
  const objects: KubeObject[] = [];
  const absent: ObjectRef[] = [];
  for (const ref of refs) {
    const object = await store.get(ref);
    if (object === undefined) absent.push(ref);
    else objects.push(object);
  }
  return { objects: [...objects, ...(await selected(context, store, input))], absent };
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  const found = await findAll(context, store, input);
  if ('outcome' in found) return (await import('../manifests.ts')).refuse(context, found.problems);
  const { objects, absent } = found;
  const grace = graceSeconds(input);
  const isOrphan = input.text('cascade') === 'orphan';
  if (objects.length > 0) {
    await store.write(
      objects.map((object) => ({
        op: 'delete',
        ref: refOf(object),
        ...(grace === undefined ? {} : { graceSeconds: grace }),
        ...(isOrphan ? { orphan: true } : {}),
      })),
    );
  } else if (absent.length === 0) {
    context.note(context.say('cli.none', { namespace: context.namespace }));
  }
  for (const object of objects) {
    context.print(
      input.text('output') === 'name'
        ? printedName(object)
        : context.say('cli.done.deleted', { object: quoted(object) }),
    );
  }
  if (input.text('wait') !== 'false' && objects.length > 0) {
    const limit = input.text('timeout');
    await untilGone(store, objects, limit === undefined ? DEFAULT_WAIT_MS : parseTime(limit));
  }
  const [first] = absent;
  if (first !== undefined && !input.flag('ignoreNotFound')) throw notFound(first);
  return 0;
};
