import type { Composer } from '../composer.ts';
import type { ComposerPool } from '../composer-pool.ts';
import type { UpstreamConnection } from '../upstream/upstream-connection.ts';
import { finishHead, type UpstreamRequest, writeRequestHead } from './request-writer.ts';

/** Bodies up to this size are kept for another try (Envoy's `per_connection_buffer_limit_bytes`). */
const REPLAY_BYTES = 1024 * 1024;
/** So much waits for a connection before the client is asked to pause. */
const WAITING_BYTES = 256 * 1024;

/** A request on its way out: composed once, sent to one pod after the other where it has to be. */
export class OutgoingRequest {
  /** The client sent all of it. */
  ended = false;
  /** It can be sent again from the start. */
  replayable = true;
  private readonly pool: ComposerPool;
  /** Holds the head for as long as it may have to be sent again. */
  private readonly own: Composer;
  /** For pieces of the body that come later. */
  private readonly out: Composer;
  /** The system still reads from what was taken of `own`. */
  private pinned = false;
  private readonly chunked: boolean;
  /** Head, attempt count 1, and the body that came with it. */
  private first: Buffer | undefined;
  private headBytes = 0;
  private bodyAt = 0;
  private parts: Buffer[] = [];
  private partBytes = 0;
  private connection: UpstreamConnection | undefined;

  constructor(composers: { readonly out: Composer; readonly requests: ComposerPool }, request: UpstreamRequest) {
    this.out = composers.out;
    this.pool = composers.requests;
    this.own = composers.requests.take();
    const { own } = this;
    this.chunked = request.head.chunked;
    writeRequestHead(own, request);
    this.headBytes = own.length;
    finishHead(own, 1);
    this.bodyAt = own.length;
  }

  content(bytes: Buffer, start: number, end: number): void {
    const out = this.first === undefined ? this.own : this.out;
    if (this.chunked) out.chunk(bytes, start, end);
    else out.span(bytes, start, end);
    this.passOn();
  }

  end(trailers: readonly (readonly [string, string])[]): void {
    this.ended = true;
    if (this.chunked) {
      (this.first === undefined ? this.own : this.out).chunkEnd(trailers);
      this.passOn();
    }
    if (this.connection !== undefined) this.connection.requestComplete = true;
  }

  /** What came with the head is complete: it can be sent. */
  seal(): void {
    this.first ??= this.own.take();
  }

  get sealed(): boolean {
    return this.first !== undefined;
  }

  private passOn(): void {
    if (this.first === undefined) return;
    const piece = this.out.take();
    if (piece.length === 0) return;
    const { connection } = this;
    const keep = connection === undefined || this.replayable;
    if (keep) {
      this.parts.push(piece);
      this.partBytes += piece.length;
    }
    if (connection === undefined) return;
    const written = connection.write(piece);
    if (!keep && written) this.out.giveBack(piece);
    if (this.partBytes > REPLAY_BYTES) this.forget();
  }

  /** Sends everything so far, and the rest as it comes. Returns false where the client should pause. */
  sendTo(connection: UpstreamConnection, attempt: number): boolean {
    const { first, out } = this;
    if (first === undefined) throw new TypeError('the request is still being composed');
    this.connection = connection;
    if (attempt === 1) this.pinned = !connection.write(first) || this.pinned;
    else {
      out.span(first, 0, this.headBytes);
      finishHead(out, attempt);
      out.span(first, this.bodyAt, first.length);
      connection.write(out.take());
    }
    for (const part of this.parts) connection.write(part);
    if (this.ended) connection.requestComplete = true;
    if (this.partBytes > REPLAY_BYTES) this.forget();
    return !connection.congested;
  }

  /** The try is over; what comes now waits for the next one. */
  detach(): void {
    this.connection = undefined;
  }

  /** No other try will need what was sent. */
  forget(): void {
    this.replayable = false;
    this.parts = [];
    this.partBytes = 0;
  }

  /** The request is over. */
  release(): void {
    this.forget();
    this.detach();
    if (!this.pinned) this.pool.put(this.own);
    this.pinned = true;
  }

  /** More is waiting than should. */
  get overfull(): boolean {
    return this.connection === undefined ? this.partBytes > WAITING_BYTES : this.connection.congested;
  }

  /** First bytes as they are sent to a mirror: with the body so far. */
  copyOf(): Buffer {
    return Buffer.concat([this.first ?? Buffer.alloc(0), ...this.parts]);
  }
}
