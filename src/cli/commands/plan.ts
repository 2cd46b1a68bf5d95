import type { PlanView } from '../../control/commands/release/view.ts';
import { planOf } from '../../control/commands/release/view.ts';
import type { Release } from '../../core/model/release.ts';
import { compile } from '../../core/release/compile.ts';
import { describePlan } from '../../core/strategy/plan.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { noteAll, readManifests, refuse } from '../manifests.ts';
import { onlyRelease } from '../only-release.ts';
import { releaseTarget } from '../release-target.ts';
import { dataText, isDataFormat } from '../render/objects.ts';

interface NamedPlan extends PlanView {
  readonly release: string;
}

/** Plans of the releases in files, which need not be stored. A number = exit code after problems were shown. */
async function fromFiles(context: Context, files: readonly string[]): Promise<readonly NamedPlan[] | number> {
  const read = await readManifests(context, { files, isRecursive: false });
  if (read.outcome === 'refused') return refuse(context, read.problems);
  noteAll(context, read.notices);
  const releases = read.objects.filter(({ kind }) => kind === 'Release');
  if (releases.length === 0) throw new Fault('usage', { key: 'cli.plan.noRelease' }, { found: files.join(', ') });
  return releases.map((object) => {
    // The schema of the kind was checked while reading.
    const { metadata, spec } = object as unknown as Pick<Release, 'metadata' | 'spec'>;
    const { plan, policy, refused } = compile(spec);
    if (refused !== undefined) {
      throw new Fault('invalid', refused.message, {
        place: { object: `Release ${metadata.name}`, field: refused.field },
      });
    }
    return { release: metadata.name, plan, policy, steps: describePlan(plan) };
  });
}

async function stored(context: Context, input: Input): Promise<readonly NamedPlan[]> {
  const store = await context.store();
  const target = releaseTarget(context, input.operands[0] ?? (await onlyRelease(context, store)));
  return [{ release: target.name, ...(await planOf(store, target)) }];
}

export const run: Run = async (context, input) => {
  const files = input.list('filename');
  const plans = files.length > 0 ? await fromFiles(context, files) : await stored(context, input);
  if (typeof plans === 'number') return plans;
  const format = input.text('output');
  if (isDataFormat(format)) {
    context.print(await dataText(plans.length === 1 ? plans[0] : plans, format));
    return 0;
  }
  for (const { release, plan, steps } of plans) {
    context.print(context.say('cli.plan.head', { release, strategy: plan.strategy, count: steps.length }));
    steps.forEach((step, index) => context.print(`${String(index + 1).padStart(3)}. ${context.sayMessage(step)}`));
  }
  return 0;
};
