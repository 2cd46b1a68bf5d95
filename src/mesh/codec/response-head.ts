import { OPTION, readConnectionOptions } from './connection-options.ts';
import { Fields } from './fields.ts';
import { NAME } from './names.ts';
import { at, CR, LF, SPACE, VALUE_OK } from './octets.ts';
import { MAX_HEAD_BYTES, MORE, REFUSED } from './refusal.ts';

const PREFIX = Buffer.from('HTTP/1.', 'latin1');

/** The head of one response; see RequestHead. */
export class ResponseHead {
  readonly fields: Fields = new Fields();
  status = 0;
  contentLength = -1;
  chunked = false;
  /** The sender closes after this message, or cannot do otherwise. */
  close = false;
  upgrade = false;

  /** Returns the position behind the head, `MORE`, or a refusal. */
  parse(bytes: Buffer, start: number, end: number): number {
    this.fields.begin(bytes);
    let behind = this.statusLine(bytes, start, end);
    if (behind > 0) behind = this.fields.parse(behind, end);
    if (behind === MORE) return end - start > MAX_HEAD_BYTES ? REFUSED.headTooLarge : MORE;
    if (behind < 0) return behind;
    const refusal = this.interpret();
    return refusal < 0 ? refusal : behind;
  }

  private statusLine(bytes: Buffer, start: number, end: number): number {
    for (let i = 0; i < PREFIX.length; i++) {
      if (start + i === end) return MORE;
      if (bytes[start + i] !== PREFIX[i]) return REFUSED.startLine;
    }
    // `1 200 OK`: minor version, space, three digits.
    const minorAt = start + PREFIX.length;
    if (end - minorAt < 7) return MORE;
    const minor = at(bytes, minorAt) - 48;
    if ((minor !== 0 && minor !== 1) || bytes[minorAt + 1] !== SPACE) return REFUSED.version;
    this.status = threeDigits(bytes, minorAt + 2);
    if (this.status < 100) return REFUSED.status;
    this.close = minor === 0;
    return reason(bytes, minorAt + 5, end);
  }

  /** False for statuses that never have a body (RFC 9110 6.4.1). */
  get mayHaveContent(): boolean {
    return this.status !== 204 && this.status !== 304 && this.status >= 200;
  }

  get grpcStatus(): string {
    return this.fields.first(NAME.grpcStatus);
  }

  /** `Keep-Alive: timeout=N`; -1 where not said. */
  keepAliveSeconds(): number {
    if (this.fields.at[NAME.keepAlive] === 0) return -1;
    const found = /(?:^|[,; ])timeout=(\d{1,6})/i.exec(this.fields.first(NAME.keepAlive));
    return found === null ? -1 : Number(found[1]);
  }

  private interpret(): number {
    const { fields } = this;
    this.upgrade = false;
    if (fields.at[NAME.connection] !== 0) {
      const options = readConnectionOptions(fields);
      if (options < 0) return options;
      if ((options & OPTION.close) !== 0) this.close = true;
      this.upgrade = (options & OPTION.upgrade) !== 0;
    }
    const encoding = fields.transferEncoding();
    if (encoding < 0) return encoding;
    const length = fields.contentLength();
    if (length < -1) return length;
    if (encoding === 1 && length >= 0) return REFUSED.lengthAndEncoding;
    this.chunked = encoding === 1;
    this.contentLength = length;
    return 0;
  }
}

/** -1 where they are none. */
function threeDigits(bytes: Buffer, start: number): number {
  let value = 0;
  for (let i = start; i < start + 3; i++) {
    const digit = at(bytes, i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The reason phrase, which may be missing together with its space. It is not passed on. */
function reason(bytes: Buffer, start: number, end: number): number {
  let i = start;
  if (bytes[i] !== SPACE && bytes[i] !== CR) return REFUSED.status;
  while (i < end && VALUE_OK[at(bytes, i)] === 1) i++;
  if (i >= end - 1) return i < end && bytes[i] !== CR ? REFUSED.lineEnd : MORE;
  return bytes[i] === CR && bytes[i + 1] === LF ? i + 2 : REFUSED.lineEnd;
}
