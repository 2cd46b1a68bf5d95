/** One line of a run's history in words. */
import type { Message } from '../../../texts/catalogue.ts';
import { catalogue, say } from '../../../texts/catalogue.ts';
import type { JournalEntry } from '../../../ports/store.ts';

type Body = JournalEntry['body'];

const lines: Readonly<Record<string, (body: Body) => Message | undefined>> = {
  started: (body) => ({
    key: 'run.line.started',
    params: { from: version(body['from']), to: version(body['to']), cause: text(body['cause']) },
  }),
  phase: (body) =>
    messageIn(body['reason']) ?? {
      key: 'run.line.phase',
      params: { from: text(body['from']), to: text(body['to']) },
    },
  step: (body) => ({
    key: 'run.line.step',
    params: { step: Number(body['index']) + 1, kind: text(body['step']) },
  }),
  weight: (body) => ({ key: 'run.line.weight', params: { from: text(body['from']), to: text(body['to']) } }),
  inForce: (body) => ({ key: 'run.line.inForce', params: { weight: text(body['weight']) } }),
  observed,
  hold: (body) => messageIn(body['message']),
  holdEnded: (body) => ({ key: 'run.line.holdEnded', params: { reason: text(body['reason']) } }),
  verdict: (body) => messageIn(body['sentence']),
  command: (body) => ({
    key: 'run.line.command',
    params: { by: text(body['by']), verb: text(body['verb']), reason: text(body['reason']) },
  }),
  plan: (body) => ({ key: 'run.line.plan', params: { revision: text(body['revision']) } }),
  contradiction: (body) => messageIn(body['reason']),
  finished: (body) => messageIn(body['reason']),
};

/** A kind that this program does not know keeps its name. */
export function timelineText({ kind, body }: JournalEntry): Message {
  const line = Object.hasOwn(lines, kind) ? lines[kind]?.(body) : undefined;
  return line ?? { key: 'run.line.other', params: { kind } };
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
  const message = value as Message;
  return Object.hasOwn(catalogue, message.key) && say('en', message) !== '' ? message : undefined;
}
