import { kindNamed, kindForWord, printedName } from '../../core/model/kinds.ts';
import type { NewObject } from '../../core/model/meta.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { recordCause } from '../change-cause.ts';
import type { Input } from '../input.ts';
import { noteAll, readManifests, refuse } from '../manifests.ts';
import { asDocument, dataText, isDataFormat } from '../render/objects.ts';
import { refOf } from '../../core/model/kinds.ts';

function namespaceOf(input: Input): NewObject {
  const [word = '', name, ...rest] = input.operands;
  const kind = kindForWord(word);
  if (kind?.kind !== 'Namespace' || name === undefined || rest.length > 0) {
    throw new Fault(
      'usage',
      { key: 'cli.usage.createWhat' },
      { expected: 'serin create ns NAME | serin create -f FILE', found: input.operands.join(' ') || '-' },
    );
  }
  return { apiVersion: kindNamed('Namespace')?.apiVersion ?? 'v1', kind: 'Namespace', metadata: { name } };
}

/** Undefined after problems were shown. */
async function wanted(context: Context, input: Input): Promise<readonly NewObject[] | number> {
  const files = input.list('filename');
  if (files.length === 0) return [namespaceOf(input)];
  const read = await readManifests(context, { files, isRecursive: input.flag('recursive') });
  if (read.outcome === 'refused') return refuse(context, read.problems);
  noteAll(context, read.notices);
  return read.objects;
}

export const run: Run = async (context, input) => {
  const objects = await wanted(context, input);
  if (typeof objects === 'number') return objects;
  const store = await context.store();
  const { results } = await store.write(objects.map((object) => ({ op: 'create', object })));
  if (input.flag('record')) await recordCause(store, objects.map(refOf));
  const format = input.text('output');
  noteAll(
    context,
    results.flatMap(({ notices }) => notices ?? []),
  );
  if (isDataFormat(format)) {
    context.print(
      await dataText(
        asDocument(
          results.flatMap(({ object }) => object ?? []),
          false,
        ),
        format,
      ),
    );
    return 0;
  }
  for (const object of objects) {
    const name = printedName(object);
    context.print(format === 'name' ? name : context.say('cli.done.created', { object: name }));
  }
  return 0;
};
