import type { Socket } from 'node:net';
import { BodyReader } from '../codec/body-reader.ts';
import { MORE, REFUSED, refusals } from '../codec/refusal.ts';
import type { RequestHead } from '../codec/request-head.ts';
import { moment } from '../moment.ts';
import type { ClientSide, ListenerPlace } from '../request/client-side.ts';
import { Exchange } from '../request/exchange.ts';
import { refuseRequest } from '../request/refuse.ts';
import { isInternalAddress } from '../request/request-writer.ts';
import type { Runtime } from '../runtime.ts';
import { ConnectRelay, connectTarget, type RelayClient } from './connect-relay.ts';
import { Wire, type WireOwner } from '../wire.ts';

/** Requests that were sent ahead wait here; a client that sends more is not read until they are answered. */
const AHEAD_BYTES = 64 * 1024;
/** So much of a request whose answer is out already is read and thrown away before the connection is closed. */
const DISCARD_BYTES = 1024 * 1024;
const ESTABLISHED = Buffer.from('HTTP/1.1 200 Connection Established\r\n\r\n', 'latin1');
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
/** A client that does not fetch the end of its answer is cut after this long. */
const FETCH_MS = 300_000;

export interface ConnectionTimeouts {
  readonly headMs: number;
  readonly idleMs: number;
  /** How long a client may still send when its last answer is out, before it is cut (RFC 9112 9.6). */
  readonly lingerMs: number;
}

/** Who counts the connections of a listener. */
export interface ConnectionSet {
  readonly place: ListenerPlace;
  readonly timeouts: ConnectionTimeouts;
  gone(connection: ClientConnection): void;
}

/** One connection of a client. Requests are answered one after the other, in order. */
export class ClientConnection implements WireOwner, ClientSide, RelayClient {
  readonly place: ListenerPlace;
  readonly remoteAddress: string;
  readonly isInternal: boolean;
  readonly remote: string;
  readonly local: string;
  /** Monotonic moment of the last byte. */
  private lastAt: number = performance.now();
  /** Monotonic moment at which a head began that is not complete; 0 = none. */
  private headSince = 0;
  private readonly runtime: Runtime;
  private readonly set: ConnectionSet;
  private readonly wire: Wire;
  private readonly body: BodyReader = new BodyReader();
  private exchange: Exchange | undefined;
  private pending: Buffer | undefined;
  private authority = '';
  private discarded = 0;
  private tunnel = false;
  private relay: ConnectRelay | undefined;
  private ending = false;
  private held = false;
  private busy = false;

  constructor(runtime: Runtime, set: ConnectionSet, socket: Socket) {
    this.runtime = runtime;
    this.set = set;
    this.place = set.place;
    this.remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.isInternal = isInternalAddress(this.remoteAddress);
    this.remote = `${this.remoteAddress}:${socket.remotePort ?? 0}`;
    this.local = `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`;
    this.wire = Wire.accepted(socket, this);
  }

  onBytes(bytes: Buffer, length: number): void {
    this.lastAt = moment.now;
    if (this.ending) return;
    if (this.tunnel) {
      this.passOn(bytes, 0, length);
      return;
    }
    const { pending } = this;
    if (pending === undefined) {
      this.process(bytes, length);
      return;
    }
    this.pending = undefined;
    const all = Buffer.concat([pending, bytes.subarray(0, length)]);
    this.process(all, all.length);
  }

  /** Goes through what arrived: bodies, and heads while no answer is outstanding. */
  private process(bytes: Buffer, end: number): void {
    this.busy = true;
    let at = 0;
    while (at < end && !this.ending && !this.tunnel) {
      const next = this.body.done ? this.takeHead(bytes, at, end) : this.takeBody(bytes, at, end);
      if (next < 0) break;
      at = next;
    }
    this.busy = false;
    if (this.tunnel && at < end) this.passOn(bytes, at, end);
  }

  /** Bytes of a tunnel or a relay. */
  private passOn(bytes: Buffer, at: number, end: number): void {
    const copy = Buffer.from(bytes.subarray(at, end));
    if (this.relay === undefined) this.exchange?.tunnelContent(copy);
    else this.relay.fromClient(copy);
  }

  /** Position behind the head, or -1 where the rest has to wait. */
  private takeHead(bytes: Buffer, at: number, end: number): number {
    if (this.exchange !== undefined) {
      this.keep(bytes, at, end);
      if (end - at > AHEAD_BYTES) this.hold();
      return -1;
    }
    const { head, live } = this.runtime;
    const behind = head.parse(bytes, at, end);
    if (behind === MORE) {
      if (this.headSince === 0) this.headSince = this.lastAt;
      this.keep(bytes, at, end);
      return -1;
    }
    this.headSince = 0;
    if (behind < 0) return this.refuse(behind);
    this.authority = sameAuthority(this.authority, head);
    if (head.method === 'CONNECT') return this.connect(behind);
    const refusal = live.begin(this.authority, this.remoteAddress);
    if (refusal !== undefined) return this.refuse(refusal.status === 404 ? REFUSED.asterisk : REFUSED.target);
    this.begin(behind - at);
    return behind;
  }

  /** CONNECT: go on inside, open a relay, or refuse. */
  private connect(behind: number): number {
    const target = connectTarget(this.place, this.authority);
    if (target.kind === 'refused') {
      refuseRequest(this.runtime, this, { status: target.status, details: 'route_not_found', flag: 'NR' });
      this.close();
      return -1;
    }
    if (target.kind === 'inside') {
      this.wire.write(ESTABLISHED);
      return behind;
    }
    this.tunnel = true;
    this.hold();
    this.relay = new ConnectRelay(this, target);
    return behind;
  }

