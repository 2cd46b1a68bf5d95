/** Why a run did what it did: the answer in one sentence, then the numbers, the weights, and what happened when. */
import type { Why } from '../../control/commands/release/history.ts';
import type { ReleaseTarget } from '../../control/commands/release/target.ts';
import type { TimelineItem } from '../../control/commands/release/timeline.ts';
import type { Tally } from '../../core/analysis/counts.ts';
import type { Verdict } from '../../core/analysis/verdict.ts';
import type { RunOutcome } from '../../core/model/run.ts';
import type { TextParams } from '../../texts/message.ts';
import { percent } from '../columns/traffic.ts';
import type { Context } from '../context.ts';
import type { Tone } from './color.ts';
import { tableLines } from './table.ts';
import { timelineLines, timeOfDay } from './timeline.ts';
import { wrapTo } from './wrap.ts';

/** What the tables above the timeline say already, or what says little about why. */
const ROUTINE: ReadonlySet<string> = new Set(['observed', 'inForce']);
const BAR = 20;

const endings: Readonly<Record<RunOutcome, (context: Context, params: TextParams) => readonly [Tone, string]>> = {
  promoted: (context, params) => ['good', context.say('cli.why.promoted', params)],
  superseded: (context, params) => ['warn', context.say('cli.why.superseded', params)],
  aborted: (context, params) => ['bad', context.say('cli.why.aborted', params)],
  refused: (context, params) => ['bad', context.say('cli.why.aborted', params)],
};

/** The first line: what became of the run, and why. */
function headline(context: Context, found: Why): readonly [Tone, string] {
  const took = context.span((found.finishedAt ?? context.now()) - found.startedAt);
  const params = { to: found.to, from: found.from, took, reason: found.reason ?? found.decisive };
  if (found.outcome !== undefined) return endings[found.outcome](context, params);
  return found.reason === undefined
    ? ['strong', context.say('cli.why.running', { ...params, now: found.now ?? found.decisive })]
    : ['bad', context.say('cli.why.takingBack', params)];
}

function runText(context: Context, release: string, found: Why): string {
  return context.say('cli.why.run', {
    run: found.run,
    release,
    from: found.from,
    to: found.to,
    start: timeOfDay(found.startedAt),
    cause: `${context.sayWord('cause', found.cause)}${found.by === undefined ? '' : ` (${found.by})`}`,
    peak: percent(found.peak),
  });
}

function armRow(context: Context, role: 'stable' | 'candidate', arm: { version: string; tally: Tally }): string[] {
  const { requests, bad } = arm.tally;
  const rate = requests === 0 ? '-' : percent((100 * bad) / requests);
  return [context.say(`cli.watch.${role}`), arm.version, String(requests), String(bad), rate];
}

/** What the first line says already is not said again. */
function verdictText(context: Context, verdict: Verdict, said: string): string {
  const word = context.sayWord('verdict', verdict.kind);
  const sentence = context.sayMessage(verdict.sentence);
  const evidence = Number(verdict.evidence.toPrecision(3));
  return said.includes(sentence)
    ? context.say('cli.why.verdictWord', { verdict: word, evidence, threshold: verdict.threshold })
    : context.say('cli.why.verdict', { verdict: word, sentence });
}

function nextLines(context: Context, { next }: Why, said: string): readonly string[] {
  const text = next === undefined ? '' : context.sayMessage(next);
  return text === '' || said.includes(text) ? [] : wrapTo(context.say('cli.why.next', { text }), context.columns);
}

function numberLines(context: Context, found: Why, said: string): readonly string[] {
  const { verdict } = found;
  if (verdict === undefined) return [context.say('cli.why.noRequests')];
  const { stable, candidate } = verdict.counts;
  const heads = (['arm', 'version', 'requests', 'failed', 'rate'] as const).map((head) =>
    context.say(`cli.why.${head}`),
  );
  return [
    ...tableLines([
      heads,
      armRow(context, 'stable', { version: found.from, tally: stable }),
      armRow(context, 'candidate', { version: found.to, tally: candidate }),
    ]),
    ...wrapTo(verdictText(context, verdict, said), context.columns),
    ...nextLines(context, found, said),
  ];
}

function bar(weight: number): string {
  const filled = weight === 0 ? 0 : Math.max(1, Math.round((weight / 100) * BAR));
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

function weightLines(context: Context, { weights }: Why): readonly string[] {
  if (weights.length === 0) return [];
  const heads = [...(['at', 'weight', 'observed', 'for'] as const).map((head) => context.say(`cli.why.${head}`)), ''];
  const rows = weights.map(({ at, weight, observed, forMs }) => [
    timeOfDay(at),
    percent(weight),
    percent(observed),
    context.span(forMs ?? context.now() - at),
    bar(weight),
  ]);
  return ['', ...tableLines([heads, ...rows])];
}

/** Without routine, and each sentence once where it comes twice in a row. */
function told(context: Context, timeline: readonly TimelineItem[]): readonly TimelineItem[] {
  const wanted = timeline.filter(({ kind, text }) => !ROUTINE.has(kind) && text.key !== 'run.line.towards');
  return wanted.filter(
    (item, index) =>
      index === 0 || context.sayMessage(item.text) !== context.sayMessage(wanted[index - 1]?.text ?? item.text),
  );
}

export function whyLines(context: Context, target: ReleaseTarget, found: Why): readonly string[] {
  const [tone, answer] = headline(context, found);
  const timeline = told(context, found.timeline);
  return [
    ...wrapTo(context.paint(tone, answer), context.columns),
    ...wrapTo(context.paint('faint', runText(context, `${target.namespace}/${target.name}`, found)), context.columns),
    '',
    ...numberLines(context, found, answer),
    ...weightLines(context, found),
    '',
    ...timelineLines(context, timeline),
  ];
}
