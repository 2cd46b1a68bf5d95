import { Fields } from './fields.ts';
import { CR, HEX_PLUS_ONE, LF, VALUE_OK } from './octets.ts';
import { MAX_CHUNK_LINE_BYTES, MORE, REFUSED } from './refusal.ts';

const KIND = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;
const STATE = { size: 0, extension: 1, sizeEnd: 2, content: 3, contentCr: 4, contentLf: 5, trailer: 6 } as const;
const MAX_SIZE_DIGITS = 13;
const MAX_TRAILER_BYTES = 8 * 1024;
/** A trailer may not say how the message is framed or routed (RFC 9110 6.5.1). */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'connection',
  'trailer',
  'te',
  'upgrade',
  'authorization',
  'cookie',
  'set-cookie',
  'content-type',
  'content-encoding',
  'content-range',
]);
const trailerFields = new Fields();

/** Finds where the content of a message lies in the bytes that arrive. Copies nothing but split trailers. */
export class BodyReader {
  /** The whole body was seen. */
  done = true;
  /** Content found by the last `step`: positions in the bytes it was given. */
  contentStart = 0;
  contentEnd = 0;
  /** Fields behind the last chunk, in order. */
  trailers: readonly [string, string][] = [];
  private kind: number = KIND.none;
  private state: number = STATE.size;
  private remaining = 0;
  private digits = 0;
  private lineBytes = 0;
  private trailerBytes: Buffer | undefined;

  beginNone(): void {
    this.begin(KIND.none);
    this.done = true;
  }

  beginLength(length: number): void {
    this.begin(KIND.length);
    this.remaining = length;
    this.done = length === 0;
  }

  beginChunked(): void {
    this.begin(KIND.chunked);
    this.beginSize();
  }

  /** The body ends when the sender closes; the caller calls `close`. */
  beginUntilClose(): void {
    this.begin(KIND.untilClose);
  }

  private begin(kind: number): void {
    this.kind = kind;
    this.done = false;
    this.contentStart = this.contentEnd = 0;
    if (this.trailers.length > 0) this.trailers = [];
    this.trailerBytes = undefined;
  }

  /** The sender closed. True where that is a legal end. */
  close(): boolean {
    if (this.kind === KIND.untilClose) this.done = true;
    return this.done;
  }

  get isUntilClose(): boolean {
    return this.kind === KIND.untilClose;
  }

  /**
   * Advances to the end of the next piece of content, to the end of the body or to the end of the bytes.
   * Returns the new position, or a refusal.
   */
  step(bytes: Buffer, position: number, end: number): number {
    this.contentStart = this.contentEnd = position;
    if (this.done) return position;
    if (this.kind === KIND.chunked) return this.stepChunked(bytes, position, end);
    if (this.kind === KIND.untilClose) {
      this.contentEnd = end;
      return end;
    }
    const taken = Math.min(this.remaining, end - position);
    this.remaining -= taken;
    this.contentEnd = position + taken;
    this.done = this.remaining === 0;
    return this.contentEnd;
  }

  private stepChunked(bytes: Buffer, position: number, end: number): number {
    let at = position;
    while (at < end) {
      if (this.state === STATE.content) return this.takeContent(at, end);
      if (this.state === STATE.trailer) return this.takeTrailers(bytes, at, end);
      const refusal = this.octet(bytes[at] ?? 0);
      if (refusal < 0) return refusal;
      at++;
    }
    this.contentStart = this.contentEnd = at;
    return at;
  }

  private takeContent(at: number, end: number): number {
    const taken = Math.min(this.remaining, end - at);
    this.contentStart = at;
    this.contentEnd = at + taken;
    this.remaining -= taken;
    if (this.remaining === 0) this.state = STATE.contentCr;
    return this.contentEnd;
  }

  private beginSize(): void {
    this.state = STATE.size;
    this.remaining = this.digits = this.lineBytes = 0;
  }

  /** One octet outside of content. */
  private octet(octet: number): number {
    switch (this.state) {
      case STATE.size:
        return this.sizeOctet(octet);
      case STATE.extension:
        if (++this.lineBytes > MAX_CHUNK_LINE_BYTES) return REFUSED.chunk;
        if (octet === CR) this.state = STATE.sizeEnd;
        else if (VALUE_OK[octet] === 0) return REFUSED.chunk;
        return 0;
      case STATE.sizeEnd:
        if (octet !== LF) return REFUSED.chunk;
        this.state = this.remaining === 0 ? STATE.trailer : STATE.content;
        return 0;
      case STATE.contentCr:
        if (octet !== CR) return REFUSED.chunk;
        this.state = STATE.contentLf;
        return 0;
      default:
        if (octet !== LF) return REFUSED.chunk;
        this.beginSize();
        return 0;
    }
  }

  private sizeOctet(octet: number): number {
    const digit = (HEX_PLUS_ONE[octet] ?? 0) - 1;
    if (digit >= 0) {
      if (++this.digits > MAX_SIZE_DIGITS) return REFUSED.chunk;
      this.remaining = this.remaining * 16 + digit;
      return 0;
    }
    if (this.digits === 0) return REFUSED.chunk;
    // `;` begins an extension; blanks before it are an old way to smuggle and not accepted.
    if (octet === 59) this.state = STATE.extension;
    else if (octet === CR) this.state = STATE.sizeEnd;
    else return REFUSED.chunk;
    return 0;
  }

  private takeTrailers(bytes: Buffer, at: number, end: number): number {
    this.contentStart = this.contentEnd = at;
    const held = this.trailerBytes;
    if (held === undefined && bytes[at] === CR && bytes[at + 1] === LF && at + 1 < end) {
      this.done = true;
      return at + 2;
    }
    const heldBytes = held?.length ?? 0;
    const all = Buffer.concat([held ?? Buffer.alloc(0), bytes.subarray(at, end)]);
    trailerFields.begin(all);
    const behind = trailerFields.parse(0, all.length);
    if (behind === MORE) {
      if (all.length > MAX_TRAILER_BYTES) return REFUSED.chunk;
      this.trailerBytes = all;
      return end;
    }
    if (behind < 0 || behind > MAX_TRAILER_BYTES) return REFUSED.chunk;
    this.trailers = trailerFields.pairs().filter(([name]) => !NOT_IN_TRAILERS.has(name));
    this.done = true;
    return at + behind - heldBytes;
  }
}
