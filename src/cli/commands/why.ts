import type { Why } from '../../control/commands/release/history.ts';
import { why } from '../../control/commands/release/history.ts';
import type { Verdict } from '../../core/analysis/verdict.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { percent } from '../columns/traffic.ts';
import { releaseTarget } from '../release-target.ts';
import { span } from '../render/age.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { timelineLines } from '../render/timeline.ts';

/** Looks each second are in the journal too; they say little about why. */
const ROUTINE: ReadonlySet<string> = new Set(['observed']);

function verdictLines(context: Context, verdict: Verdict): readonly string[] {
  const evidence = verdict.evidence.toPrecision(3);
  return [
    `${context.say('cli.watch.verdict')} ${verdict.kind}: ${context.sayMessage(verdict.sentence)}`,
    `  ${context.say('cli.why.evidence', { evidence, threshold: verdict.threshold, share: percent(verdict.usedShare * 100) })}`,
  ];
}

function headLines(context: Context, found: Why): readonly string[] {
  const took = span((found.finishedAt ?? context.now()) - found.startedAt);
  const state = found.outcome ?? found.phase;
  return [
    context.say('cli.why.head', {
      run: found.run,
      from: found.from,
      to: found.to,
      state,
      took,
      peak: percent(found.peak),
    }),
    context.paint('strong', context.sayMessage(found.decisive)),
    ...(found.verdict === undefined ? [] : verdictLines(context, found.verdict)),
  ];
}

export const run: Run = async (context, input) => {
  const [name = ''] = input.operands;
  const one = input.text('run');
  const store = await context.store();
  const found = await why(store, { ...releaseTarget(context, name), ...(one === undefined ? {} : { run: one }) });
  const format = input.text('output');
  if (isDataFormat(format)) {
    context.print(await dataText(found, format));
    return;
  }
  for (const line of headLines(context, found)) context.print(line);
  context.print('');
  const told = found.timeline.filter(({ kind }) => !ROUTINE.has(kind));
  for (const line of timelineLines(context, told)) context.print(line);
};
