/** "Does not exist", with what does: the name that was meant, the namespace where it is, or the names that there are. */
import type { KubeObject, ObjectRef } from '../core/model/meta.ts';
import { kindNamed } from '../core/model/kinds.ts';
import { nearest } from '../core/model/parse/suggest.ts';
import type { FaultDetails } from '../lib/fault.ts';
import { Fault } from '../lib/fault.ts';
import type { Store } from '../ports/store.ts';
import type { Context } from './context.ts';

export function notFound({ kind, namespace, name }: ObjectRef): Fault {
  return namespace === ''
    ? new Fault('notFound', { key: 'cli.notFound', params: { kind, name } })
    : new Fault('notFound', { key: 'fault.notFound', params: { kind, name, namespace } });
}

/** More names than this are no help. */
const MANY = 12;

/** What was looked for, out of the sentence that says that it is not there. */
function missingRef({ code, text }: Fault): ObjectRef | undefined {
  if (code !== 'notFound') return undefined;
  const {
    kind = text.key === 'run.refused.noSuchRelease' ? 'Release' : undefined,
    name,
    namespace,
  } = text.params ?? {};
  if (typeof kind !== 'string' || typeof name !== 'string' || kindNamed(kind) === undefined) return undefined;
  return { kind, name, namespace: typeof namespace === 'string' ? namespace : '' };
}

/** The fault itself where nothing more can be said. */
export async function withNames(context: Context, fault: Fault): Promise<Fault> {
  const ref = missingRef(fault);
  if (ref === undefined || fault.details.remedy !== undefined || fault.details.expected !== undefined) return fault;
  try {
    const details = await namesNear(await context.store(), ref);
    return new Fault(fault.code, fault.text, { ...fault.details, ...details });
  } catch {
    return fault;
  }
}

async function namesNear(store: Store, ref: ObjectRef): Promise<FaultDetails> {
  const { items } = await store.list(ref.kind);
  const isHere = ({ metadata }: KubeObject): boolean => (metadata.namespace ?? '') === ref.namespace;
  const names = items.filter(isHere).map(({ metadata }) => metadata.name);
  const longer = names.filter((name) => name.startsWith(ref.name));
  const similar = nearest(ref.name, names) ?? (longer.length === 1 ? longer[0] : undefined);
  if (similar !== undefined) return { remedy: { key: 'cli.usage.similar', params: { similar } } };
  const elsewhere = items.find(({ metadata }) => metadata.name === ref.name)?.metadata.namespace;
  if (elsewhere !== undefined) return { remedy: { key: 'cli.elsewhere', params: { namespace: elsewhere } } };
  const namespaces = (await store.list('Namespace')).items.map(({ metadata }) => metadata.name);
  if (ref.namespace !== '' && !namespaces.includes(ref.namespace)) {
    return { remedy: { key: 'cli.noNamespace', params: { namespace: ref.namespace, names: namespaces.join(', ') } } };
  }
  const shown = longer.length > 0 ? longer : names;
  if (shown.length === 0) return { remedy: { key: 'cli.noneOfKind', params: { kind: ref.kind } } };
  const list = shown.slice(0, MANY).join(', ');
  return { expected: shown.length > MANY ? `${list} …` : list };
}
