import type { Run } from '../command-spec.ts';
import { onlyRelease } from '../only-release.ts';
import { releaseTarget } from '../release-target.ts';
import { watchRelease } from '../watch-release.ts';

export const run: Run = async (context, input) => {
  const store = await context.store();
  const name = input.operands[0] ?? (await onlyRelease(context, store));
  return watchRelease(context, store, {
    target: releaseTarget(context, name),
    untilRunEnds: true,
    isJson: input.text('output') === 'json',
  });
};
