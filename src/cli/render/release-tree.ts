/** One release as a page: how it stands in a line, its arms in columns, the step, the verdict, and what it waits for. */
import type { ArmView, PodView, ReleaseView } from '../../control/commands/release/view.ts';
import type { ReleaseRates, TrafficRates } from '../../server/contract.ts';
import type { Context } from '../context.ts';
import { percent } from '../columns/traffic.ts';
import type { Tone } from './color.ts';
import { tableLines } from './table.ts';
import type { TreeNode } from './tree.ts';
import { treeLines } from './tree.ts';
import { displayWidth, padTo } from './width.ts';

const verdictTones: Readonly<Record<string, Tone>> = { pass: 'good', fail: 'bad', error: 'bad' };

/** Of a crew that is larger, only the pods that need a look are listed. */
const FEW_PODS = 3;

const labels = ['stable', 'candidate', 'retiring', 'step', 'next', 'verdict', 'note', 'waits', 'last'] as const;

type Label = (typeof labels)[number];

const labelTones: Readonly<Partial<Record<Label, Tone>>> = { waits: 'warn' };

/** Label and text, with the texts of all nodes below each other. */
function labelled(context: Context, label: Label, text: string): TreeNode {
  const room = Math.max(...labels.map((one) => displayWidth(context.say(`cli.watch.${one}`)))) + 2;
  const word = padTo(context.say(`cli.watch.${label}`), room);
  const tone = labelTones[label];
  return { text: `${tone === undefined ? word : context.paint(tone, word)}${text}`, hang: room };
}

const ARM_HEADS = ['version', 'weight', 'observed', 'rps', 'errors', 'p95', 'pods'] as const;

function rateCells(context: Context, rates: TrafficRates | undefined): readonly string[] {
  if (rates === undefined) return ['-', '-', '-'];
  const errors = Number(rates.errorPercent.toFixed(1));
  return [
    rates.requestsPerSecond.toFixed(1),
    context.paint(errors > 0 ? 'bad' : 'good', `${errors}%`),
    rates.p95Ms === undefined ? '-' : `${Number(rates.p95Ms.toFixed(1))} ms`,
  ];
}

function armCells(context: Context, arm: ArmView, rates: TrafficRates | undefined): readonly string[] {
  const isWhole = arm.ready >= arm.wanted;
  return [
    context.paint('strong', arm.version),
    percent(arm.desired),
    arm.observed === null ? '-' : percent(arm.observed),
    ...rateCells(context, rates),
    context.paint(isWhole ? 'good' : 'warn', context.say('cli.watch.ready', { ready: arm.ready, wanted: arm.wanted })),
  ];
}

function podNode(context: Context, { name, ready, status, restarts }: PodView): TreeNode {
  const again = restarts > 0 ? context.say('cli.watch.restarts', { count: restarts }) : '';
  return { text: `${name}  ${context.paint(ready ? 'good' : 'warn', status)}${again}` };
}

function podNodes(context: Context, pods: readonly PodView[]): readonly TreeNode[] {
  if (pods.length <= FEW_PODS) return pods.map((pod) => podNode(context, pod));
  const notable = pods.filter(({ ready, restarts }) => !ready || restarts > 0);
  const shown = notable.slice(0, FEW_PODS);
  const rest = pods.length - shown.length;
  return [
    ...shown.map((pod) => podNode(context, pod)),
    { text: context.paint('faint', context.say('cli.watch.morePods', { count: rest })) },
  ];
}

/** The head of the columns, and one node an arm. */
function armNodes(
  context: Context,
  view: ReleaseView,
  rates: ReleaseRates | undefined,
): { readonly head: readonly string[]; readonly nodes: readonly TreeNode[] } {
  if (view.arms.length === 0) return { head: [], nodes: [] };
  const titles = ARM_HEADS.map((title) => context.paint('faint', context.say(`cli.watch.${title}`)));
  const rows = view.arms.map((arm) => armCells(context, arm, arm.role === 'retiring' ? undefined : rates?.[arm.role]));
  const [head = '', ...lines] = tableLines([titles, ...rows]);
  const nodes = view.arms.map((arm, index): TreeNode => ({
    ...labelled(context, arm.role, lines[index] ?? ''),
    isRow: true,
    children: podNodes(context, arm.pods),
  }));
  return { head: [`   ${' '.repeat(nodes[0]?.hang ?? 0)}${head}`], nodes };
}

/** What a hold says already is not said again: then only how far the evidence is. */
function verdictNode(context: Context, { verdict, holds }: ReleaseView): readonly TreeNode[] {
  if (verdict === undefined) return [];
  const word = context.paint(verdictTones[verdict.kind] ?? 'accent', context.sayWord('verdict', verdict.kind));
  const sentence = context.sayMessage(verdict.sentence);
  const isSaid = holds.some(({ message }) => context.sayMessage(message) === sentence);
  const text = context.say('cli.watch.verdictText', { verdict: word, sentence });
  return [labelled(context, 'verdict', isSaid ? word : text)];
}

function holdNodes(context: Context, view: ReleaseView): readonly TreeNode[] {
  return view.holds.map(({ message, since, ends }) => {
    const span = context.span(context.now() - since);
    const until = context.paint('faint', context.say('cli.watch.since', { span, ends }));
    return labelled(context, 'waits', `${context.sayMessage(message)}${until}`);
  });
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
    .map((text) => labelled(context, 'note', text));
}

function lastNode(context: Context, { run, last }: ReleaseView): readonly TreeNode[] {
  if (run !== undefined || last === undefined) return [];
  const tone = last.outcome === 'promoted' ? 'good' : 'bad';
  const outcome = context.paint(tone, context.sayWord('outcome', last.outcome));
  const reason = last.reason ?? '';
  return [labelled(context, 'last', context.say('cli.watch.lastText', { run: last.run, outcome, reason }))];
}

function headText(context: Context, view: ReleaseView): string {
  const versions = view.arms.filter(({ role }) => role !== 'retiring').map(({ version }) => version);
  const run =
    view.run === undefined || view.startedAt === undefined
      ? []
      : [context.paint('faint', `${view.run}, ${context.span(context.now() - view.startedAt)}`)];
  return [
    context.paint('strong', `${view.namespace}/${view.name}`),
    context.paint('accent', context.sayWord('phase', view.phase)),
    versions.join(' → '),
    ...run,
  ].join('   ');
}

/** A hold says what is missing, too. */
function nextNode(context: Context, { next, holds }: ReleaseView): readonly TreeNode[] {
  return next === undefined || holds.length > 0 ? [] : [labelled(context, 'next', context.sayMessage(next))];
}

function stepNode(context: Context, { step }: ReleaseView): readonly TreeNode[] {
  if (step === undefined) return [];
  return [
    labelled(context, 'step', context.say('run.line.step', { step: step.index + 1, of: step.of, text: step.text })),
  ];
}

/** Lines within the width of the terminal, without a final line break. */
export function releaseTree(context: Context, view: ReleaseView, rates: ReleaseRates | undefined): readonly string[] {
  const arms = armNodes(context, view, rates);
  const children = [
    ...arms.nodes,
    ...stepNode(context, view),
    ...nextNode(context, view),
    ...verdictNode(context, view),
    ...findingNodes(context, view),
    ...holdNodes(context, view),
    ...lastNode(context, view),
  ];
  const columns = context.terminal.columns - 1;
  const sentence = view.holds.length > 0 ? [] : treeLines({ text: view.sentence }, columns);
  const [, ...branches] = treeLines({ text: '', children }, columns);
  return [headText(context, view), ...sentence, ...arms.head, ...branches];
}
