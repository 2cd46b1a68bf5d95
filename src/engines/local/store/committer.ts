/** Turns batches into commits. Batches that wait together share one trip to the disk; each succeeds or fails alone. */
import { randomUUID } from 'node:crypto';
import { Fault } from '../../../lib/fault.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { WatchEvent, Write, WriteResult } from '../../../ports/store.ts';
import { runBatch } from './batch.ts';
import { createDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import type { ObjectTable } from './object-table.ts';
import type { Rows } from './rows.ts';

export interface StoreOptions {
  /** The SQLite file; created where it is missing. The lock stands beside it. */
  readonly path: string;
  readonly clock: Clock;
  readonly newUid?: () => string;
  /** Events kept for watchers that come back. Default 20,000. */
  readonly historyLimit?: number;
}

export interface CommitterInput {
  readonly options: StoreOptions;
  readonly rows: Rows;
  readonly table: ObjectTable;
  /** Of the last write. */
  readonly version: number;
  readonly publish: (events: readonly WatchEvent[]) => void;
}

export interface Committer {
  write(batch: readonly Write[]): Promise<WriteResult>;
  /** The same at once. Throws `Fault`. */
  writeNow(batch: readonly Write[]): WriteResult;
  version(): number;
  /** Finishes what waits and takes nothing more. False if it was closed before. */
  close(): boolean;
}

interface Pending {
  readonly batch: readonly Write[];
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (cause: unknown) => void;
}

export function createCommitter(input: CommitterInput): Committer {
  const commits = createCommits(input);
  let pending: readonly Pending[] = [];
  let isClosed = false;

  function flush(): void {
    const waiting = pending;
    pending = [];
    const group = commits.begin();
    const done: { readonly item: Pending; readonly result: WriteResult }[] = [];
    for (const item of waiting) {
      try {
        done.push({ item, result: commits.run(group, item.batch) });
      } catch (cause) {
        item.reject(cause);
      }
    }
    try {
      commits.commit(group);
      for (const { item, result } of done) item.resolve(result);
    } catch (cause) {
      for (const { item } of done) item.reject(cause);
    }
  }

  return {
    write(batch) {
      if (isClosed) return Promise.reject(new Fault('unreachable', { key: 'store.closed' }));
      return new Promise((resolve, reject) => {
        if (pending.length === 0) queueMicrotask(flush);
        pending = [...pending, { batch, resolve, reject }];
      });
    },
    writeNow(batch) {
      flush();
      const group = commits.begin();
      const result = commits.run(group, batch);
      commits.commit(group);
      return result;
    },
    version: () => commits.version(),
    close() {
      if (isClosed) return false;
      flush();
      isClosed = true;
      return true;
    },
  };
}

interface Commits {
  /** An empty group on top of what is kept. */
  begin(): Draft;
  /** Adds a batch to the group, or throws and leaves the group as it was. */
  run(group: Draft, batch: readonly Write[]): WriteResult;
  /** First the disk, then memory, then watchers. */
  commit(group: Draft): void;
  version(): number;
}

function createCommits({ options, rows, table, publish, ...start }: CommitterInput): Commits {
  const newUid = options.newUid ?? randomUUID;
  let version = start.version;
  return {
    begin: () => createDraft(table, version),
    run(group, batch) {
      const draft = createDraft(group, group.version());
      const result = runBatch({ draft, before: group, nowMs: options.clock.now(), newUid }, batch);
      group.take(draft);
      return result;
    },
    commit(group) {
      if (group.changes.size === 0 && group.appends.length === 0) return;
      try {
        rows.keep(group);
      } catch (cause) {
        throw new Fault('unreachable', { key: 'store.failed', params: { path: options.path } }, { cause });
      }
      for (const { ref, stored } of group.changes.values()) {
        if (stored === undefined) table.remove(ref);
        else table.put(stored);
      }
      version = group.version();
      publish(group.events);
    },
    version: () => version,
  };
}
