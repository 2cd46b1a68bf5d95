const SLAB_BYTES = 256 * 1024;
/** Views of messages up to this size are kept: making one costs more than writing a small message into it. */
const VIEW_BYTES = 4096;
/** Spans longer than this are copied by the runtime, shorter ones octet by octet: a call costs more than the copying. */
const COPY_BY_HAND_BELOW = 192;

/**
 * Where outgoing bytes are put together: one slab after the other, so that a message costs no allocation of its own.
 * `take` hands out what was composed; the bytes stay as they are until `giveBack`, which is allowed only once nobody can read
 * them any more.
 */
export class Composer {
  bytes: Buffer;
  private start = 0;
  private at = 0;
  /** Views of the slab from its beginning, by length. */
  private views: (Buffer | undefined)[] = [];

  constructor(slabBytes: number = SLAB_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(slabBytes);
  }

  get length(): number {
    return this.at - this.start;
  }

  /** Makes room; call before any of the unchecked writers with an upper bound of what they will add. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const held = this.at - this.start;
    const slab = Buffer.allocUnsafeSlow(Math.max(this.bytes.length, 2 * (held + count)));
    this.bytes.copy(slab, 0, this.start, this.at);
    this.bytes = slab;
    this.views = [];
    this.start = 0;
    this.at = held;
  }

  /** ISO-8859-1; header values came in that way. */
  text(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.at = at;
  }

  span(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count < COPY_BY_HAND_BELOW) {
      const { bytes } = this;
      let { at } = this;
      for (let i = start; i < end; i++) bytes[at++] = from[i] ?? 0;
      this.at = at;
      return;
    }
    this.bytes.set(from.subarray(start, end), this.at);
    this.at += count;
  }

  raw(from: Uint8Array): void {
    this.span(from, 0, from.length);
  }

  /** A whole number in decimal digits. */
  number(value: number): void {
    if (value < 10) {
      this.reserve(1);
      this.bytes[this.at++] = 48 + value;
    } else this.text(String(value));
  }

  /** One chunk of a chunked body (RFC 9112 7.1). */
  chunk(from: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    this.text((end - start).toString(16));
    this.text('\r\n');
    this.span(from, start, end);
    this.text('\r\n');
  }

  /** Last chunk and trailers. */
  chunkEnd(trailers: readonly (readonly [string, string])[]): void {
    this.text('0\r\n');
    for (const [name, value] of trailers) this.text(`${name}: ${value}\r\n`);
    this.text('\r\n');
  }

  /** What was composed since the last `take`. */
  take(): Buffer {
    const length = this.at - this.start;
    const taken =
      this.start === 0 && length <= VIEW_BYTES ? this.view(length) : this.bytes.subarray(this.start, this.at);
    this.start = this.at;
    return taken;
  }

  private view(length: number): Buffer {
    return (this.views[length] ??= this.bytes.subarray(0, length));
  }

  /** Everything taken so far is not needed any more. */
  clear(): void {
    this.start = this.at = 0;
  }

  /** The bytes taken last are not needed any more. */
  giveBack(taken: Buffer): void {
    if (this.start === this.at && taken.buffer === this.bytes.buffer) {
      const begin = taken.byteOffset - this.bytes.byteOffset;
      if (begin + taken.length === this.at) this.start = this.at = begin;
    }
  }

  /** Forgets what was composed since the last `take`. */
  drop(): void {
    this.at = this.start;
  }
}
