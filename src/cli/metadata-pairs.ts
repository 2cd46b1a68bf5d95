/** `label` and `annotate`: the same command over two maps. */
import { patchObject } from '../control/manifest/patch-object.ts';
import { printedName } from '../core/model/kinds.ts';
import type { KubeObject } from '../core/model/meta.ts';
import { Fault } from '../lib/fault.ts';
import type { TextKey } from '../texts/catalogue.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';
import { splitTarget } from './targets.ts';

/** `a=b` sets, `a-` removes (null in a patch). @throws Fault `usage` */
function parsePair(pair: string): readonly [string, string | null] {
  const sign = pair.indexOf('=');
  if (sign > 0) return [pair.slice(0, sign), pair.slice(sign + 1)];
  if (sign < 0 && pair.length > 1 && pair.endsWith('-')) return [pair.slice(0, -1), null];
  throw new Fault(
    'usage',
    { key: 'cli.usage.badPair', params: { pair } },
    { expected: 'KEY=VALUE, KEY-', found: pair },
  );
}

function requireFree(
  object: KubeObject,
  field: 'labels' | 'annotations',
  pairs: Readonly<Record<string, string | null>>,
): void {
  for (const [key, value] of Object.entries(pairs)) {
    const now = object.metadata[field]?.[key];
    if (value === null || now === undefined || now === value) continue;
    throw new Fault(
      'exists',
      { key: 'cli.usage.pairExists', params: { key, value: now } },
      { found: now, remedy: { key: 'cli.usage.pairExistsRemedy' } },
    );
  }
}

/** `done`: the sentence for a change. */
export async function changeMetadata(
  context: Context,
  input: Input,
  { field, done }: { readonly field: 'labels' | 'annotations'; readonly done: TextKey },
): Promise<void> {
  const { target, rest } = splitTarget(input.operands);
  if (rest.length === 0) throw new Fault('usage', { key: 'cli.usage.pairMissing' }, { expected: 'KEY=VALUE, KEY-' });
  const pairs = Object.fromEntries(rest.map(parsePair));
  const { kind, name } = target;
  const ref = { kind: kind.kind, namespace: kind.namespaced ? context.namespace : '', name };
  const store = await context.store();
  const object = await store.get(ref);
  if (object !== undefined && !input.flag('overwrite')) requireFree(object, field, pairs);
  const { outcome } = await patchObject(store, { ref, patch: { metadata: { [field]: pairs } }, type: 'merge' });
  const params = { object: printedName({ kind: ref.kind, metadata: ref }) };
  context.print(context.say(outcome === 'same' ? 'cli.done.same' : done, params));
}
