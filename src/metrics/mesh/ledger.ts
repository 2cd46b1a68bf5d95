/** The newest cumulative counters of every worker. Workers count; here nothing is ever added up twice. */
import type { CountRow, Counts } from '../../mesh/protocol.ts';
import { rowKey } from './row.ts';

/** A worker that has said nothing for so long is gone; its last counts have long been read. */
const forgottenMs = 3_600_000;

export interface InstanceRows {
  readonly startedAt: number;
  /** Time of its newest message. */
  at: number;
  readonly rows: Map<string, CountRow>;
  /** What it had counted when it was first heard of here. */
  readonly first: ReadonlyMap<string, CountRow>;
}

/** What a message added to one row. */
export interface RowGain {
  readonly row: CountRow;
  readonly requests: number;
  readonly failures: number;
  readonly refused: number;
  readonly latency: readonly number[];
}

export interface Ledger {
  readonly instances: Map<string, InstanceRows>;
  /** Time of the newest message of any worker; -Infinity = none yet. */
  newestAt: number;
}

export function openLedger(): Ledger {
  return { instances: new Map(), newestAt: -Infinity };
}

/** Enters a message and tells what is new in it. The past of a worker that was unknown until now is not new. */
export function enter(ledger: Ledger, counts: Counts): readonly RowGain[] {
  const known = ledger.instances.get(counts.instance);
  const young = counts.at - counts.startedAt < 3000;
  const instance = known ?? firstEntry(counts);
  const gains: RowGain[] = [];
  for (const row of counts.rows) {
    const key = rowKey(row);
    const before = instance.rows.get(key);
    if (known || young) gains.push(gain(row, before));
    instance.rows.set(key, row);
  }
  instance.at = counts.at;
  ledger.instances.set(counts.instance, instance);
  ledger.newestAt = Math.max(ledger.newestAt, counts.at);
  for (const [name, one] of ledger.instances) {
    if (ledger.newestAt - one.at > forgottenMs) ledger.instances.delete(name);
  }
  return gains;
}

function firstEntry(counts: Counts): InstanceRows {
  const first = new Map(counts.rows.map((row) => [rowKey(row), row]));
  return { startedAt: counts.startedAt, at: counts.at, rows: new Map(), first };
}

function gain(row: CountRow, before: CountRow | undefined): RowGain {
  const base = before === undefined || before.requests > row.requests ? undefined : before;
  return {
    row,
    requests: row.requests - (base?.requests ?? 0),
    failures: Math.max(0, row.failures - (base?.failures ?? 0)),
    refused: Math.max(0, row.refused - (base?.refused ?? 0)),
    latency: row.latency.map((count, bucket) => Math.max(0, count - (base?.latency[bucket] ?? 0))),
  };
}
