import type { WorkloadIdentity } from '../../core/routing/table.ts';
import { moment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { ArmStats } from '../stats/arm.ts';
import type { Outcome } from '../stats/series.ts';
import type { ClusterState } from '../upstream/cluster-state.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import type { ClientSide } from './client-side.ts';
import type { HeldRequest } from './live-request.ts';

/** Flags of requests whose connection to the pod broke. */
const brokeOff = /\bU[CF]\b/;

/** Everything that is counted and logged about one request. */
export class ExchangeRecord {
  readonly startedAt: number = moment.now;
  /** 0 = no answer was begun. */
  status = 0;
  flags = '-';
  details = 'via_upstream';
  receivedBytes = 0;
  sentBytes = 0;
  /** -1 = no answer of an upstream. */
  serviceTimeMs = -1;
  routeName = '';
  /** The answer broke off after it began. */
  broken = false;
  isGrpc = false;
  grpcStatus = '';
  cluster: ClusterState | undefined;
  endpoint: EndpointState | undefined;
  /** For the log, where there is one. */
  request: HeldRequest | undefined;
  /** Host that no cluster stands for. */
  unknownService = 'unknown';
  private readonly runtime: Runtime;
  private readonly caller: WorkloadIdentity;

  constructor(runtime: Runtime, caller: WorkloadIdentity) {
    this.runtime = runtime;
    this.caller = caller;
  }

  flag(flag: string): void {
    if (flag !== '-') this.flags = this.flags === '-' ? flag : `${this.flags},${flag}`;
  }

  /** Counters of this caller at the endpoint (or at the cluster, without one). */
  arm(endpoint: EndpointState | undefined): ArmStats | undefined {
    const { cluster, caller } = this;
    if (cluster === undefined) return undefined;
    const known = (endpoint ?? cluster).arms;
    const slot = this.isGrpc ? known.grpc : known.http;
    let arm = slot.get(caller);
    if (arm === undefined) {
      const protocol = this.isGrpc ? 'grpc' : 'http';
      arm = this.runtime.stats.arm({ caller, cluster: cluster.cluster, endpoint: endpoint?.endpoint, protocol });
      slot.set(caller, arm);
    }
    return arm;
  }

  /** A try ended at its pod; `status` 0 = it sent no answer. */
  tried(endpoint: EndpointState, status: number, sentAt: number): void {
    const took = Math.trunc(moment.now - sentAt);
    this.arm(endpoint)?.tried(this.outcome(status === 0 ? 503 : status, status === 0 ? 'UC' : '-', took));
  }

  private outcome(status: number, flags: string, durationMs: number): Outcome {
    return {
      status,
      flags,
      durationMs,
      requestBytes: this.receivedBytes,
      responseBytes: this.sentBytes,
      protocol: this.isGrpc ? 'grpc' : 'http',
      grpcStatus: this.grpcStatus,
    };
  }

  /**
   * The request is over. `tried`: its last try ended with it, and is counted along.
   */
  finish(client: ClientSide, tried: boolean): void {
    const left = this.flags === 'DC' || this.flags.endsWith(',DC');
    const outcome = this.outcome(left ? 0 : this.status, this.flags, Math.trunc(moment.now - this.startedAt));
    const failed = !left && (this.broken || this.status >= 500 || this.status === 0);
    const arm = this.arm(this.endpoint);
    if (arm === undefined) this.runtime.stats.nowhere(this.caller, this.unknownService).record(outcome);
    else {
      arm.finished(outcome, failed);
      if (tried) arm.tried(outcome);
      // One broken connection may be bad luck; a pod that takes no new one is gone, and nobody should have to find out.
      if (failed && brokeOff.test(this.flags)) this.endpoint?.verify(() => arm.refusedCheck());
    }
    if (this.runtime.log !== undefined) this.log(client, outcome);
  }

  private log(client: ClientSide, outcome: Outcome): void {
    const { cluster, endpoint, request } = this;
    const header = (name: string): string => request?.header(name) ?? '';
    this.runtime.log?.write({
      startedAt: performance.timeOrigin + this.startedAt,
      ...named(request),
      status: outcome.status,
      flags: outcome.flags,
      details: this.details,
      bytesReceived: this.receivedBytes,
      bytesSent: this.sentBytes,
      durationMs: outcome.durationMs,
      serviceTimeMs: this.serviceTimeMs,
      forwardedFor: header('x-forwarded-for'),
      userAgent: header('user-agent'),
      requestId: header('x-request-id'),
      upstreamHost: endpoint === undefined ? '' : `${endpoint.endpoint.address}:${endpoint.endpoint.port}`,
      upstreamCluster: cluster?.cluster.name ?? '',
      downstreamLocal: client.local,
      downstreamRemote: client.remote,
      routeName: this.routeName,
    });
  }
}

function named(request: HeldRequest | undefined): { method: string; path: string; authority: string } {
  if (request === undefined) return { method: '', path: '', authority: '' };
  const { method, path, authority } = request;
  return { method, path, authority };
}
