/** Where objects live: SQLite on one machine, the API server in a cluster, the control API for the CLI. */
import type { KubeObject, LabelSelector, NewObject, ObjectRef } from '../core/model/meta.ts';
import type { Message } from '../texts/catalogue.ts';

export interface Listing<T> {
  readonly items: readonly T[];
  /** Watch from here to see every later change. */
  readonly resourceVersion: string;
}

export interface ListOptions {
  /** Absent = all namespaces. */
  readonly namespace?: string;
  readonly labels?: LabelSelector;
}

/**
 * One change. `update` and `status` need the `resourceVersion` they were read at, else the fault `conflict`; several
 * writes of one batch may name the version that was read before the batch. `update` leaves `status` alone, `status`
 * changes nothing else.
 * `apply` is a three-way merge on behalf of a field manager: what this manager set before and no longer sets goes away,
 * what others set stays. `append` adds entries to a journal, atomically with the rest of the batch.
 */
export type Write =
  | { readonly op: 'create'; readonly object: NewObject }
  | { readonly op: 'update'; readonly object: KubeObject }
  | { readonly op: 'status'; readonly object: KubeObject }
  | { readonly op: 'apply'; readonly object: NewObject; readonly manager: string }
  | { readonly op: 'delete'; readonly ref: ObjectRef; readonly orphan?: boolean; readonly graceSeconds?: number }
  | { readonly op: 'append'; readonly journal: string; readonly entries: readonly JournalEntry[] };

export interface JournalEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export type WriteOutcome = 'created' | 'changed' | 'same' | 'deleted';

export interface WriteResult {
  /** In the order of the batch. `object` is absent for `append` and for finished deletions. */
  readonly results: readonly {
    readonly outcome: WriteOutcome;
    readonly object?: KubeObject;
    readonly notices?: readonly Message[];
  }[];
  readonly resourceVersion: string;
}

export interface WatchEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  readonly resourceVersion: string;
}

export interface Subscription {
  close(): void;
}

export interface Watcher {
  onEvent(event: WatchEvent): void;
  /** The history before `since` is gone or the connection broke: list again, then watch anew. */
  onLost(cause: unknown): void;
}

export interface Store {
  get<T extends KubeObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubeObject>(kind: string, options?: ListOptions): Promise<Listing<T>>;
  /** All or nothing; survives a power cut once resolved. Throws `Fault`. */
  write(batch: readonly Write[]): Promise<WriteResult>;
  watch(
    request: { readonly kinds: readonly string[]; readonly since: string; readonly namespace?: string },
    watcher: Watcher,
  ): Subscription;
  journal(name: string, from?: number): Promise<readonly JournalEntry[]>;
}
