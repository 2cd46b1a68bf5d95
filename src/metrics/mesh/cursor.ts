/**
 * A reader's place: how far it has read each row of each worker. Workers count cumulatively and outlive the control
 * plane, so a place from before a restart is as good as one from a second ago.
 */
import { Fault } from '../../lib/fault.ts';
import type { CountRow } from '../../mesh/protocol.ts';
import type { ArmCounts, CountsQuery, PodCounts } from '../../ports/metrics.ts';
import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import type { InstanceRows, Ledger } from './ledger.ts';
import type { Arm } from './row.ts';
import { armOf } from './row.ts';

/** Requests, failures, refused, then latency buckets without the zeros at the end. */
type Mark = readonly number[];

interface InstanceMarks {
  /** When it was last heard of. */
  readonly at: number;
  readonly rows: Readonly<Record<string, Mark>>;
}

export interface Cursor {
  /** When the chain began; milliseconds since 1970. */
  readonly since: number;
  readonly instances: Readonly<Record<string, InstanceMarks>>;
}

/** Places in workers that nobody has heard of for so long are given up. */
const forgottenMs = 3_600_000;

export function parseCursor(text: string): Cursor {
  const value = parsed(text);
  if (isCursor(value)) return value;
  throw new Fault(
    'invalid',
    { key: 'release.counts.badCursor' },
    { expected: 'a cursor of this source', found: text.slice(0, 80) },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'object' || value === null || !('since' in value) || !('instances' in value)) return false;
  return typeof value.since === 'number' && typeof value.instances === 'object' && value.instances !== null;
}

export interface Reading {
  readonly stable: ArmCounts;
  readonly candidate: ArmCounts;
  readonly cursor: Cursor;
}

interface Sum {
  requests: number;
  failures: number;
  refused: number;
  readonly latency: number[];
  readonly byPod: Record<string, PodCounts>;
}

/** Everything after the cursor, and the new place. */
export function readAfter(ledger: Ledger, query: CountsQuery, cursor: Cursor): Reading {
  const sums: Record<Arm, Sum> = { stable: emptySum(), candidate: emptySum() };
  const instances: Record<string, InstanceMarks> = {};
  for (const [name, marks] of Object.entries(cursor.instances)) {
    if (ledger.newestAt - marks.at <= forgottenMs) instances[name] = marks;
  }
  for (const [name, instance] of ledger.instances) {
    const before = cursor.instances[name];
    const rows: Record<string, Mark> = {};
    for (const [key, row] of instance.rows) {
      const arm = armOf(row, query);
      if (arm === undefined) continue;
      const base = before ? before.rows[key] : unread(instance, key, cursor.since);
      rows[key] = markOf(row);
      add(sums[arm], row, base);
    }
    instances[name] = { at: instance.at, rows: { ...before?.rows, ...rows } };
  }
  return { stable: sums.stable, candidate: sums.candidate, cursor: { since: cursor.since, instances } };
}

/** A place at the end of everything known now. */
export function endOf(ledger: Ledger, query: CountsQuery, now: number): Cursor {
  return { since: now, instances: readAfter(ledger, query, { since: now, instances: {} }).cursor.instances };
}

/** A worker that began after the chain is read from its beginning; an older one from where it was first heard of. */
function unread(instance: InstanceRows, key: string, since: number): Mark | undefined {
  if (instance.startedAt >= since) return undefined;
  const first = instance.first.get(key);
  return first && markOf(first);
}

function markOf(row: CountRow): Mark {
  const mark = [row.requests, row.failures, row.refused, ...row.latency];
  while (mark.length > 3 && mark.at(-1) === 0) mark.pop();
  return mark;
}

function emptySum(): Sum {
  return { requests: 0, failures: 0, refused: 0, latency: LATENCY_BOUNDS_MS.map(() => 0).concat(0), byPod: {} };
}

/** How much `now` lies above `before`; what was not known before began at 0. */
const above = (now: number, before = 0): number => Math.max(0, now - before);

/** Adds what lies between the mark and the row. A row below its mark began anew. */
function add(sum: Sum, row: CountRow, mark: Mark = []): void {
  const base = (mark[0] ?? 0) <= row.requests ? mark : [];
  const requests = above(row.requests, base[0]);
  const failures = above(row.failures, base[1]);
  const refused = above(row.refused, base[2]);
  if (requests === 0 && failures === 0 && refused === 0) return;
  sum.requests += requests;
  sum.failures += failures;
  sum.refused += refused;
  row.latency.forEach((count, bucket) => {
    sum.latency[bucket] = (sum.latency[bucket] ?? 0) + above(count, base[bucket + 3]);
  });
  const pod = sum.byPod[row.pod] ?? { requests: 0, failures: 0 };
  sum.byPod[row.pod] = { requests: pod.requests + requests, failures: pod.failures + failures };
}
