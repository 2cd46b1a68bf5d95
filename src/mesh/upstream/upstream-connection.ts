import { BodyReader } from '../codec/body-reader.ts';
import { MORE } from '../codec/refusal.ts';
import { ResponseHead } from '../codec/response-head.ts';
import { moment, refreshMoment } from '../moment.ts';
import { Wire } from '../wire.ts';
import type { UpstreamFailure } from './failure.ts';

/** Who sent the request that a connection is busy with. Bytes are valid during the call only. */
export interface UpstreamUser {
  onConnected(connection: UpstreamConnection): void;
  /** No complete answer will come. Called at most once; the connection is gone. */
  onFailed(failure: UpstreamFailure): void;
  /** The user may `abandon` the connection here. */
  onResponse(head: ResponseHead): void;
  onContent(bytes: Buffer, start: number, end: number): void;
  /** No more content for now. */
  onPause(): void;
  /** The answer is complete; the connection serves others from here on. */
  onComplete(trailers: readonly (readonly [string, string])[]): void;
  onDrained(): void;
}

/** What of a request decides how its answer is read. */
export interface Asked {
  /** The answer has no body whatever its head says (HEAD). */
  readonly bodyless: boolean;
  /** The answer may be 101. */
  readonly upgrade: boolean;
}

/** What a pool wants to know of its connections. */
export interface ConnectionKeeper {
  onConnected(connection: UpstreamConnection): void;
  /** The connection can take another request. */
  onIdle(connection: UpstreamConnection): void;
  onConnectFailed(failure: UpstreamFailure): void;
  onGone(connection: UpstreamConnection): void;
}

export interface UpstreamTarget {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** 0 = any number. */
  readonly maxRequests: number;
}

/** One head is parsed at a time, and its positions are not needed afterwards. */
const sharedHead = new ResponseHead();
/** A sender's `Keep-Alive: timeout=N` is taken a second short: its clock starts earlier than ours. */
const KEEP_ALIVE_MARGIN_MS = 1000;

/** One connection to one pod. Serves one request at a time. */
export class UpstreamConnection {
  readonly body: BodyReader = new BodyReader();
  user: UpstreamUser | undefined;
  /** The request was sent completely; without that the connection cannot be used again. */
  requestComplete = false;
  /** Monotonic moment at which the connection became idle, and the latest at which it may be used again. */
  idleSince = 0;
  usableUntil: number = Infinity;
  served = 0;
  private readonly keeper: ConnectionKeeper;
  private readonly target: UpstreamTarget;
  private readonly wire: Wire;
  private connectTimer: NodeJS.Timeout | undefined;
  private connected = false;
  private gone = false;
  private asked: Asked = { bodyless: false, upgrade: false };
  private headDone = false;
  private tunnel = false;
  private keepAlive = true;
  private answered = false;
  private sent = false;
  private pending: Buffer | undefined;

  constructor(target: UpstreamTarget, keeper: ConnectionKeeper) {
    this.keeper = keeper;
    this.target = target;
    this.wire = Wire.connect(target, this, () => this.onConnected());
    this.connectTimer = setTimeout(() => this.onConnectTimeout(), target.connectTimeoutMs);
  }

  private onConnected(): void {
    refreshMoment();
    this.connected = true;
    clearTimeout(this.connectTimer);
    this.keeper.onConnected(this);
  }

  private onConnectTimeout(): void {
    refreshMoment();
    this.fail({ kind: 'connectTimeout', sent: false, stale: false, detail: '' });
  }

  begin(user: UpstreamUser, asked: Asked): void {
    this.user = user;
    this.asked = asked;
    this.requestComplete = false;
    this.headDone = this.answered = this.sent = this.tunnel = false;
    this.keepAlive = true;
  }

  /** The user that waited for the connection does not want it any more; nothing was sent. */
  release(): void {
    this.user = undefined;
    this.keeper.onIdle(this);
  }

  /** True where the bytes may be reused at once. */
  write(bytes: Buffer): boolean {
    this.sent = true;
    return this.wire.write(bytes);
  }

  get congested(): boolean {
    return this.wire.congested;
  }

  pause(): void {
    this.wire.pause();
  }

  resume(): void {
    this.wire.resume();
  }

  /** The user of a tunnel sends no more. */
  end(): void {
    this.wire.end();
  }

  /** Gives the connection up with whatever it was doing; the user hears nothing more. */
  abandon(): void {
    this.user = undefined;
    this.wire.destroy();
    this.depart();
  }

