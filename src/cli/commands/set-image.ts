import { setImage } from '../../control/commands/workload/set-image.ts';
import { printedName } from '../../core/model/kinds.ts';
import { Fault } from '../../lib/fault.ts';
import { recordCause } from '../change-cause.ts';
import type { Run } from '../command-spec.ts';
import { splitTarget } from '../targets.ts';

function parseImage(pair: string): readonly [string, string] {
  const sign = pair.indexOf('=');
  if (sign > 0 && sign < pair.length - 1) return [pair.slice(0, sign), pair.slice(sign + 1)];
  throw new Fault(
    'usage',
    { key: 'cli.usage.badImage', params: { pair } },
    { expected: 'CONTAINER=IMAGE', found: pair },
  );
}

export const run: Run = async (context, input) => {
  const { target, rest } = splitTarget(input.operands);
  if (rest.length === 0) throw new Fault('usage', { key: 'cli.usage.imageMissing' }, { expected: 'CONTAINER=IMAGE' });
  const ref = { kind: target.kind.kind, namespace: context.namespace, name: target.name };
  const store = await context.store();
  const { outcome } = await setImage(store, { ref, images: Object.fromEntries(rest.map(parseImage)) });
  if (input.flag('record')) await recordCause(store, [ref]);
  const object = printedName({ kind: ref.kind, metadata: ref });
  context.print(context.say(outcome === 'same' ? 'cli.done.same' : 'cli.done.imageSet', { object }));
};
