/**
 * One control plane per data folder. The lock is SQLite's own exclusive lock on a side file: the system gives it back
 * when the process ends in whatever way, and other programs can still read the store.
 */
import Database from 'better-sqlite3';
import { Fault } from '../../../lib/fault.ts';

export interface Lock {
  release(): void;
}

/** @throws Fault `busy` where another process, or another store in this one, holds it. */
export function takeLock(path: string): Lock {
  const db = new Database(`${path}.lock`, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!(cause instanceof Database.SqliteError) || !cause.code.startsWith('SQLITE_BUSY')) throw cause;
    throw new Fault(
      'busy',
      { key: 'store.busy', params: { path } },
      { place: { file: path }, remedy: { key: 'store.busyRemedy' }, cause },
    );
  }
  return {
    release: () => {
      if (db.inTransaction) db.exec('ROLLBACK');
      db.close();
    },
  };
}
