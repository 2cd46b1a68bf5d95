import { patchObject } from '../../control/manifest/patch-object.ts';
import { printedName } from '../../core/model/kinds.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { noteAll } from '../manifests.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { parseNamedTargets } from '../targets.ts';

async function patchText(context: Context, input: Input): Promise<string> {
  const inline = input.text('patch');
  if (inline !== undefined) return inline;
  const path = input.text('patchFile');
  if (path === undefined) throw new Fault('usage', { key: 'cli.usage.optionMissing', params: { option: '-p' } });
  if (path === '-') return context.terminal.readStdin();
  const { readSources } = await import('../../control/manifest/sources.ts');
  const [source] = await readSources({ paths: [path], readStandardInput: () => context.terminal.readStdin() });
  return source?.text ?? '';
}

async function parsePatch(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  let patch: unknown;
  try {
    patch = parse(text);
  } catch (cause) {
    throw new Fault('usage', { key: 'cli.usage.badPatch' }, { found: text, cause });
  }
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw new Fault('usage', { key: 'cli.usage.badPatch' }, { found: text });
}

export const run: Run = async (context, input) => {
  const targets = parseNamedTargets(input.operands);
  const patch = await parsePatch(await patchText(context, input));
  const type = input.text('type') === 'merge' ? 'merge' : 'strategic';
  const store = await context.store();
  for (const { kind, name } of targets) {
    const ref = { kind: kind.kind, namespace: kind.namespaced ? context.namespace : '', name };
    const { object, outcome, notices } = await patchObject(store, { ref, patch, type });
    noteAll(context, notices ?? []);
    const format = input.text('output');
    const printed = printedName({ kind: ref.kind, metadata: ref });
    if (isDataFormat(format)) context.print(await dataText(object, format));
    else if (format === 'name') context.print(printed);
    else
      context.print(context.say(outcome === 'same' ? 'cli.done.patchedSame' : 'cli.done.patched', { object: printed }));
  }
  return 0;
};
