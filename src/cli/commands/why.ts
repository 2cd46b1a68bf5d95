import { why } from '../../control/commands/release/history.ts';
import type { Run } from '../command-spec.ts';
import { onlyRelease } from '../only-release.ts';
import { releaseTarget } from '../release-target.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { whyLines } from '../render/why-page.ts';

export const run: Run = async (context, input) => {
  const store = await context.store();
  const target = releaseTarget(context, input.operands[0] ?? (await onlyRelease(context, store)));
  const one = input.text('run');
  const found = await why(store, { ...target, ...(one === undefined ? {} : { run: one }) });
  const format = input.text('output');
  if (isDataFormat(format)) {
    context.print(await dataText(found, format));
    return;
  }
  for (const line of whyLines(context, target, found)) context.print(line);
};
