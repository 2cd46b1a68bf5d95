/**
 * Control plane ↔ mesh worker, newline-delimited JSON over a Unix socket. The worker connects, says hello, and reconnects
 * for ever: it serves its last table while nobody answers.
 */
import type { TablePatch } from '../core/routing/table-patch.ts';
import type { RoutingTable } from '../core/routing/table.ts';

export type ToWorker =
  | { readonly type: 'table'; readonly table: RoutingTable }
  /** What changed since the table that was sent before on this connection. */
  | { readonly type: 'patch'; readonly patch: TablePatch }
  /** Stop accepting, finish what is open within the time, exit. */
  | { readonly type: 'drain'; readonly withinMs: number };

export interface Hello {
  readonly type: 'hello';
  /** Index of the worker, stable over restarts. */
  readonly worker: number;
  readonly pid: number;
  /** Tells counters of this process from those of its predecessor. */
  readonly instance: string;
  /** Version of the table in force; 0 = none yet. */
  readonly tableVersion: number;
}

export interface Ack {
  readonly type: 'ack';
  readonly version: number;
  /** Listeners that could not be opened. */
  readonly problems: readonly { readonly listener: string; readonly message: string }[];
}

/**
 * Counters since the worker started, sent every second (without rows too: silence of the worker is told apart from silence
 * of the callers) and at once after a failure burst; only rows that changed. The first message of a connection has all rows.
 */
export interface Counts {
  readonly type: 'counts';
  readonly instance: string;
  /** When this instance began to count, milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly rows: readonly CountRow[];
}

export interface CountRow {
  readonly source: {
    readonly workload: string;
    readonly namespace: string;
    readonly app: string;
    readonly version: string;
  };
  /** FQDN of the destination service. */
  readonly service: string;
  readonly subset: string;
  readonly version: string;
  /** Empty where no pod could be chosen. */
  readonly workload: string;
  readonly pod: string;
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /** Copies whose answers nobody waits for. */
  readonly mirrored?: boolean;
  /** Finished requests, or opened connections for tcp. */
  readonly requests: number;
  /** 5xx or no answer; a client that left is no failure. */
  readonly failures: number;
  /** How often no pod took a connection: for a request, or for the check after a connection broke. */
  readonly refused: number;
  /** Requests by bucket of LATENCY_BOUNDS_MS, not cumulative. */
  readonly latency: readonly number[];
  /** When the last request was sent to it, milliseconds since 1970. */
  readonly lastSentAt: number;
}

export type FromWorker = Hello | Ack | Counts;
