/** The store of the embedded engine: SQLite for durability, memory for reading, one writer. */
import { matchesSelector } from '../../../core/model/labels.ts';
import { objectName, refKey } from '../../../core/model/kinds.ts';
import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';
import type { ListOptions, Store } from '../../../ports/store.ts';
import { createCommitter } from './committer.ts';
import type { Committer, StoreOptions } from './committer.ts';
import { openDatabase } from './database.ts';
import { SYSTEM_NAMESPACES } from './delete-object.ts';
import { takeLock } from './lock.ts';
import { createObjectTable } from './object-table.ts';
import type { ObjectTable } from './object-table.ts';
import { openRows } from './rows.ts';
import type { UnreadableRow } from './rows.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface LocalStore extends Store, Disposable {
  /** Rows that this program cannot read. They are kept, and writes to them are refused. */
  readonly unreadable: readonly UnreadableRow[];
  /** Version of the last write. */
  version(): string;
}

/**
 * Opens the store and takes the folder's lock.
 * @throws Fault `busy` where another process has it, `refused` for a file that is not ours or newer than we are.
 */
export function openStore(options: StoreOptions): LocalStore {
  const lock = takeLock(options.path);
  try {
    return opened(options, () => lock.release());
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

function opened(options: StoreOptions, release: () => void): LocalStore {
  const db = openDatabase(options.path);
  const rows = openRows(db, options.historyLimit ?? 20_000);
  const { objects, unreadable, version } = rows.load();
  const blocked = new Map(unreadable.map((row) => [refKey(row.ref), row]));
  const table = createObjectTable((ref) => requireReadable(blocked, ref));
  for (const stored of objects) table.put(stored);

  const committer = createCommitter({
    options,
    rows,
    table,
    version,
    publish: (events) => subscriptions.publish(events),
  });
  const subscriptions = createSubscriptions((since) => {
    const from = Number(since);
    const isKnown = Number.isSafeInteger(from) && from >= 0 && from <= committer.version();
    return isKnown ? rows.eventsSince(from) : undefined;
  });
  ensureSystemNamespaces(table, committer);

  return {
    write: (batch) => committer.write(batch),
    unreadable,
    version: () => String(committer.version()),
    // The port says which type stands behind a kind; admission has checked it on the way in.
    get: async <T extends KubeObject>(ref: ObjectRef) => table.find(ref)?.object as T | undefined,
    list: async <T extends KubeObject>(kind: string, asked: ListOptions = {}) => ({
      items: table
        .list(kind, asked.namespace)
        .filter((object) => matchesSelector(asked.labels, object.metadata.labels)) as unknown as readonly T[],
      resourceVersion: String(committer.version()),
    }),
    watch: (request, watcher) => subscriptions.open(request, watcher),
    journal: async (name, from = 0) => rows.journal(name, from),
    [Symbol.dispose]() {
      if (!committer.close()) return;
      subscriptions.closeAll();
      db.close();
      release();
    },
  };
}

function ensureSystemNamespaces(table: ObjectTable, committer: Committer): void {
  const missing = SYSTEM_NAMESPACES.filter((name) => table.find(namespaceRef(name)) === undefined);
  if (missing.length === 0) return;
  committer.writeNow(
    missing.map((name) => ({ op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } })),
  );
}

function namespaceRef(name: string): ObjectRef {
  return { kind: 'Namespace', namespace: '', name };
}

function requireReadable(blocked: ReadonlyMap<string, UnreadableRow>, ref: ObjectRef): void {
  const row = blocked.size === 0 ? undefined : blocked.get(refKey(ref));
  if (row === undefined) return;
  const object = objectName(ref);
  throw new Fault(
    'refused',
    { key: 'store.unreadableRow', params: { object } },
    { place: { object }, cause: row.cause },
  );
}
