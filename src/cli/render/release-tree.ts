/** One release as a tree: arms with weights, rates and pods, the step, the verdict, and what it waits for. */
import type { ArmView, ReleaseView } from '../../control/commands/release/view.ts';
import type { ReleaseRates, TrafficRates } from '../../server/contract.ts';
import type { Context } from '../context.ts';
import { percent } from '../columns/traffic.ts';
import { span } from './age.ts';
import type { Tone } from './color.ts';
import type { TreeNode } from './tree.ts';
import { treeLines } from './tree.ts';
import { padTo } from './width.ts';

const verdictTones: Readonly<Record<string, Tone>> = { pass: 'good', fail: 'bad', error: 'bad' };

function ratesText(context: Context, rates: TrafficRates | undefined): string {
  if (rates === undefined) return '';
  const rps = rates.requestsPerSecond.toFixed(1);
  const errors = Number(rates.errorPercent.toFixed(2));
  const text = context.say('cli.watch.rates', { rps, errors });
  const tone = errors > 0 ? 'bad' : 'good';
  const latency =
    rates.p95Ms === undefined ? '' : context.say('cli.watch.latency', { p95: Number(rates.p95Ms.toFixed(1)) });
  return `${context.paint(tone, text)}${latency}`;
}

function armNode(context: Context, arm: ArmView, rates: TrafficRates | undefined): TreeNode {
  const role = padTo(context.say(`cli.watch.${arm.role}`), 10);
  const observed = arm.observed === null ? '-' : percent(arm.observed);
  const parts = [
    `${role} ${context.paint('strong', arm.version)}`,
    context.say('cli.watch.weights', { desired: percent(arm.desired), observed }),
    ratesText(context, rates),
    context.say('cli.watch.pods', { ready: arm.ready, wanted: arm.wanted }),
  ];
  const pods = arm.pods.map((pod) => ({
    text: `${pod.name}  ${context.paint(pod.ready ? 'good' : 'warn', pod.status)}${pod.restarts > 0 ? context.say('cli.watch.restarts', { count: pod.restarts }) : ''}`,
  }));
  return { text: parts.filter((part) => part !== '').join('   '), children: pods };
}

function verdictNode(context: Context, { verdict }: ReleaseView): readonly TreeNode[] {
  if (verdict === undefined) return [];
  const tone = verdictTones[verdict.kind] ?? 'accent';
  const kind = context.paint(tone, verdict.kind);
  return [{ text: `${context.say('cli.watch.verdict')} ${kind}: ${context.sayMessage(verdict.sentence)}` }];
}

function holdNodes(context: Context, view: ReleaseView): readonly TreeNode[] {
  return view.holds.map(({ message, since, ends }) => ({
    text: `${context.paint('warn', context.say('cli.watch.waits'))} ${context.sayMessage(message)} ${context.paint('faint', context.say('cli.watch.since', { span: span(context.now() - since), ends: context.sayMessage(ends) }))}`,
  }));
}

/** What the verdict or a hold says already is not said again. */
function findingNodes(context: Context, view: ReleaseView): readonly TreeNode[] {
  const said = new Set(
    [view.verdict?.sentence, ...view.holds.map(({ message }) => message)].flatMap((message) =>
      message === undefined ? [] : context.sayMessage(message),
    ),
  );
  return view.findings
    .map(({ message }) => context.sayMessage(message))
    .filter((text) => !said.has(text))
    .map((text) => ({ text }));
}

function lastNode(context: Context, { run, last }: ReleaseView): readonly TreeNode[] {
  if (run !== undefined || last === undefined) return [];
  const outcome = context.paint(last.outcome === 'promoted' ? 'good' : 'bad', last.outcome);
  const reason = last.reason === undefined ? '' : context.sayMessage(last.reason);
  return [{ text: context.say('cli.watch.last', { run: last.run, outcome, reason }) }];
}

function headText(context: Context, view: ReleaseView): string {
  const versions = view.arms.filter(({ role }) => role !== 'retiring').map(({ version }) => version);
  const run =
    view.run === undefined || view.startedAt === undefined
      ? ''
      : context.paint('faint', ` ${view.run}, ${span(context.now() - view.startedAt)}`);
  return `${context.paint('strong', `${view.namespace}/${view.name}`)}  ${context.paint('accent', view.phase)}  ${versions.join(' → ')}${run}`;
}

function stepNode(context: Context, { step }: ReleaseView): readonly TreeNode[] {
  if (step === undefined) return [];
  const text = context.sayMessage(step.text);
  return [{ text: context.say('cli.watch.step', { number: step.index + 1, of: step.of, text }) }];
}

/** Lines of the tree, without a final line break. */
export function releaseTree(context: Context, view: ReleaseView, rates: ReleaseRates | undefined): readonly string[] {
  const arms = view.arms.map((arm) => armNode(context, arm, arm.role === 'retiring' ? undefined : rates?.[arm.role]));
  return treeLines({
    text: headText(context, view),
    children: [
      ...arms,
      ...stepNode(context, view),
      ...verdictNode(context, view),
      ...findingNodes(context, view),
      ...holdNodes(context, view),
      ...lastNode(context, view),
      ...(view.holds.length > 0 ? [] : [{ text: view.sentence }]),
    ],
  });
}
