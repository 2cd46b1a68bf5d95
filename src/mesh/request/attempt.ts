import type { ResponseHead } from '../codec/response-head.ts';
import { refreshMoment } from '../moment.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import type { UpstreamFailure } from '../upstream/failure.ts';
import type { Asked, UpstreamConnection, UpstreamUser } from '../upstream/upstream-connection.ts';

/** Whose try it is. */
export interface AttemptOwner {
  /** The connection is there: send. */
  onReady(attempt: Attempt): void;
  onResponse(attempt: Attempt, head: ResponseHead): void;
  onContent(bytes: Buffer, start: number, end: number): void;
  onPause(): void;
  onComplete(attempt: Attempt, trailers: readonly (readonly [string, string])[]): void;
  onFailed(attempt: Attempt, failure: UpstreamFailure): void;
  onUpstreamDrained(): void;
}

/** One try of a request at one pod. */
export class Attempt implements UpstreamUser {
  readonly endpoint: EndpointState;
  connection: UpstreamConnection | undefined;
  /** Monotonic moment of the first byte sent. */
  sentAt = 0;
  private readonly owner: AttemptOwner;
  private readonly asked: Asked;
  private over = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(owner: AttemptOwner, endpoint: EndpointState, asked: Asked) {
    this.owner = owner;
    this.endpoint = endpoint;
    this.asked = asked;
  }

  /** Asks for a connection; the owner hears `onReady` (at once where one is idle) or `onFailed`. */
  start(perTryTimeoutMs: number): void {
    this.endpoint.active++;
    if (perTryTimeoutMs > 0) this.timer = setTimeout(() => this.onTimeout(), perTryTimeoutMs);
    const leased = this.endpoint.lease(this);
    if (leased === 'overflow') this.onFailed({ kind: 'overflow', sent: false, stale: false, detail: '' });
    else if (leased !== undefined) this.onConnected(leased);
  }

  onConnected(connection: UpstreamConnection): void {
    if (this.over) {
      connection.release();
      return;
    }
    this.connection = connection;
    connection.begin(this, this.asked);
    this.owner.onReady(this);
  }

  private onTimeout(): void {
    if (this.over) return;
    refreshMoment();
    const sent = this.connection !== undefined;
    this.drop();
    this.owner.onFailed(this, { kind: 'perTryTimeout', sent, stale: false, detail: '' });
  }

  onResponse(head: ResponseHead): void {
    clearTimeout(this.timer);
    this.owner.onResponse(this, head);
  }

  onContent(bytes: Buffer, start: number, end: number): void {
    this.owner.onContent(bytes, start, end);
  }

  onPause(): void {
    this.owner.onPause();
  }

  onComplete(trailers: readonly (readonly [string, string])[]): void {
    this.settle();
    this.owner.onComplete(this, trailers);
  }

  onFailed(failure: UpstreamFailure): void {
    if (this.over) return;
    this.settle();
    this.owner.onFailed(this, failure);
  }

  onDrained(): void {
    this.owner.onUpstreamDrained();
  }

  /** Ends the try without an answer; the owner hears nothing more. */
  drop(): void {
    if (this.over) return;
    this.settle();
    if (this.connection === undefined) this.endpoint.cancel(this);
    else this.connection.abandon();
  }

  private settle(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.endpoint.active--;
  }
}
