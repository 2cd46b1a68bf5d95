/** Rows in and out: the only place that knows the tables. */
import type Database from 'better-sqlite3';
import { isObject } from '../../../core/model/json.ts';
import type { JsonObject } from '../../../core/model/json.ts';
import { refKey } from '../../../core/model/kinds.ts';
import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';
import type { JournalEntry, WatchEvent } from '../../../ports/store.ts';
import type { Append, Change, Draft } from './draft.ts';
import { frozenCopy } from './frozen.ts';
import type { Stored } from './object-table.ts';

/** A row that could not be understood. It stays in the file as it is. */
export interface UnreadableRow {
  readonly ref: ObjectRef;
  readonly cause: unknown;
}

export interface Loaded {
  readonly objects: readonly Stored[];
  readonly unreadable: readonly UnreadableRow[];
  readonly version: number;
}

export interface Rows {
  load(): Loaded;
  /** One transaction. Throws what SQLite throws; then nothing of it is kept. */
  keep(draft: Draft): void;
  /** Events after the version, oldest first; undefined where some of them are gone. */
  eventsSince(version: number): readonly WatchEvent[] | undefined;
  journal(name: string, from: number): readonly JournalEntry[];
}

interface ObjectRow {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly body: string;
  readonly applied: string;
}

interface EventRow {
  readonly type: string;
  readonly version: number;
  readonly body: string;
}

/** `historyLimit`: how many events are kept for watchers that come back. */
export function openRows(db: Database.Database, historyLimit: number): Rows {
  const objects = objectRows(db);
  const events = eventRows(db, historyLimit);
  const journals = journalRows(db);
  const keep = db.transaction((draft: Draft) => {
    for (const change of draft.changes.values()) objects.keep(change);
    for (const append of draft.appends) journals.keep(append);
    if (draft.events.length > 0) events.keep(draft.events, draft.version());
  });
  return {
    keep: (draft) => {
      keep(draft);
    },
    load: () => ({ ...objects.load(), version: events.version() }),
    eventsSince: (version) => events.since(version),
    journal: (name, from) => journals.read(name, from),
  };
}

function objectRows(db: Database.Database): {
  keep(change: Change): void;
  load(): Pick<Loaded, 'objects' | 'unreadable'>;
} {
  const all = db.prepare<[], ObjectRow>('SELECT kind, namespace, name, body, applied FROM objects');
  const put = db.prepare(
    `INSERT INTO objects (kind, namespace, name, body, applied) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (kind, namespace, name) DO UPDATE SET body = excluded.body, applied = excluded.applied`,
  );
  const drop = db.prepare('DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?');
  return {
    keep({ ref, stored }) {
      const place = [ref.kind, ref.namespace, ref.name];
      if (stored === undefined) drop.run(...place);
      else put.run(...place, JSON.stringify(stored.object), JSON.stringify(stored.applied));
    },
    load() {
      const objects: Stored[] = [];
      const unreadable: UnreadableRow[] = [];
      for (const row of all.all()) {
        try {
          objects.push(readObject(row));
        } catch (cause) {
          unreadable.push({ ref: { kind: row.kind, namespace: row.namespace, name: row.name }, cause });
        }
      }
      return { objects, unreadable };
    },
  };
}

function eventRows(
  db: Database.Database,
  limit: number,
): {
  version(): number;
  keep(events: readonly WatchEvent[], version: number): void;
  since(version: number): readonly WatchEvent[] | undefined;
} {
  const counter = db.prepare<[string], number>('SELECT value FROM counters WHERE name = ?').pluck();
  const setCounter = db.prepare('UPDATE counters SET value = ? WHERE name = ?');
  const put = db.prepare('INSERT INTO events (version, type, kind, namespace, body) VALUES (?, ?, ?, ?, ?)');
  const drop = db.prepare('DELETE FROM events WHERE version <= ?');
  const some = db.prepare<[number], EventRow>(
    'SELECT type, version, body FROM events WHERE version > ? ORDER BY version',
  );
  return {
    version: () => counter.get('version') ?? 0,
    keep(events, version) {
      for (const { type, object, resourceVersion } of events) {
        put.run(Number(resourceVersion), type, object.kind, object.metadata.namespace ?? '', JSON.stringify(object));
      }
      setCounter.run(version, 'version');
      // In strides, so that forgetting does not cost a delete with every commit.
      const oldest = version - limit;
      if (oldest - (counter.get('forgotten') ?? 0) < Math.max(1, limit / 10)) return;
      drop.run(oldest);
      setCounter.run(oldest, 'forgotten');
    },
    since(version) {
      return version < (counter.get('forgotten') ?? 0) ? undefined : some.all(version).map(readEvent);
    },
  };
}

function journalRows(db: Database.Database): {
  keep(append: Append): void;
  read(name: string, from: number): readonly JournalEntry[];
} {
  const next = db.prepare<[string], number>('SELECT coalesce(max(seq) + 1, 0) FROM journals WHERE journal = ?').pluck();
  const put = db.prepare('INSERT INTO journals (journal, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)');
  const some = db.prepare<[string, number], { at: number; kind: string; body: string }>(
    'SELECT at, kind, body FROM journals WHERE journal = ? AND seq >= ? ORDER BY seq',
  );
  return {
    keep({ journal, entries }) {
      let seq = next.get(journal) ?? 0;
      for (const entry of entries) put.run(journal, seq++, entry.at, entry.kind, JSON.stringify(entry.body));
    },
    read: (name, from) => some.all(name, from).map((row) => ({ at: row.at, kind: row.kind, body: readMap(row.body) })),
  };
}

function readMap(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('a map was expected in this row');
  return value;
}

function isStoredObject(value: JsonObject): value is JsonObject & KubeObject {
  const metadata = value['metadata'];
  const isNamed = isObject(metadata) && typeof metadata['name'] === 'string' && typeof metadata['uid'] === 'string';
  return isNamed && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string';
}

function readObject(row: ObjectRow): Stored {
  const object = readMap(row.body);
  if (!isStoredObject(object)) throw new TypeError('the row holds no object');
  const { kind, metadata } = object;
  const place = refKey({ kind, namespace: metadata.namespace ?? '', name: metadata.name });
  if (place !== refKey(row)) throw new TypeError(`the row holds ${place}`);
  const applied = Object.entries(readMap(row.applied)).map(([manager, value]) => {
    if (!isObject(value)) throw new TypeError('what a manager applied is no map');
    return [manager, value] as const;
  });
  return frozenCopy({ object, applied: Object.fromEntries(applied) });
}

function readEvent(row: EventRow): WatchEvent {
  const object = readMap(row.body);
  const type = row.type;
  const isKnown = type === 'added' || type === 'modified' || type === 'deleted';
  if (!isKnown || !isStoredObject(object)) {
    throw new TypeError(`event ${row.version} cannot be read`);
  }
  return { type, object: frozenCopy(object), resourceVersion: String(row.version) };
}
