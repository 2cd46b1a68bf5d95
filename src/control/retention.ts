/** Deletes what nobody will ask for any more. Runs and their journals are kept: they are the history. */
import type { KubeObject } from '../core/model/meta.ts';
import type { Event } from '../core/model/plain.ts';
import type { Command } from '../core/model/run.ts';
import { parseTime } from '../core/model/time.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Write } from '../ports/store.ts';

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Events are deleted this long after they last happened, commands this long after their answer. Default 24 h. */
  readonly keepMs?: number;
  /** Default 10 min. */
  readonly everyMs?: number;
}

/** When an object had its last say; undefined = it still has something to do. */
type LastSay = (object: KubeObject) => string | undefined;

const lastSays: Readonly<Record<string, LastSay>> = {
  Event: (object) => (object as Event).lastTimestamp,
  Command: (object) => (object as Command).status?.at,
};

/** Sweeps from time to time, until `close`. */
export function startRetention(options: RetentionOptions): { close(): Promise<void> } {
  const { store, clock, log, keepMs = 86_400_000, everyMs = 600_000 } = options;
  const stop = new AbortController();
  async function sweep(): Promise<void> {
    const before = clock.now() - keepMs;
    for (const [kind, lastSay] of Object.entries(lastSays)) {
      const { items } = await store.list(kind);
      const old = items.filter((object) => (parseTime(lastSay(object) ?? '') ?? Infinity) < before);
      const writes = old.map(({ metadata: { namespace = '', name } }): Write => {
        return { op: 'delete', ref: { kind, namespace, name } };
      });
      if (writes.length > 0) await store.write(writes);
    }
  }
  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await sweep().catch((error: unknown) => log.warn('old objects were not deleted', { error }));
      await clock.sleep(everyMs, stop.signal);
    }
  }
  const running = run();
  return {
    close: () => {
      stop.abort();
      return running;
    },
  };
}
