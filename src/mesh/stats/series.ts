import type { WorkloadIdentity } from '../../core/routing/table.ts';
import { Histogram } from './histogram.ts';

/** One finished request, as its reporter saw it. */
export interface Outcome {
  /** 0 = no answer. */
  readonly status: number;
  /** Response flags, joined by commas; `-` = none. */
  readonly flags: string;
  /** Whole milliseconds. */
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly protocol: 'http' | 'grpc';
  /** Empty where the protocol has none. */
  readonly grpcStatus: string;
}

export class HttpSeries {
  readonly status: number;
  readonly flags: string;
  readonly protocol: 'http' | 'grpc';
  readonly grpcStatus: string;
  requests = 0;
  readonly durationMs: Histogram = new Histogram();
  readonly requestBytes: Histogram = new Histogram();
  readonly responseBytes: Histogram = new Histogram();

  constructor(outcome: Outcome) {
    this.status = outcome.status;
    this.flags = outcome.flags;
    this.protocol = outcome.protocol;
    this.grpcStatus = outcome.grpcStatus;
  }

  add(outcome: Outcome): void {
    this.requests++;
    this.durationMs.add(outcome.durationMs);
    this.requestBytes.add(outcome.requestBytes);
    this.responseBytes.add(outcome.responseBytes);
  }
}

/** What `istio_tcp_*` count. */
export interface TcpTotals {
  opened: number;
  closed: number;
  /** From the pod to the client, as Istio names it. */
  sentBytes: number;
  receivedBytes: number;
}

/** Who talked to whom: everything that the labels of a series say besides the answer. */
export interface Edge {
  readonly reporter: 'source' | 'destination';
  readonly source: WorkloadIdentity;
  /** Absent where no pod was chosen. */
  readonly destination: WorkloadIdentity | undefined;
  /** FQDN, name and namespace; `unknown` where nothing is known. */
  readonly service: string;
  readonly serviceName: string;
  readonly serviceNamespace: string;
}

/** All series of one edge. Plain answers are found by their status alone. */
export class SeriesSet {
  readonly edge: Edge;
  tcp: TcpTotals | undefined;
  private readonly plain: (HttpSeries | undefined)[] = [];
  private readonly others = new Map<string, HttpSeries>();

  constructor(edge: Edge) {
    this.edge = edge;
  }

  record(outcome: Outcome): void {
    const isPlain = outcome.flags === '-' && outcome.protocol === 'http';
    let series = isPlain ? this.plain[outcome.status] : this.others.get(keyOf(outcome));
    if (series === undefined) {
      series = new HttpSeries(outcome);
      if (isPlain) this.plain[outcome.status] = series;
      else this.others.set(keyOf(outcome), series);
    }
    series.add(outcome);
  }

  /** Every series that counted something. */
  all(): HttpSeries[] {
    return [...this.plain.filter((series) => series !== undefined), ...this.others.values()];
  }
}

function keyOf(outcome: Outcome): string {
  return `${outcome.status}|${outcome.flags}|${outcome.protocol}|${outcome.grpcStatus}`;
}