  relayOpen(opened: boolean): void {
    if (opened) this.wire.write(ESTABLISHED);
    else refuseRequest(this.runtime, this, { status: 503, details: 'upstream_connect_error', flag: 'UF' });
    if (!opened) this.close();
    this.continueRequest();
  }

  relayed(bytes: Buffer): boolean {
    this.wire.write(bytes);
    return !this.wire.congested;
  }

  relayEnded(): void {
    this.wire.end();
  }

  relayPaused(paused: boolean): void {
    if (paused) this.hold();
    else this.continueRequest();
  }

  private begin(headBytes: number): void {
    const { head } = this.runtime;
    const { body } = this;
    if (head.chunked) body.beginChunked();
    else if (head.contentLength > 0) body.beginLength(head.contentLength);
    else body.beginNone();
    if (head.expectsContinue && head.hasBody) this.wire.write(CONTINUE);
    this.discarded = 0;
    const exchange = new Exchange(this.runtime, this);
    this.exchange = exchange;
    exchange.start(headBytes);
    if (!body.done) return;
    exchange.requestEnd();
    exchange.flush();
  }

  private takeBody(bytes: Buffer, at: number, end: number): number {
    const { body, exchange } = this;
    const next = body.step(bytes, at, end);
    if (next < 0) {
      if (exchange === undefined) this.close();
      else exchange.badRequest();
      return -1;
    }
    if (body.contentEnd > body.contentStart) {
      if (exchange === undefined) this.discard(body.contentEnd - body.contentStart);
      else exchange.content(bytes, body.contentStart, body.contentEnd);
    }
    if (body.done) exchange?.requestEnd(body.trailers);
    if (body.done || next === end) exchange?.flush();
    return next;
  }

  private discard(count: number): void {
    this.discarded += count;
    if (this.discarded > DISCARD_BYTES) this.close();
  }

  private keep(bytes: Buffer, at: number, end: number): void {
    this.pending = Buffer.from(bytes.subarray(at, end));
  }

  private refuse(code: number): number {
    const refusal = refusals.get(code) ?? { status: 400, details: 'http1.codec_error' };
    refuseRequest(this.runtime, this, refusal);
    this.close();
    return -1;
  }

  send(bytes: Buffer): boolean {
    return this.wire.write(bytes);
  }

  get congested(): boolean {
    return this.wire.congested;
  }

  holdRequest(): void {
    this.hold();
  }

  private hold(): void {
    if (this.held) return;
    this.held = true;
    this.wire.pause();
  }

  continueRequest(): void {
    if (!this.held) return;
    this.held = false;
    this.wire.resume();
  }

  exchangeDone(close: boolean): void {
    this.exchange = undefined;
    if (this.ending) return;
    if (close) {
      this.close();
      return;
    }
    this.continueRequest();
    const { pending } = this;
    // While `process` runs, its loop goes on by itself; else what was sent ahead is next.
    if (pending === undefined || this.busy) return;
    this.pending = undefined;
    this.process(pending, pending.length);
  }

  exchangeBroken(): void {
    this.ending = true;
    this.wire.reset();
  }

  becomeTunnel(): void {
    this.tunnel = true;
  }

  endTunnel(): void {
    this.ending = true;
    this.wire.end();
  }

  /** Sends what is left, then lets the client finish, and cuts it after a while. */
  private close(): void {
    if (this.ending) return;
    this.ending = true;
    this.continueRequest();
    this.lastAt = moment.now;
    this.wire.end(() => setTimeout(() => this.wire.destroy(), this.set.timeouts.lingerMs).unref());
  }

  /** No further requests: at once where none is running. */
  finishSoon(): void {
    if (this.exchange === undefined && this.pending === undefined) this.close();
  }

  onDrained(): void {
    this.exchange?.clientDrained();
    this.relay?.clientDrained();
  }

  onEnd(): void {
    if (this.tunnel) {
      this.exchange?.tunnelEnd();
      this.relay?.clientEnded();
      return;
    }
    // As Envoy has it: a client that closes its half does not want the answer.
    this.ending = true;
    this.exchange?.clientGone();
    this.wire.end();
  }

  onClosed(): void {
    this.ending = true;
    this.exchange?.clientGone();
    this.relay?.clientGone();
    this.set.gone(this);
  }

  /** Once a second: slow clients are asked to leave, idle ones are let go. */
  sweep(now: number): void {
    const { timeouts } = this.set;
    if (this.ending) {
      if (this.exchange === undefined && now - this.lastAt > FETCH_MS) this.wire.destroy();
      return;
    }
    if (this.headSince > 0 && now - this.headSince > timeouts.headMs) {
      refuseRequest(this.runtime, this, { status: 408, details: 'request_header_timeout' });
      this.close();
    } else if (this.exchange === undefined && now - this.lastAt > timeouts.idleMs) this.close();
  }

  destroy(): void {
    this.wire.destroy();
  }
}

/** The authority of this head; the same string as before where nothing changed, so that it need not be made and hashed again. */
function sameAuthority(before: string, head: RequestHead): string {
  const { authorityStart: start, authorityEnd: end } = head;
  if (before.length !== end - start) return head.authority;
  const { bytes } = head.fields;
  for (let i = 0; i < before.length; i++) if (before.charCodeAt(i) !== bytes[start + i]) return head.authority;
  return before;
}
