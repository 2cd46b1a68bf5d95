import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerState } from '../../../core/model/pod.ts';

type Ended = NonNullable<ContainerState['terminated']>;

/** What must be known of a container after `kill -9` of the control plane. */
export interface ContainerRecord {
  /** Mark of the present or last instance. Empty: never started. */
  readonly instance: string;
  /** `intent`: about to start, may or may not run. */
  readonly phase: 'none' | 'intent' | 'running' | 'ended';
  readonly pid?: number;
  readonly startTime?: string;
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  /** The startup probe has passed (or there is none). */
  readonly started?: boolean;
  readonly ready?: boolean;
  readonly restartCount: number;
  /** Delay before the present instance; see `nextRestartDelay`. */
  readonly backOffMs?: number;
  readonly ended?: Ended;
  readonly endedAt?: number;
  /** How the instance before the present one ended. */
  readonly last?: Ended;
  /** Ended by a shutdown of Serin, not by itself: the next start is no restart. */
  readonly byShutdown?: boolean;
}

export interface PodRecord {
  readonly format: 1;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339. */
  readonly startTime: string;
  readonly containers: Readonly<Record<string, ContainerRecord>>;
}

export const noInstance: ContainerRecord = { instance: '', phase: 'none', restartCount: 0 };

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** `pods/<namespace>/<pod>-<uid8>` in the data folder. */
export function podFolder(dataDir: string, { namespace, name, uid }: PodIdentity): string {
  return join(dataDir, 'pods', namespace, `${name}-${uid.replaceAll('-', '').slice(0, 8)}`);
}

const RECORD = 'state.json';

/**
 * Writes the record so that a reader sees the old or the new one, never half. Not flushed to the disk: it must outlive
 * this process, and no process outlives the machine.
 */
export function writeRecord(folder: string, record: PodRecord): void {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${RECORD}.draft`);
  writeFileSync(draft, JSON.stringify(record));
  renameSync(draft, join(folder, RECORD));
}

function readRecord(folder: string): PodRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as PodRecord;
    return record.format === 1 ? record : undefined;
  } catch {
    // A folder without a record has never had a process.
    return undefined;
  }
}

/** All records of the data folder, with their folders. */
export function listRecords(dataDir: string): readonly { readonly folder: string; readonly record: PodRecord }[] {
  const root = join(dataDir, 'pods');
  return foldersIn(root)
    .flatMap((namespace) => foldersIn(namespace))
    .flatMap((folder) => {
      const record = readRecord(folder);
      return record === undefined ? [] : [{ folder, record }];
    });
}

export function removePodFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}
