import { rolloutHistory } from '../../control/commands/workload/rollout.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { NONE } from '../columns/column.ts';
import { deploymentsOf, printedDeployment } from '../deployments.ts';
import type { Input } from '../input.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { tableLines } from '../render/table.ts';

type Revisions = Awaited<ReturnType<typeof rolloutHistory>>;

function oneOf(revisions: Revisions, wanted: number, name: string): Revisions[number] {
  const found = revisions.find(({ revision }) => revision === wanted);
  if (found !== undefined) return found;
  throw new Fault(
    'notFound',
    { key: 'rollout.noRevision', params: { name, revision: wanted } },
    { expected: revisions.map(({ revision }) => revision).join(', ') },
  );
}

async function showOne(context: Context, input: Input, found: Revisions[number]): Promise<void> {
  const format = input.text('output');
  if (!isDataFormat(format)) context.print(context.say('cli.rollout.revision', { revision: found.revision }));
  context.print(await dataText(found.template, isDataFormat(format) ? format : 'yaml'));
}

export const run: Run = async (context, input) => {
  const store = await context.store();
  const wanted = input.number('revision');
  const format = input.text('output');
  for (const place of deploymentsOf(context, input.operands)) {
    const revisions = await rolloutHistory(store, place);
    if (wanted !== undefined) {
      await showOne(context, input, oneOf(revisions, wanted, place.name));
      continue;
    }
    if (isDataFormat(format)) {
      context.print(await dataText(revisions, format));
      continue;
    }
    context.print(printedDeployment(place));
    const rows = revisions.map(({ revision, changeCause }) => [String(revision), changeCause ?? NONE]);
    for (const line of tableLines([['REVISION', 'CHANGE-CAUSE'], ...rows])) context.print(line);
  }
};
