import type { RetryPolicy } from '../../core/routing/table.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import { moment, refreshMoment, wallMoment } from '../moment.ts';
import type { ClusterState } from '../upstream/cluster-state.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import type { UpstreamFailure } from '../upstream/failure.ts';
import type { Asked, UpstreamConnection } from '../upstream/upstream-connection.ts';
import { Attempt, type AttemptOwner } from './attempt.ts';
import type { OutgoingRequest } from './outgoing.ts';
import type { ExchangeRecord } from './record.ts';
import { backoffMs, retriesAnswer, retriesFailure, survivesStaleConnection } from './retry.ts';

export type Trailers = readonly (readonly [string, string])[];

/** Who waits for the answer. */
export interface DeliveryOwner {
  onAnswer(head: ResponseHead): void;
  onContent(bytes: Buffer, start: number, end: number): void;
  onPause(): void;
  onAnswered(endpoint: EndpointState, trailers: Trailers): void;
  /** No pod was there to be asked. */
  onNoEndpoint(): void;
  /** No answer. `exhausted` = all tries that the policy allows were used. */
  onGaveUp(failure: UpstreamFailure, tries: { readonly retried: boolean; readonly exhausted: boolean }): void;
  /** The answer began and will not be completed. */
  onBroken(endpoint: EndpointState): void;
  /** The request should pause (false) or may go on (true). */
  onFlow(open: boolean): void;
}

export interface DeliveryOrder {
  readonly cluster: ClusterState;
  readonly outgoing: OutgoingRequest;
  readonly record: ExchangeRecord;
  readonly method: string;
  readonly asked: Asked;
  readonly retry: RetryPolicy | null;
  readonly key: string | undefined;
  readonly random: () => number;
}

/** Kept connections that may turn out to be closed before the request counts as failed. */
const STALE_TRIES = 3;
const OVERFLOW: UpstreamFailure = { kind: 'overflow', sent: false, stale: false, detail: '' };

/** Brings one request to a pod, and to another one where the retry policy says so, until an answer begins. */
export class Delivery implements AttemptOwner {
  private readonly owner: DeliveryOwner;
  private readonly order: DeliveryOrder;
  private attempt: Attempt | undefined;
  private tried: EndpointState[] | undefined;
  private attempts = 0;
  private staleTries = 0;
  private entered = false;
  private answering = false;
  private over = false;
  private backoff: NodeJS.Timeout | undefined;

  constructor(owner: DeliveryOwner, order: DeliveryOrder) {
    this.owner = owner;
    this.order = order;
  }

  start(): void {
    const { cluster } = this.order;
    if (cluster.use.requests >= (cluster.cluster.maxRequests ?? Infinity)) {
      this.over = true;
      this.owner.onGaveUp(OVERFLOW, { retried: false, exhausted: false });
      return;
    }
    cluster.use.requests++;
    this.entered = true;
    this.tryOnce();
  }

  /** The connection in use, once there is one. */
  get connection(): UpstreamConnection | undefined {
    return this.attempt?.connection;
  }

  /** Ends it; the owner hears nothing more. */
  drop(): void {
    if (this.over) return;
    this.attempt?.drop();
    this.settle();
  }

  private settle(): void {
    if (this.over) return;
    this.over = true;
    if (this.entered) this.order.cluster.use.requests--;
    if (this.backoff !== undefined) {
      clearTimeout(this.backoff);
      this.order.cluster.use.retries--;
    }
  }

  private tryOnce(): void {
    const { cluster, record, retry, key } = this.order;
    const endpoint = cluster.pick(key, retry?.avoidPreviousHosts === true ? this.tried : undefined);
    record.endpoint = endpoint;
    if (endpoint === undefined) {
      this.settle();
      this.owner.onNoEndpoint();
      return;
    }
    this.attempts++;
    const attempt = new Attempt(this, endpoint, this.order.asked);
    this.attempt = attempt;
    attempt.start(retry?.perTryTimeoutMs ?? 0);
  }

  onReady(attempt: Attempt): void {
    const { outgoing, record } = this.order;
    if (attempt.connection === undefined) return;
    attempt.sentAt = moment.now;
    record.arm(attempt.endpoint)?.sent(wallMoment());
    this.owner.onFlow(outgoing.sendTo(attempt.connection, this.attempts));
  }

  onUpstreamDrained(): void {
    this.owner.onFlow(true);
  }

  onResponse(attempt: Attempt, head: ResponseHead): void {
    const { cluster, record, retry, outgoing } = this.order;
    cluster.observe(attempt.endpoint, head.status);
    if (retry !== null && head.status !== 101 && retriesAnswer(retry, head)) {
      if (this.mayRetry(retry)) {
        record.tried(attempt.endpoint, head.status, attempt.sentAt);
        attempt.drop();
        this.tryAgain(attempt, retry);
        return;
      }
      if (this.attempts > retry.attempts && retry.attempts > 0) record.flag('URX');
    }
    this.answering = true;
    outgoing.forget();
    this.owner.onAnswer(head);
  }

  onContent(bytes: Buffer, start: number, end: number): void {
    this.owner.onContent(bytes, start, end);
  }

  onPause(): void {
    this.owner.onPause();
  }

  onComplete(attempt: Attempt, trailers: Trailers): void {
    this.settle();
    this.owner.onAnswered(attempt.endpoint, trailers);
  }

  onFailed(attempt: Attempt, failure: UpstreamFailure): void {
    const { outgoing, record, cluster, retry, method } = this.order;
    outgoing.detach();
    if (this.answering) {
      this.settle();
      this.owner.onBroken(attempt.endpoint);
      return;
    }
    if (survivesStaleConnection(failure, method) && outgoing.replayable && this.staleTries < STALE_TRIES) {
      this.staleTries++;
      this.attempts--;
      this.tryOnce();
      return;
    }
    if (failure.kind !== 'overflow') cluster.observe(attempt.endpoint, 0);
    if (failure.sent) record.tried(attempt.endpoint, 0, attempt.sentAt);
    const wanted = retry !== null && retriesFailure(retry, failure);
    if (wanted && this.mayRetry(retry)) this.tryAgain(attempt, retry);
    else this.giveUp(failure, wanted && retry.attempts > 0 && this.attempts > retry.attempts);
  }

  private giveUp(failure: UpstreamFailure, exhausted: boolean): void {
    this.settle();
    this.owner.onGaveUp(failure, { retried: this.attempts > 1, exhausted });
  }

  private mayRetry(retry: RetryPolicy): boolean {
    const { cluster, outgoing } = this.order;
    if (this.over || !outgoing.replayable || this.attempts > retry.attempts) return false;
    return cluster.use.retries < (cluster.cluster.maxRetries ?? Infinity);
  }

  private tryAgain(attempt: Attempt, retry: RetryPolicy): void {
    const { cluster, outgoing, random } = this.order;
    outgoing.detach();
    this.attempt = undefined;
    (this.tried ??= []).push(attempt.endpoint);
    cluster.use.retries++;
    this.backoff = setTimeout(
      () => {
        refreshMoment();
        this.backoff = undefined;
        cluster.use.retries--;
        this.tryOnce();
      },
      backoffMs(retry, this.attempts, random()),
    );
  }
}
