/** Kubernetes Events for what people want to hear of; written after the actions, and never in their way. */
import { say } from '../../texts/catalogue.ts';
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
  readonly message: string;
}

export function eventWrites(release: Release, notes: readonly Noted[]): readonly Write[] {
  return notes.flatMap(({ run, entry }) => {
    const told = tell(entry);
    return told === undefined
      ? []
      : [{ op: 'apply', manager: 'serin-release', object: eventOf(release, told, { run, entry }) }];
  });
}

function tell({ kind, body }: Entry): Told | undefined {
  const reason = messageIn(body);
  switch (kind) {
    case 'started':
      return { type: 'Normal', reason: 'RunStarted', message: `${textAt(body, 'from')} → ${textAt(body, 'to')}` };
    case 'weight':
      return { type: 'Normal', reason: 'WeightSet', message: `${String(body['from'])} % → ${String(body['to'])} %` };
    case 'phase':
      return body['to'] === 'aborting' || body['to'] === 'superseded'
        ? { type: 'Warning', reason: 'TakingBack', message: reason }
        : undefined;
    case 'hold':
      return { type: 'Normal', reason: 'Waiting', message: messageIn({ reason: body['message'] }) };
    case 'contradiction':
      return { type: 'Warning', reason: 'RouteChanged', message: reason };
    case 'finished':
      return body['outcome'] === 'promoted'
        ? { type: 'Normal', reason: 'Promoted', message: reason }
        : { type: 'Warning', reason: body['outcome'] === 'aborted' ? 'Aborted' : 'Superseded', message: reason };
    case 'version':
      return body['becomes'] === 'refused' ? { type: 'Warning', reason: 'VersionRefused', message: reason } : undefined;
    default:
      return undefined;
  }
}

function textAt(body: Entry['body'], key: string): string {
  const value = body[key];
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : '';
}

function messageIn(body: Entry['body']): string {
  const reason = body['reason'];
  return typeof reason === 'object' && reason !== null && 'key' in reason ? say('en', reason as Message) : '';
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
    message: told.message,
    involvedObject: { apiVersion: release.apiVersion, kind: 'Release', namespace, name, uid },
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'release-controller' },
  };
}
