import { createHash } from 'node:crypto';
import type { NewObject } from '../../../core/model/meta.ts';
import type { Event } from '../../../core/model/plain.ts';
import type { Pod } from '../../../core/model/pod.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Store } from '../../../ports/store.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { wordingOf } from '../../../texts/catalogue.ts';

export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: Message;
}

export interface PodEvents {
  /** Tells people; never waited for and never in the way. The same event again raises its count. */
  record(pod: Pod, event: PodEvent): void;
}

/** Repetitions are gathered for so long before they are written: a failing probe of many pods is no storm of writes. */
const GATHER_MS = 10_000;

interface Known {
  count: number;
  readonly first: string;
  writtenAt: number;
}

export function createPodEvents({ store, clock, log }: { store: Store; clock: Clock; log: Log }): PodEvents {
  const known = new Map<string, Known>();
  return {
    record(pod, event) {
      const { name, namespace = 'default', uid } = pod.metadata;
      const { type, reason } = event;
      const wording = wordingOf(event.message);
      const id = createHash('sha256').update(`${uid}\n${reason}\n${wording.message}`).digest('hex').slice(0, 16);
      const nowMs = clock.now();
      const at = new Date(nowMs).toISOString();
      const entry = known.get(id) ?? { count: 0, first: at, writtenAt: -Infinity };
      entry.count += 1;
      known.set(id, entry);
      if (nowMs - entry.writtenAt < GATHER_MS) return;
      entry.writtenAt = nowMs;
      const object: NewObject<Event> = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${id}`, namespace },
        type,
        reason,
        ...wording,
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
        count: entry.count,
        firstTimestamp: entry.first,
        lastTimestamp: at,
        source: { component: 'supervisor' },
      };
      store.write([{ op: 'apply', object, manager: 'supervisor' }]).catch((error: unknown) => {
        log.debug('event not written', { pod: name, reason: event.reason, error });
      });
      if (known.size > 5000) known.clear();
    },
  };
}
