/**
 * The control API on the wire: plain types, shared by the server, the command line and other clients. The schemas that
 * the server checks with stand in `schemas.ts`, so that a client which reads an object loads no schema library.
 */
import type { KubeObject } from '../core/model/meta.ts';
import type { JournalEntry, Write, WriteOutcome } from '../ports/store.ts';
import type { Phrase } from '../texts/message.ts';

/** A sentence as key and parameters, and put into the request's language. */
export interface Sentence extends Phrase {
  readonly message: string;
}

/** Every answer that is not 2xx. */
export interface Failure {
  readonly error: {
    /** A fault code of `lib/fault.ts`, or `internal` for a bug of the server. */
    readonly code: string;
    /** In the request's language. */
    readonly message: string;
    readonly text: Sentence;
    readonly retry: 'backoff' | 'never';
    readonly place?: {
      readonly file?: string;
      readonly line?: number;
      readonly column?: number;
      readonly field?: string;
      readonly object?: string;
    };
    readonly expected?: string;
    readonly found?: string;
    readonly remedy?: Sentence;
  };
}

/** Stands for the namespace of kinds that have none, in paths such as `/v1/objects/Namespace/-/shop`. */
export const NO_NAMESPACE = '-';

/** Who a client says it is, for the audit log. */
export const USER_HEADER = 'x-serin-user';

/** All or nothing, as `Store.write`. */
export interface WriteRequest {
  readonly batch: readonly Write[];
}

export interface WriteAnswer {
  readonly results: readonly {
    readonly outcome: WriteOutcome;
    readonly object?: KubeObject;
    readonly notices?: readonly Sentence[];
  }[];
  readonly resourceVersion: string;
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export interface JournalPage {
  readonly entries: readonly JournalEntry[];
}

/** Names of the server-sent events of `/v1/watch`; `lost` is the last one: list again, then watch anew. */
export type WatchEventName = 'open' | 'added' | 'modified' | 'deleted' | 'lost';

export interface AddressReport {
  readonly kind: 'gateway' | 'nodePort' | 'service' | 'forwardProxy';
  /** What answers there, e.g. `Gateway default/bookinfo`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Port number as the object names it, where it had to be moved. */
  readonly nominalPort: number;
}

export interface StatusReport {
  readonly version: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  readonly pid: number;
  readonly startedAt: string;
  readonly dataDir: string;
  /** Where the control API listens, e.g. `http://127.0.0.1:7878`. */
  readonly api: string;
  readonly addresses: readonly AddressReport[];
  /** What a person should know, e.g. a port that was moved. */
  readonly notices: readonly Sentence[];
}

export interface WorkerReport {
  readonly worker: number;
  readonly pid: number;
  readonly live: boolean;
  readonly tableVersion: number;
  readonly problems: readonly { readonly listener: string; readonly message: string }[];
}

export interface MeshReport {
  /** Newest table that was compiled; 0 = none yet. */
  readonly tableVersion: number;
  /** Oldest table that a live worker still serves; null while no worker is connected. */
  readonly acknowledged: number | null;
  readonly workers: readonly WorkerReport[];
}

/** Traffic of the last stretch of time. Latencies are read off histogram buckets, in ms; absent without requests. */
export interface TrafficRates {
  readonly requestsPerSecond: number;
  /** 0–100. */
  readonly errorPercent: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

export interface ArmReport extends TrafficRates {
  readonly version: string;
  /** When the last request was sent to it, milliseconds since 1970; absent = never. */
  readonly lastSentAt?: number;
}

export interface ReleaseRates {
  readonly namespace: string;
  readonly release: string;
  readonly service: string;
  readonly stable?: ArmReport;
  readonly candidate?: ArmReport;
  /** Candidate's part of both arms' requests, 0–1; absent without requests. */
  readonly observedShare?: number;
}

/** Who calls which version of which service. */
export interface EdgeReport extends TrafficRates {
  readonly sourceNamespace: string;
  readonly sourceWorkload: string;
  readonly sourceVersion: string;
  /** Full name of the service called. */
  readonly service: string;
  readonly subset: string;
  readonly version: string;
  readonly mirrored: boolean;
}

export interface RatesReport {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly windowMs: number;
  readonly releases: readonly ReleaseRates[];
  readonly edges: readonly EdgeReport[];
}

/** A request that nobody sends: which listener, rule and arm would it meet? The answer is a `RouteTrace`. */
export interface RouteTestRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** Default `http`. */
  readonly scheme?: string;
  /** As the caller would write it, with the port where it is not 80, e.g. `reviews:9080`. */
  readonly authority: string;
  /** With query, e.g. `/reviews/1?x=y`. */
  readonly path: string;
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Calling workload; absent = a stranger. */
  readonly from?: { readonly workload: string; readonly namespace: string };
  /** Namespace that short names belong to. Default `default`. */
  readonly namespace?: string;
}

export interface ShutdownRequest {
  /** True leaves pods and mesh workers running; the next start adopts them. Default false. */
  readonly keepPods?: boolean;
}
