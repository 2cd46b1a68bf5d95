/** What the server needs from the engine that it stands in front of. Small on purpose: each part can be faked in a test. */
import type { RoutingTable } from '../core/routing/table.ts';
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Language } from '../texts/message.ts';
import type { Message } from '../texts/catalogue.ts';
import type { CountsQuery } from '../ports/metrics.ts';
import type { AddressReport, EdgeReport, MeshReport, TrafficRates } from './contract.ts';

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  /** Absent: the only container; a `Fault` where there are several. */
  readonly container?: string;
  /** Go on with what is written later, until the signal fires or the pod is gone. */
  readonly follow: boolean;
  /** Only the last lines. */
  readonly tail?: number;
  /** The container's instance before the last restart. */
  readonly previous: boolean;
}

/** Output of pods. Throws `Fault` (notFound, invalid) before the first chunk where nothing can be read. */
export interface LogSource {
  read(request: LogRequest, signal: AbortSignal): AsyncIterable<string | Uint8Array>;
}

export interface EngineState {
  readonly state: 'starting' | 'ready' | 'stopping';
  /** RFC 3339. */
  readonly startedAt: string;
  readonly dataDir: string;
  readonly addresses: readonly AddressReport[];
  readonly notices: readonly Message[];
}

export interface EngineView {
  state(): EngineState;
  /** More lines for `/metrics`, in Prometheus' text format. */
  metricsText?(): string;
  /** Asked to stop over the API. Must return at once; the answer is sent before anything stops. */
  stop(request: { readonly keepPods: boolean }): void;
}

export interface MeshView {
  report(): MeshReport;
  /** Newest table, for route tests; undefined while none was compiled. */
  table(): RoutingTable | undefined;
  /** All workers' `/stats/prometheus`, joined. */
  scrape(): Promise<string>;
}

/** What was counted lately, for people. `metrics/mesh` has this shape. */
export interface RatesView {
  rates(query: CountsQuery, windowMs?: number): Readonly<Record<'stable' | 'candidate', TrafficRates>>;
  /** 0–1; undefined without requests. */
  observedShare(query: CountsQuery, windowMs: number): number | undefined;
  /** Milliseconds since 1970; undefined = never. */
  lastSentAt(service: { readonly namespace: string; readonly service: string }, version: string): number | undefined;
  edges(windowMs?: number): readonly EdgeReport[];
}

export interface ServerOptions {
  readonly store: Store;
  readonly logs: LogSource;
  readonly view: EngineView;
  readonly mesh: MeshView;
  readonly rates: RatesView;
  /** Bearer token that every request but the health checks must show. */
  readonly token: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Default language of answers; a request's `Accept-Language` wins. */
  readonly lang: Language;
  readonly log: Log;
  readonly clock: Clock;
  readonly version: string;
  /** Comment lines on idle streams, so that both sides notice a dead peer. Default 15 s. */
  readonly heartbeatMs?: number;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}
