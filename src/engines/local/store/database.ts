/** The file: pragmas, format and its versions. */
import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Fault } from '../../../lib/fault.ts';

/** "Srn1": tells our files from other programs'. */
const APPLICATION_ID = 0x53726e31;

export type Migration = (db: Database.Database) => void;

/** Entry n brings a file from format n to n + 1. Entries are never changed once released. */
export const migrations: readonly Migration[] = [
  (db) =>
    db.exec(`
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO counters VALUES ('version', 0), ('forgotten', 0);
      CREATE TABLE objects (
        kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
        body TEXT NOT NULL, applied TEXT NOT NULL,
        PRIMARY KEY (kind, namespace, name)
      ) STRICT;
      CREATE TABLE events (
        version INTEGER PRIMARY KEY, type TEXT NOT NULL,
        kind TEXT NOT NULL, namespace TEXT NOT NULL, body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE journals (
        journal TEXT NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (journal, seq)
      ) STRICT, WITHOUT ROWID;
    `),
];

/**
 * Opens or creates the file and brings it to the present format, after a copy of the old one has been laid beside it.
 * @throws Fault `refused` for a newer format or somebody else's file; nothing is written then.
 */
export function openDatabase(path: string, steps: readonly Migration[] = migrations): Database.Database {
  let db: Database.Database | undefined;
  try {
    createPrivately(path);
    db = new Database(path);
    prepare(db, path, steps);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof Database.SqliteError && cause.code === 'SQLITE_NOTADB') throw foreign(path, cause);
    throw cause;
  }
}

function prepare(db: Database.Database, path: string, steps: readonly Migration[]): void {
  const found = Number(db.pragma('user_version', { simple: true }));
  const owner = Number(db.pragma('application_id', { simple: true }));
  const isEmpty = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').pluck().get() === 0;
  if (!isEmpty && owner !== APPLICATION_ID) throw foreign(path);
  if (found > steps.length) {
    const params = { path, found, known: steps.length };
    throw new Fault(
      'refused',
      { key: 'store.newer', params },
      { place: { file: path }, remedy: { key: 'store.newerRemedy' } },
    );
  }
  db.pragma('journal_mode = WAL');
  // A resolved write survives a power cut: every commit reaches the disk, on macOS through its cache too.
  db.pragma('synchronous = FULL');
  db.pragma('fullfsync = ON');
  if (found === steps.length) return;
  if (!isEmpty) copyBeside(db, `${path}.format-${found}`);
  db.transaction(() => {
    for (const step of steps.slice(found)) step(db);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${steps.length}`);
  })();
}

/** Secrets are in it: nobody else may read it, nor the files that SQLite lays beside it with the same mode. */
function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

function copyBeside(db: Database.Database, copy: string): void {
  db.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
  chmodSync(copy, 0o600);
}

function foreign(path: string, cause?: unknown): Fault {
  return new Fault(
    'refused',
    { key: 'store.foreign', params: { path } },
    { place: { file: path }, remedy: { key: 'store.foreignRemedy' }, cause },
  );
}
