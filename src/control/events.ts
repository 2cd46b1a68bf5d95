/** Events as Kubernetes records them: one object per thing that happens to an object; repetitions raise `count`. */
import type { KubeObject, NewObject } from '../core/model/meta.ts';
import type { Event } from '../core/model/plain.ts';
import { contentHash } from '../core/release/hash.ts';
import { Fault } from '../lib/fault.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Write } from '../ports/store.ts';
import type { Message } from '../texts/catalogue.ts';
import { wordingOf } from '../texts/catalogue.ts';

export interface Happening {
  readonly type: 'Normal' | 'Warning';
  /** One word in PascalCase, e.g. `ScalingReplicaSet`. */
  readonly reason: string;
  readonly message: Message;
}

export interface Recorder {
  /** Never throws: an event that cannot be kept is logged, and work goes on. */
  record(object: KubeObject, happenings: readonly Happening[]): Promise<void>;
}

export interface RecorderOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** E.g. `deployment-controller`. */
  readonly component: string;
}

const ATTEMPTS = 3;

/** Writes events about objects on behalf of one component. */
export function eventRecorder(options: RecorderOptions): Recorder {
  const { store, log } = options;
  return {
    record: async (object, happenings) => {
      for (let attempt = 1; happenings.length > 0; attempt += 1) {
        try {
          const drafts = happenings.map((happening) => draftOf(object, happening, options));
          await store.write(await Promise.all(drafts.map((draft) => writeFor(store, draft))));
          return;
        } catch (error) {
          const isRace = error instanceof Fault && (error.code === 'conflict' || error.code === 'exists');
          if (isRace && attempt < ATTEMPTS) continue;
          log.warn('events were not recorded', { error, kind: object.kind, name: object.metadata.name });
          return;
        }
      }
    },
  };
}

/** The same happening to the same object has the same name, so that its repetition finds it. */
function draftOf(object: KubeObject, happening: Happening, options: RecorderOptions): NewObject<Event> {
  const { apiVersion, kind } = object;
  const { name, namespace = '', uid } = object.metadata;
  const at = new Date(options.clock.now()).toISOString();
  const wording = wordingOf(happening.message);
  const identity = contentHash([uid, happening.type, happening.reason, wording.message, options.component]);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${identity}`, namespace: namespace === '' ? 'default' : namespace },
    type: happening.type,
    reason: happening.reason,
    ...wording,
    involvedObject: { apiVersion, kind, namespace, name, uid },
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: options.component },
  };
}

async function writeFor(store: Store, draft: NewObject<Event>): Promise<Write> {
  const { name, namespace = '' } = draft.metadata;
  const known = await store.get<Event>({ kind: 'Event', namespace, name });
  if (known === undefined) return { op: 'create', object: draft };
  const repeated: Event = { ...known, count: known.count + 1, lastTimestamp: draft.lastTimestamp };
  return { op: 'update', object: repeated };
}
