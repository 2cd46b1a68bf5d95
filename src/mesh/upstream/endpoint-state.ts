import { connect } from 'node:net';
import type { Endpoint } from '../../core/routing/table.ts';
import { moment } from '../moment.ts';
import { type ArmSlots, newArmSlots } from '../stats/arm-slots.ts';
import type { UpstreamFailure } from './failure.ts';
import type { ConnectionKeeper, UpstreamUser } from './upstream-connection.ts';
import { UpstreamConnection } from './upstream-connection.ts';

/** Limits and counters that all endpoints of a cluster share (per worker, as Envoy's are per proxy). */
export interface SharedLimits {
  readonly connectTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxRequestsPerConnection: number;
  readonly idleTimeoutMs: number;
}

export interface SharedUse {
  connections: number;
  pending: number;
  requests: number;
  retries: number;
}

/** A check that takes longer says nothing. */
const VERIFY_MS = 1000;

/**
 * A connection that was opened for a request which another one then carried is kept so long. Servers take it for busy, as they
 * wait for its first request, and could not end in time.
 */
const UNUSED_MS = 5000;

/** Idle connections kept for one endpoint; more are closed when they fall idle. */
const MAX_IDLE = 1024;

/** One pod of a cluster: its connections and what the balancer wants to know of it. */
export class EndpointState implements ConnectionKeeper {
  readonly name: string;
  endpoint: Endpoint;
  limits: SharedLimits;
  readonly arms: ArmSlots = newArmSlots();
  /** Requests that are at this pod now. */
  active = 0;
  /** Consecutive failures, for outlier detection. */
  failuresInRow = 0;
  gatewayFailuresInRow = 0;
  ejections = 0;
  /** Monotonic moment until which it gets nothing; 0 = not ejected. */
  ejectedUntil = 0;
  private readonly use: SharedUse;
  private readonly idle: UpstreamConnection[] = [];
  private readonly queue: UpstreamUser[] = [];
  private open = 0;
  private connecting = 0;
  private retired = false;
  private verifying = false;

  constructor(name: string, endpoint: Endpoint, shared: { readonly limits: SharedLimits; readonly use: SharedUse }) {
    this.name = name;
    this.endpoint = endpoint;
    this.limits = shared.limits;
    this.use = shared.use;
  }

  /**
   * A connection that can be written to at once; `undefined` where the user hears `onConnected` later;
   * `overflow` where a limit is reached.
   */
  lease(user: UpstreamUser): UpstreamConnection | 'overflow' | undefined {
    const idle = this.takeIdle();
    if (idle !== undefined) return idle;
    if (this.use.pending >= this.limits.maxPending) return 'overflow';
    this.use.pending++;
    this.queue.push(user);
    // A pod without any connection may open one whatever the limit, else it could never be reached (Envoy does the same).
    if (this.open === 0 || this.use.connections < this.limits.maxConnections) this.connect();
    return undefined;
  }

  private connect(): void {
    this.open++;
    this.connecting++;
    this.use.connections++;
    const { endpoint, limits } = this;
    new UpstreamConnection(
      {
        host: endpoint.address,
        port: endpoint.port,
        connectTimeoutMs: limits.connectTimeoutMs,
        maxRequests: limits.maxRequestsPerConnection,
      },
      this,
    );
  }

  private takeIdle(): UpstreamConnection | undefined {
    if (this.idle.length === 0) return undefined;
    const { now } = moment;
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined || connection.usableUntil > now) return connection;
      connection.abandon();
    }
  }

  /** The user does not want its connection any more and has not got it yet. */
  cancel(user: UpstreamUser): void {
    const at = this.queue.indexOf(user);
    if (at < 0) return;
    this.queue.splice(at, 1);
    this.use.pending--;
  }

  private nextWaiting(): UpstreamUser | undefined {
    if (this.queue.length === 0) return undefined;
    const next = this.queue.shift();
    if (next !== undefined) this.use.pending--;
    return next;
  }

  onConnected(connection: UpstreamConnection): void {
    this.connecting--;
    this.onIdle(connection);
  }

  onIdle(connection: UpstreamConnection): void {
    const next = this.nextWaiting();
    if (next !== undefined) {
      next.onConnected(connection);
      return;
    }
    if (this.retired || this.idle.length >= MAX_IDLE) {
      connection.abandon();
      return;
    }
    connection.idleSince = moment.now;
    this.idle.push(connection);
  }

  onConnectFailed(failure: UpstreamFailure): void {
    this.connecting--;
    this.nextWaiting()?.onFailed(failure);
    this.connectForWaiting();
  }

  private connectForWaiting(): void {
    if (this.queue.length <= this.connecting) return;
    if (this.open === 0 || this.use.connections < this.limits.maxConnections) this.connect();
  }

  onGone(connection: UpstreamConnection): void {
    this.open--;
    this.use.connections--;
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    this.connectForWaiting();
  }

  /** Closes connections that were idle for too long. */
  sweep(now: number): void {
    const { idleTimeoutMs } = this.limits;
    const unusedMs = Math.min(idleTimeoutMs, UNUSED_MS);
    const tired = this.idle.filter(
      ({ idleSince, usableUntil, served }) =>
        now - idleSince > (served === 0 ? unusedMs : idleTimeoutMs) || now > usableUntil,
    );
    for (const connection of tired) connection.abandon();
  }

  /** Tries to connect once, and tells when the pod refuses. One check at a time. */
  verify(onRefused: () => void): void {
    if (this.verifying || this.retired) return;
    this.verifying = true;
    const { address: host, port } = this.endpoint;
    const socket = connect({ host, port, timeout: VERIFY_MS });
    socket.once('connect', () => socket.destroy());
    socket.once('timeout', () => socket.destroy());
    socket.once('error', onRefused);
    socket.once('close', () => (this.verifying = false));
  }

  /** The pod left the table: what is in flight may finish, what is idle goes. */
  retire(): void {
    this.retired = true;
    for (const connection of this.idle.splice(0)) connection.abandon();
  }

  get unused(): boolean {
    return this.open === 0 && this.queue.length === 0;
  }
}
