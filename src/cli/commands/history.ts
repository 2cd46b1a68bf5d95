import type { RunSummary } from '../../control/commands/release/history.ts';
import { history, why } from '../../control/commands/release/history.ts';
import type { Release } from '../../core/model/release.ts';
import type { Store } from '../../ports/store.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { percent } from '../columns/traffic.ts';
import { releaseTarget } from '../release-target.ts';
import { span } from '../render/age.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { flowingTable } from '../render/table.ts';
import { timelineLines } from '../render/timeline.ts';

async function names(context: Context, store: Store, operand: string | undefined): Promise<readonly string[]> {
  if (operand !== undefined) return [operand];
  const { items } = await store.list<Release>('Release', { namespace: context.namespace });
  return items.map(({ metadata }) => metadata.name);
}

function row(context: Context, run: RunSummary): readonly string[] {
  const now = context.now();
  return [
    run.run,
    run.from,
    run.to,
    run.outcome === undefined ? context.sayWord('phase', run.phase) : context.sayWord('outcome', run.outcome),
    percent(run.peak),
    span((run.finishedAt ?? now) - run.startedAt),
    span(now - run.startedAt),
    run.by ?? context.sayWord('cause', run.cause),
    run.reason === undefined ? '' : context.sayMessage(run.reason),
  ];
}

const HEADS = ['run', 'from', 'to', 'state', 'peak', 'took', 'age', 'by', 'reason'] as const;

export const run: Run = async (context, input) => {
  const store = await context.store();
  const wanted = await names(context, store, input.operands[0]);
  const format = input.text('output');
  const one = input.text('run');
  if (one !== undefined) {
    const [name = ''] = wanted;
    const found = await why(store, { ...releaseTarget(context, name), run: one });
    if (isDataFormat(format)) context.print(await dataText(found, format));
    else for (const line of timelineLines(context, found.timeline)) context.print(line);
    return;
  }
  const runs = (await Promise.all(wanted.map((name) => history(store, releaseTarget(context, name))))).flat();
  if (isDataFormat(format)) context.print(await dataText(runs, format));
  else if (runs.length === 0) context.note(context.say('cli.history.none'));
  else {
    const heads = HEADS.map((head) => context.say(`cli.history.${head}`));
    const rows = runs.map((summary) => row(context, summary));
    for (const line of flowingTable([heads, ...rows], context.columns)) context.print(line);
  }
};
