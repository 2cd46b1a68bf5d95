import { KNOWN_NAMES, NAME, recognise } from './names.ts';
import { COLON, CR, isBlank, LF, TOKEN_LOWER, VALUE_OK } from './octets.ts';
import { MAX_FIELDS, MORE, REFUSED } from './refusal.ts';

/**
 * The field lines of one message as positions in the bytes they came in. Valid until those bytes are overwritten.
 * Parsing lower-cases names in place, as Envoy sends them.
 */
export class Fields {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  readonly nameStart: Int32Array = new Int32Array(MAX_FIELDS + 1);
  readonly nameEnd: Int32Array = new Int32Array(MAX_FIELDS + 1);
  readonly valueStart: Int32Array = new Int32Array(MAX_FIELDS + 1);
  readonly valueEnd: Int32Array = new Int32Array(MAX_FIELDS + 1);
  /** Known name of each field, 0 = other. */
  readonly id: Uint8Array = new Uint8Array(MAX_FIELDS + 1);
  /** 1 where `Connection` names the field: it ends here. */
  readonly nominated: Uint8Array = new Uint8Array(MAX_FIELDS + 1);
  /** Index + 1 of the first field of a known name, 0 = absent. */
  readonly at: Uint8Array = new Uint8Array(KNOWN_NAMES);
  readonly repeated: Uint8Array = new Uint8Array(KNOWN_NAMES);

  begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.count = 0;
    this.at.fill(0);
    this.repeated.fill(0);
  }

  /** Reads field lines up to and including the empty line. Returns the position behind it, `MORE` or a refusal. */
  parse(position: number, end: number): number {
    const bytes = this.bytes;
    let at = position;
    while (at < end) {
      if (bytes[at] === CR) {
        if (at + 1 === end) return MORE;
        return bytes[at + 1] === LF ? at + 2 : REFUSED.lineEnd;
      }
      at = this.line(at, end);
      if (at < 0) return at;
    }
    return MORE;
  }

  /** One complete line. A folded line, a blank before the colon and an empty name all fail on the name. */
  private line(start: number, end: number): number {
    const bytes = this.bytes;
    let i = start;
    for (; i < end; i++) {
      const lower = TOKEN_LOWER[bytes[i] ?? 0] ?? 0;
      if (lower === 0) break;
      bytes[i] = lower;
    }
    if (i === end) return MORE;
    if (bytes[i] !== COLON || i === start) return REFUSED.fieldName;
    const nameEnd = i++;
    while (i < end && isBlank(bytes[i])) i++;
    const valueStart = i;
    while (i < end && VALUE_OK[bytes[i] ?? 0] === 1) i++;
    if (i === end || (bytes[i] === CR && i + 1 === end)) return MORE;
    if (bytes[i] !== CR) return bytes[i] === LF ? REFUSED.lineEnd : REFUSED.fieldValue;
    if (bytes[i + 1] !== LF) return REFUSED.lineEnd;
    let valueEnd = i;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--;
    if (this.count === MAX_FIELDS) return REFUSED.tooManyFields;
    const index = this.count++;
    this.nameStart[index] = start;
    this.nameEnd[index] = nameEnd;
    this.valueStart[index] = valueStart;
    this.valueEnd[index] = valueEnd;
    this.remember(index, recognise(bytes, start, nameEnd));
    return i + 2;
  }

  private remember(index: number, id: number): void {
    this.id[index] = id;
    this.nominated[index] = 0;
    if (id === 0) return;
    if (this.at[id] === 0) this.at[id] = index + 1;
    else this.repeated[id] = 1;
  }

  has(id: number): boolean {
    return this.at[id] !== 0;
  }

  name(index: number): string {
    return this.bytes.toString('latin1', this.nameStart[index], this.nameEnd[index]);
  }

  value(index: number): string {
    return this.bytes.toString('latin1', this.valueStart[index], this.valueEnd[index]);
  }

  /** First value of a known name; empty where absent. */
  first(id: number): string {
    const at = this.at[id] ?? 0;
    return at === 0 ? '' : this.value(at - 1);
  }

  /** First value of any name. */
  find(name: string): string | undefined {
    for (let i = 0; i < this.count; i++) if (this.isNamed(i, name)) return this.value(i);
    return undefined;
  }

  /** Every value of a name in order. */
  all(name: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.count; i++) if (this.isNamed(i, name)) found.push(this.value(i));
    return found;
  }

  private isNamed(index: number, name: string): boolean {
    const start = this.nameStart[index] ?? 0;
    if ((this.nameEnd[index] ?? 0) - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.bytes[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  /** All fields as pairs, names in lower case. */
  pairs(): [string, string][] {
    const pairs: [string, string][] = [];
    for (let i = 0; i < this.count; i++) pairs.push([this.name(i), this.value(i)]);
    return pairs;
  }

  /**
   * Content-Length (RFC 9110 8.6): digits only, once. -1 = absent, else the length or a refusal below -1.
   */
  contentLength(): number {
    const at = this.at[NAME.contentLength] ?? 0;
    if (at === 0) return -1;
    if (this.repeated[NAME.contentLength] === 1) return REFUSED.lengthTwice;
    const start = this.valueStart[at - 1] ?? 0;
    const end = this.valueEnd[at - 1] ?? 0;
    if (end === start || end - start > 15) return REFUSED.length;
    let length = 0;
    for (let i = start; i < end; i++) {
      const digit = (this.bytes[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) return REFUSED.length;
      length = length * 10 + digit;
    }
    return length;
  }

  /** Transfer-Encoding: 0 = absent, 1 = chunked, else a refusal. Only `chunked` alone is understood. */
  transferEncoding(): number {
    const at = this.at[NAME.transferEncoding] ?? 0;
    if (at === 0) return 0;
    if (this.repeated[NAME.transferEncoding] === 1) return REFUSED.encoding;
    const value = this.value(at - 1);
    if (value === 'chunked' || value.toLowerCase() === 'chunked') return 1;
    return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+( *, *[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/.test(value)
      ? REFUSED.encodingUnknown
      : REFUSED.encoding;
  }
}
