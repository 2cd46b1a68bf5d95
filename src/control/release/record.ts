/** How the durable record lies in the store: the release's part in the Release, the run's part in the Run. */
import type { Release } from '../../core/model/release.ts';
import type { Run } from '../../core/model/run.ts';
import type { ReleaseRecord, RunRecord } from '../../core/release/state.ts';
import { emptyRecord, RECORD_VERSION } from '../../core/release/state.ts';
import { Fault } from '../../lib/fault.ts';

/**
 * `Release.status.record`. A run starts in one batch with the Run that names it, and a Run can have no status before it
 * exists; so its first record travels in `seed` until the Run's own is written.
 */
export interface StoredRecord extends Omit<ReleaseRecord, 'run'> {
  readonly current: string | null;
  readonly seed?: RunRecord;
}

export interface LoadedRecord {
  readonly state: ReleaseRecord;
  readonly run: Run | undefined;
}

/** @throws Fault `refused` for a record of a newer program. */
export function loadRecord(release: Release, runNamed: (name: string) => Run | undefined): LoadedRecord {
  const stored = release.status?.record;
  if (stored === undefined || stored === null) return { state: emptyRecord(), run: undefined };
  // Written only by `storedForm` below; its version is checked before anything else is believed.
  const record = stored as StoredRecord;
  requireKnown(record.version, release);
  const { current, seed, ...rest } = record;
  if (current === null) return { state: { ...emptyRecord(), ...rest, run: null }, run: undefined };
  const run = runNamed(current);
  const own = run?.status?.record;
  const found = own === undefined || own === null ? seed : (own as RunRecord);
  if (found !== undefined) requireKnown(found.version, release);
  return { state: { ...emptyRecord(), ...rest, run: found ?? null }, run };
}

function requireKnown(version: number, release: Release): void {
  if (version <= RECORD_VERSION) return;
  const { name, namespace } = release.metadata;
  throw new Fault(
    'refused',
    { key: 'run.problem.newerRecord', params: { found: version, known: RECORD_VERSION } },
    {
      place: { object: `Release ${namespace ?? ''}/${name}` },
      expected: String(RECORD_VERSION),
      found: String(version),
    },
  );
}

export function storedForm(state: ReleaseRecord, isNew: boolean): StoredRecord {
  const { run, ...rest } = state;
  if (run === null) return { ...rest, current: null };
  return isNew ? { ...rest, current: run.name, seed: run } : { ...rest, current: run.name };
}
