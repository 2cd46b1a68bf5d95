import { parseSelector } from '../../core/model/labels.ts';
import type { LabelSelector, ObjectRef } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import type { Service } from '../../core/model/service.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { ApiClient } from '../client.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { notFound } from '../not-found.ts';
import { parseNamedTargets } from '../targets.ts';

/** kubectl shows only so many lines of each pod where several are read. */
const TAIL_OF_MANY = 10;

async function podsOf(store: Store, namespace: string, labels: LabelSelector): Promise<readonly Pod[]> {
  const { items } = await store.list<Pod>('Pod', { namespace, labels });
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The pods that a workload or a Service selects. */
async function selectedBy(store: Store, ref: ObjectRef): Promise<readonly Pod[]> {
  const object = await store.get<Deployment | ReplicaSet | Service>(ref);
  if (object === undefined) throw notFound(ref);
  if (object.kind !== 'Service') return podsOf(store, ref.namespace, object.spec.selector);
  return podsOf(store, ref.namespace, { matchLabels: object.spec.selector ?? {} });
}

async function byLabels(context: Context, store: Store, selector: string): Promise<readonly string[]> {
  const pods = await podsOf(store, context.namespace, parseSelector(selector));
  if (pods.length === 0) context.note(context.say('cli.none', { namespace: context.namespace }));
  return pods.map(({ metadata }) => metadata.name);
}

/** A lone word is a pod; KIND/NAME, or KIND NAME as in `get`, is anything that selects pods. */
async function byName(context: Context, store: Store, operands: readonly string[]): Promise<string> {
  const [first = ''] = operands;
  const isPod = operands.length === 1 && !first.includes('/');
  const [target] = parseNamedTargets(isPod ? ['pod', first] : operands);
  if (target === undefined || target.kind.kind === 'Pod') return target?.name ?? first;
  const ref = { kind: target.kind.kind, namespace: context.namespace, name: target.name };
  const pods = await selectedBy(store, ref);
  const [chosen] = pods;
  if (chosen === undefined) throw new Fault('notFound', { key: 'cli.logs.noPod', params: { name: target.name } });
  if (pods.length > 1) {
    context.note(context.say('cli.logs.chosen', { count: pods.length, pod: chosen.metadata.name }));
  }
  return chosen.metadata.name;
}

async function wantedPods(context: Context, store: Store, input: Input): Promise<readonly string[]> {
  const selector = input.text('selector');
  if (selector === undefined) {
    if (input.operands.length > 0) return [await byName(context, store, input.operands)];
    throw new Fault('usage', { key: 'cli.usage.nameMissing', params: { kind: 'Pod' } });
  }
  if (input.operands.length > 0) throw new Fault('usage', { key: 'cli.usage.namesAndSelector' });
  return byLabels(context, store, selector);
}

function queryOf(input: Input, isMany: boolean): string {
  const query = new URLSearchParams();
  const container = input.text('container');
  const tail = input.number('tail') ?? (isMany ? TAIL_OF_MANY : -1);
  if (container !== undefined) query.set('container', container);
  if (tail >= 0) query.set('tail', String(tail));
  if (input.flag('follow')) query.set('follow', 'true');
  if (input.flag('previous')) query.set('previous', 'true');
  return query.toString();
}

interface Pipe {
  readonly client: ApiClient;
  readonly path: string;
  /** Before each line; lines of several pods are never cut into each other. */
  readonly prefix: string;
  readonly write: (text: string) => void;
}

async function pipe({ client, path, prefix, write }: Pipe): Promise<void> {
  const answer = await client.open(path);
  if (answer.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf('\n') + 1;
    if (end === 0) continue;
    const whole = rest.slice(0, end);
    rest = rest.slice(end);
    write(prefix === '' ? whole : whole.replace(/^(?!$)/gm, prefix));
  }
  if (rest !== '') write(`${prefix}${rest}\n`);
}

export const run: Run = async (context, input) => {
  const [client, store] = await Promise.all([context.client(), context.store()]);
  const pods = await wantedPods(context, store, input);
  const query = queryOf(input, input.text('selector') !== undefined);
  const hasPrefix = input.flag('prefix');
  await Promise.all(
    pods.map((pod) =>
      pipe({
        client,
        path: `/v1/namespaces/${encodeURIComponent(context.namespace)}/pods/${encodeURIComponent(pod)}/logs?${query}`,
        prefix: hasPrefix ? `[pod/${pod}] ` : '',
        write: (text) => context.terminal.write(text),
      }),
    ),
  );
};
