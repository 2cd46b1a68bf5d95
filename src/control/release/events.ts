/** Kubernetes Events for what people want to hear of; written after the actions, and never in their way. */
import { wordingOf } from '../../texts/catalogue.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { Event } from '../../core/model/plain.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { Release } from '../../core/model/release.ts';
import type { Entry } from '../../core/release/state.ts';
import type { Noted } from '../../core/release/transition.ts';
import type { Write } from '../../ports/store.ts';
import { contentHash } from '../../core/release/hash.ts';

interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: Message;
}

export function eventWrites(release: Release, notes: readonly Noted[]): readonly Write[] {
  return notes.flatMap(({ run, entry }) => {
    const told = tell(entry);
    return told === undefined
      ? []
      : [{ op: 'apply', manager: 'serin-release', object: eventOf(release, told, { run, entry }) }];
  });
}

type Teller = (body: Entry['body']) => Told | undefined;

/** Kinds of the history that people hear of; the others stay in the history. */
const tellers: Readonly<Partial<Record<Entry['kind'], Teller>>> = {
  started: (body) => ({
    type: 'Normal',
    reason: 'RunStarted',
    message: { key: 'run.event.started', params: { from: textAt(body, 'from'), to: textAt(body, 'to') } },
  }),
  weight: (body) => ({
    type: 'Normal',
    reason: 'WeightSet',
    message: { key: 'run.event.weight', params: { from: String(body['from']), to: String(body['to']) } },
  }),
  phase: (body) => {
    const isBack = body['to'] === 'aborting' || body['to'] === 'superseded';
    return isBack ? { type: 'Warning', reason: 'TakingBack', message: messageAt(body, 'reason') } : undefined;
  },
  hold: (body) => ({ type: 'Normal', reason: 'Waiting', message: messageAt(body, 'message') }),
  contradiction: (body) => ({ type: 'Warning', reason: 'RouteChanged', message: messageAt(body, 'reason') }),
  finished: (body) => finished(String(body['outcome']), messageAt(body, 'reason')),
  version: (body) =>
    body['becomes'] === 'refused'
      ? { type: 'Warning', reason: 'VersionRefused', message: messageAt(body, 'reason') }
      : undefined,
};

function tell({ kind, body }: Entry): Told | undefined {
  return tellers[kind]?.(body);
}

function finished(outcome: string, message: Message): Told {
  if (outcome === 'promoted') return { type: 'Normal', reason: 'Promoted', message };
  return { type: 'Warning', reason: outcome === 'aborted' ? 'Aborted' : 'Superseded', message };
}

function textAt(body: Entry['body'], key: string): string {
  const value = body[key];
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : '';
}

/** Bodies are made by the release machine, which puts a sentence there. */
function messageAt(body: Entry['body'], key: string): Message {
  return body[key] as Message;
}

function eventOf(release: Release, told: Told, noted: Noted): NewObject<Event> {
  const { name, namespace = '', uid } = release.metadata;
  const at = new Date(noted.entry.at).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${contentHash(noted)}`, namespace },
    type: told.type,
    reason: told.reason,
    ...wordingOf(told.message),
    involvedObject: { apiVersion: release.apiVersion, kind: 'Release', namespace, name, uid },
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'release-controller' },
  };
}
