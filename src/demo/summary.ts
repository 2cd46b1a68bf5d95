/** The table at the end, and what was not as it should be. */
import { tableLines } from '../cli/render/table.ts';
import type { Message, TextKey } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import type { ActResult } from './act.ts';
import type { ShareResult } from './share.ts';

const columns = [
  'demo.colRelease',
  'demo.colOutcome',
  'demo.colRequests',
  'demo.colFailed',
  'demo.colBecause',
  'demo.colDetected',
  'demo.colGone',
  'demo.colFlips',
  'demo.colWeights',
] as const satisfies readonly TextKey[];

function secondsText(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1)} s`;
}

function row(result: ActResult, language: Language): readonly string[] {
  const outcome: Message | undefined =
    result.outcome === 'promoted'
      ? { key: 'demo.outcomePromoted' }
      : result.outcome === 'aborted'
        ? { key: 'demo.outcomeAborted' }
        : undefined;
  return [
    `${result.from} → ${result.to}`,
    outcome === undefined ? result.outcome : say(language, outcome),
    String(result.requests),
    String(result.failed),
    String(result.because),
    secondsText(result.detected),
    secondsText(result.gone),
    String(result.flips),
    result.weights.map(({ at, weight }) => `${weight}% @${at.toFixed(0)} s`).join(', '),
  ];
}

/** Lines of the table, one row a release. */
export function summaryTable(results: readonly ActResult[], language: Language): readonly string[] {
  const head = columns.map((key) => say(language, { key }));
  return tableLines([head, ...results.map((result) => row(result, language))]);
}

/** One sentence for each thing that was measured to be wrong. */
export function findings(
  expected: readonly { readonly result: ActResult; readonly outcome: string }[],
  shares: readonly ShareResult[],
): Message[] {
  const wrong: Message[] = [];
  for (const { result, outcome } of expected) {
    if (result.outcome !== outcome) {
      wrong.push({
        key: 'demo.wrongOutcome',
        params: { version: result.to, expected: outcome, found: result.outcome },
      });
    }
    const others = result.failed - (outcome === 'aborted' ? result.because : 0);
    if (others > 0) wrong.push({ key: 'demo.wrongFailures', params: { failed: others, version: result.to } });
    if (outcome === 'promoted' && result.flips > 0)
      wrong.push({ key: 'demo.wrongFlips', params: { flips: result.flips } });
  }
  for (const { asked, measured, right } of shares) {
    if (!right) wrong.push({ key: 'demo.wrongShare', params: { asked, measured } });
  }
  return wrong;
}
