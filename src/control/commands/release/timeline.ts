/** A run's history in words, one line an entry. */
import type { Message } from '../../../texts/catalogue.ts';
import { isKnown, wordFor } from '../../../texts/catalogue.ts';
import type { Phrase } from '../../../texts/message.ts';
import type { Plan } from '../../../core/strategy/plan.ts';
import { describeStep } from '../../../core/strategy/plan.ts';
import type { JournalEntry } from '../../../ports/store.ts';

type Body = JournalEntry['body'];

export interface TimelineItem {
  readonly at: number;
  readonly kind: string;
  readonly text: Message;
}

const lines: Readonly<Record<string, (body: Body, plan: Plan) => Message | undefined>> = {
  started: (body) => {
    const params = {
      from: version(body['from']),
      to: version(body['to']),
      cause: wordFor('cause', text(body['cause'])),
    };
    const by = text(body['by']);
    return by === '' ? { key: 'run.line.started', params } : { key: 'run.line.startedBy', params: { ...params, by } };
  },
  phase,
  step,
  weight: (body) => ({ key: 'run.line.weight', params: { from: text(body['from']), to: text(body['to']) } }),
  inForce: (body) => ({ key: 'run.line.inForce', params: { weight: text(body['weight']) } }),
  observed,
  hold: (body) => messageIn(body['message']),
  holdEnded: (body) => ({
    key: 'run.line.holdEnded',
    params: { reason: wordFor('hold.reason', text(body['reason'])) },
  }),
  verdict: (body) => {
    const sentence = messageIn(body['sentence']);
    if (sentence === undefined) return undefined;
    return { key: 'run.line.verdict', params: { verdict: wordFor('verdict', text(body['kind'])), sentence } };
  },
  command: (body) => {
    const params = { by: text(body['by']), verb: wordFor('verb', text(body['verb'])) };
    const reason = text(body['reason']);
    return reason === ''
      ? { key: 'run.line.command', params }
      : { key: 'run.line.commandBecause', params: { ...params, reason } };
  },
  plan: (body) => ({ key: 'run.line.plan', params: { revision: text(body['revision']) } }),
  contradiction: (body) => messageIn(body['reason']),
  finished: (body) => {
    const outcome = wordFor('outcome', text(body['outcome']));
    return typeof outcome === 'string' ? undefined : outcome;
  },
};

/** In the order of the entries. `plan`: the run's, as it was last. */
export function timelineOf(entries: readonly JournalEntry[], plan: Plan): readonly TimelineItem[] {
  return entries.map((entry, index) => {
    const said = withoutRepetition(entry, entries[index - 1]);
    return { at: entry.at, kind: entry.kind, text: timelineText(said, plan) };
  });
}

/** The sentence of the verdict that ends a run is the reason of the phase that follows: it is said once. */
function withoutRepetition(entry: JournalEntry, before: JournalEntry | undefined): JournalEntry {
  if (entry.kind !== 'phase' || before?.kind !== 'verdict') return entry;
  const isSame = JSON.stringify(entry.body['reason']) === JSON.stringify(before.body['sentence']);
  return isSame ? { ...entry, body: { from: entry.body['from'], to: entry.body['to'] } } : entry;
}

/** A kind that this program does not know keeps its name. */
function timelineText({ kind, body }: JournalEntry, plan: Plan): Message {
  const line = Object.hasOwn(lines, kind) ? lines[kind]?.(body, plan) : undefined;
  return line ?? { key: 'run.line.other', params: { kind } };
}

function phase(body: Body): Message {
  const to = wordFor('phase', text(body['to']));
  const reason = messageIn(body['reason']);
  return reason === undefined
    ? { key: 'run.line.phase', params: { from: wordFor('phase', text(body['from'])), to } }
    : { key: 'run.line.phaseBecause', params: { to, reason } };
}

function step(body: Body, plan: Plan): Message | undefined {
  if (typeof body['target'] === 'number') return { key: 'run.line.towards', params: { weight: body['target'] } };
  const index = Number(body['index']);
  const described = plan.steps[index];
  if (described === undefined) return undefined;
  return {
    key: 'run.line.step',
    params: { step: index + 1, of: plan.steps.length, text: describeStep(described) },
  };
}

function observed(body: Body): Message {
  return {
    key: 'run.line.observed',
    params: {
      desired: text(body['desired']),
      observed: body['observed'] === null ? '–' : text(body['observed']),
      stable: text(body['stableRps']),
      candidate: text(body['candidateRps']),
      evidence: typeof body['evidence'] === 'number' ? body['evidence'].toPrecision(2) : '–',
    },
  };
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function version(value: unknown): string {
  return typeof value === 'object' && value !== null && 'version' in value ? text(value.version) : '';
}

/** A message as it lies in the journal; undefined where this program does not know its key. */
function messageIn(value: unknown): Message | undefined {
  if (typeof value !== 'object' || value === null || !('key' in value)) return undefined;
  const phrase = value as Phrase;
  return isKnown(phrase) ? phrase : undefined;
}
