import { moment, refreshMoment, wallMoment } from '../moment.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import type { Runtime } from '../runtime.ts';
import type { ArmStats } from '../stats/arm.ts';
import type { ClusterState } from '../upstream/cluster-state.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import { Attempt, type AttemptOwner } from './attempt.ts';
import type { ClientSide } from './client-side.ts';
import type { OutgoingRequest } from './outgoing.ts';
import type { Forward } from './plan.ts';

/** Copies under way in this worker; more are not made, so that a slow mirror cannot fill the memory. */
const MAX_COPIES = 512;
/** A copy that is not answered by then is given up. */
const COPY_TIMEOUT_MS = 15_000;

let copies = 0;

export interface MirroredRequest {
  readonly plan: Forward;
  readonly outgoing: OutgoingRequest;
  readonly client: ClientSide;
  readonly headOnly: boolean;
  readonly isGrpc: boolean;
}

/** Sends copies of a complete request to the route's mirrors. Nobody waits for their answers. */
export function startMirrors(runtime: Runtime, request: MirroredRequest): void {
  for (const { target, cluster } of request.plan.forward.mirrors) {
    if (cluster === undefined || copies >= MAX_COPIES || runtime.random() * 1_000_000 >= target.ppm) continue;
    const state = runtime.clusterOf(cluster);
    const endpoint = state.pick(request.plan.key, undefined);
    if (endpoint !== undefined) new MirrorCopy(runtime, request, { state, endpoint });
  }
}

/** One copy of a request. */
class MirrorCopy implements AttemptOwner {
  private readonly bytes: Buffer;
  private readonly arm: ArmStats;
  private readonly cluster: ClusterState;
  private readonly startedAt: number = moment.now;
  private readonly isGrpc: boolean;
  private readonly timer: NodeJS.Timeout;
  private status = 0;
  private answerBytes = 0;

  constructor(
    runtime: Runtime,
    request: MirroredRequest,
    to: { readonly state: ClusterState; readonly endpoint: EndpointState },
  ) {
    copies++;
    this.bytes = request.outgoing.copyOf();
    this.cluster = to.state;
    this.isGrpc = request.isGrpc;
    this.arm = runtime.stats.arm({
      caller: request.client.place.caller,
      cluster: to.state.cluster,
      endpoint: to.endpoint.endpoint,
      protocol: request.isGrpc ? 'grpc' : 'http',
      mirrored: true,
    });
    const attempt = new Attempt(this, to.endpoint, { bodyless: request.headOnly, upgrade: false });
    this.timer = setTimeout(() => {
      attempt.drop();
      this.finish(0);
    }, COPY_TIMEOUT_MS);
    this.timer.unref();
    attempt.start(0);
  }

  onReady(attempt: Attempt): void {
    const { connection } = attempt;
    if (connection === undefined) return;
    this.arm.sent(wallMoment());
    connection.write(this.bytes);
    connection.requestComplete = true;
  }

  onResponse(attempt: Attempt, head: ResponseHead): void {
    this.status = head.status;
    this.cluster.observe(attempt.endpoint, head.status);
  }

  onContent(_bytes: Buffer, start: number, end: number): void {
    this.answerBytes += end - start;
  }

  onPause(): void {}
  onUpstreamDrained(): void {}

  onComplete(): void {
    this.finish(this.status);
  }

  onFailed(): void {
    this.finish(0);
  }

  private finish(status: number): void {
    refreshMoment();
    copies--;
    clearTimeout(this.timer);
    this.arm.mirrored(
      {
        status: status === 0 ? 503 : status,
        flags: status === 0 ? 'UC' : '-',
        durationMs: Math.trunc(moment.now - this.startedAt),
        requestBytes: this.bytes.length,
        responseBytes: this.answerBytes,
        protocol: this.isGrpc ? 'grpc' : 'http',
        grpcStatus: '',
      },
      status === 0 || status >= 500,
    );
  }
}