  onBytes(bytes: Buffer, length: number): void {
    const { user } = this;
    if (user === undefined) {
      // An answer that nobody asked for.
      this.abandon();
      return;
    }
    this.answered = true;
    if (this.tunnel) {
      user.onContent(bytes, 0, length);
      user.onPause();
      return;
    }
    const { pending } = this;
    if (pending === undefined) {
      this.process(bytes, 0, length);
      return;
    }
    this.pending = undefined;
    const all = Buffer.concat([pending, bytes.subarray(0, length)]);
    this.process(all, 0, all.length);
  }

  private process(bytes: Buffer, start: number, end: number): void {
    let at = start;
    if (!this.headDone) {
      at = this.readHead(bytes, at, end);
      if (at < 0) return;
    }
    const { user } = this;
    while (at < end && !this.body.done && this.user === user && user !== undefined) {
      at = this.body.step(bytes, at, end);
      if (at < 0) {
        this.fail({ kind: 'protocol', sent: true, stale: false, detail: '' });
        return;
      }
      if (this.body.contentEnd > this.body.contentStart) {
        user.onContent(bytes, this.body.contentStart, this.body.contentEnd);
      }
    }
    if (this.user !== user || user === undefined) return;
    if (this.body.done) this.complete(user, at === end);
    else user.onPause();
  }

  /** Position behind the head of the final answer; -1 where the caller has nothing more to do. */
  private readHead(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const behind = sharedHead.parse(bytes, at, end);
      if (behind === MORE) break;
      if (behind < 0 || (sharedHead.status === 101 && !(sharedHead.upgrade && this.asked.upgrade))) {
        this.fail({ kind: 'protocol', sent: true, stale: false, detail: '' });
        return -1;
      }
      at = behind;
      // Interim answers end here: 100 was sent by ourselves already (RFC 9110 15.2).
      if (sharedHead.status >= 200 || sharedHead.status === 101) {
        this.beginBody(sharedHead);
        this.user?.onResponse(sharedHead);
        return this.user === undefined ? -1 : at;
      }
    }
    if (at < end) this.pending = Buffer.from(bytes.subarray(at, end));
    return -1;
  }

  private beginBody(head: ResponseHead): void {
    this.headDone = true;
    this.keepAlive = !head.close;
    if (head.status === 101) {
      this.tunnel = true;
      this.body.beginUntilClose();
    } else if (this.asked.bodyless || head.status === 204 || head.status === 304) this.body.beginNone();
    else if (head.chunked) this.body.beginChunked();
    else if (head.contentLength >= 0) this.body.beginLength(head.contentLength);
    else this.body.beginUntilClose();
    if (head.fields.count > 0) this.readKeepAlive(head);
  }

  private readKeepAlive(head: ResponseHead): void {
    const seconds = head.keepAliveSeconds();
    if (seconds >= 0) this.usableUntil = moment.now + seconds * 1000 - KEEP_ALIVE_MARGIN_MS;
  }

  private complete(user: UpstreamUser, clean: boolean): void {
    const { trailers } = this.body;
    this.served++;
    this.user = undefined;
    const { maxRequests } = this.target;
    const spent = maxRequests > 0 && this.served >= maxRequests;
    if (clean && this.keepAlive && this.requestComplete && !spent && !this.gone) this.keeper.onIdle(this);
    else {
      this.wire.destroy();
      this.depart();
    }
    user.onComplete(trailers);
  }

  onDrained(): void {
    this.user?.onDrained();
  }

  onEnd(): void {
    const { user } = this;
    if (user !== undefined && this.headDone && this.body.close()) {
      if (this.tunnel) this.wire.end();
      this.keepAlive = false;
      this.complete(user, true);
      return;
    }
    this.fail(this.closedFailure());
  }

  onClosed(error: Error | undefined): void {
    refreshMoment();
    if (!this.connected) {
      this.fail({ kind: 'connectFailure', sent: false, stale: false, detail: connectDetail(error) });
    } else this.fail(this.closedFailure());
  }

  private closedFailure(): UpstreamFailure {
    return { kind: 'closed', sent: this.sent, stale: this.served > 0 && !this.answered, detail: '' };
  }

  private fail(failure: UpstreamFailure): void {
    if (this.gone) return;
    const { user } = this;
    this.user = undefined;
    this.wire.destroy();
    this.depart();
    if (this.connected) user?.onFailed(failure);
    else this.keeper.onConnectFailed(failure);
  }

  private depart(): void {
    if (this.gone) return;
    this.gone = true;
    clearTimeout(this.connectTimer);
    this.keeper.onGone(this);
  }
}

/** The system's words as Envoy prints them (strerror). */
function connectDetail(error: Error | undefined): string {
  const code = error !== undefined && 'code' in error ? String(error.code) : '';
  return connectErrors[code] ?? (error?.message.replace(/^connect /, '') || 'Connection refused');
}

const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EADDRNOTAVAIL: 'Cannot assign requested address',
};
