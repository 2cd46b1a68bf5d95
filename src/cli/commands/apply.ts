import { applyManifests, isChosen } from '../../control/manifest/apply.ts';
import type { ManifestChange } from '../../control/manifest/apply.ts';
import type { ManifestSource } from '../../control/manifest/read.ts';
import { printedName, refOf } from '../../core/model/kinds.ts';
import { parseSelector } from '../../core/model/labels.ts';
import type { LabelSelector } from '../../core/model/meta.ts';
import type { Store } from '../../ports/store.ts';
import { recordCause } from '../change-cause.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { noteAll, readManifests, refuse, sourcesOf } from '../manifests.ts';
import { asDocument, dataText, isDataFormat } from '../render/objects.ts';

/** Says which objects exist already, without asking what exactly would change in them. */
async function dryRun(context: Context, store: Store, input: Input): Promise<number> {
  const read = await readManifests(context, { files: input.list('filename'), isRecursive: input.flag('recursive') });
  if (read.outcome === 'refused') return refuse(context, read.problems);
  noteAll(context, read.notices);
  for (const object of read.objects.filter((each) => isChosen(each, selectorIn(input)))) {
    const isThere = (await store.get(refOf(object))) !== undefined;
    const text = context.say(isThere ? 'cli.done.changed' : 'cli.done.created', { object: printedName(object) });
    context.print(context.say('cli.done.dryRun', { text }));
  }
  return 0;
}

function selectorIn(input: Input): LabelSelector | undefined {
  const text = input.text('selector');
  return text === undefined ? undefined : parseSelector(text);
}

async function printChanges(context: Context, changes: readonly ManifestChange[], format?: string): Promise<void> {
  noteAll(
    context,
    changes.flatMap(({ notices }) => notices),
  );
  if (isDataFormat(format)) {
    const store = await context.store();
    const objects = await Promise.all(changes.map(({ ref }) => store.get(ref)));
    context.print(
      await dataText(
        asDocument(
          objects.filter((object) => object !== undefined),
          false,
        ),
        format,
      ),
    );
    return;
  }
  for (const { name, text } of changes) context.print(format === 'name' ? name : context.sayMessage(text));
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  if (input.flag('dryRun')) return dryRun(context, store, input);
  const sources: readonly ManifestSource[] = await sourcesOf(context, {
    files: input.list('filename'),
    isRecursive: input.flag('recursive'),
  });
  const selector = selectorIn(input);
  const options = { namespace: context.namespace, ...(selector === undefined ? {} : { selector }) };
  const result = await applyManifests(store, sources, options);
  if (result.outcome === 'refused') return refuse(context, result.problems);
  if (input.flag('record')) {
    await recordCause(
      store,
      result.changes.filter(({ outcome }) => outcome !== 'same').map(({ ref }) => ref),
    );
  }
  await printChanges(context, result.changes, input.text('output'));
  return 0;
};
