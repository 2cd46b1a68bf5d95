import { KNOWN_NAMES, NAME, recognise } from './names.ts';
import { at, COLON, CR, isBlank, LF, TOKEN_LOWER, VALUE_OK } from './octets.ts';
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
    // Only what the message before has set.
    for (let i = 0; i < this.count; i++) {
      const id = at(this.id, i);
      this.at[id] = 0;
      this.repeated[id] = 0;
    }
    this.bytes = bytes;
    this.count = 0;
  }

  /** Reads field lines up to and including the empty line. Returns the position behind it, `MORE` or a refusal. */
  parse(position: number, end: number): number {
    const bytes = this.bytes;
    let i = position;
    while (i < end) {
      if (bytes[i] === CR) return lineEndAt(bytes, i, end);
      i = this.line(i, end);
      if (i < 0) return i;
    }
    return MORE;
  }

  /** One complete line. A folded line, a blank before the colon and an empty name all fail on the name. */
  private line(start: number, end: number): number {
    const { bytes } = this;
    const nameEnd = this.nameOf(start, end);
    if (nameEnd < 0) return nameEnd;
    let valueStart = nameEnd + 1;
    while (valueStart < end && isBlank(bytes[valueStart])) valueStart++;
    let i = valueStart;
    while (i < end && VALUE_OK[at(bytes, i)] === 1) i++;
    const lineEnd = lineEndAt(bytes, i, end);
    if (lineEnd < 0) return lineEnd;
    while (i > valueStart && isBlank(bytes[i - 1])) i--;
    if (this.count === MAX_FIELDS) return REFUSED.tooManyFields;
    const index = this.count++;
    this.nameStart[index] = start;
    this.nameEnd[index] = nameEnd;
    this.valueStart[index] = valueStart;
    this.valueEnd[index] = i;
    this.remember(index, recognise(bytes, start, nameEnd));
    return lineEnd;
  }

  /** Lower-cases the name; returns the position of the colon behind it. */
  private nameOf(start: number, end: number): number {
    const { bytes } = this;
    let i = start;
    for (; i < end; i++) {
      const octet = at(bytes, i);
      const lower = at(TOKEN_LOWER, octet);
      if (lower === octet && octet !== 0) continue;
      if (lower === 0) break;
      bytes[i] = lower;
    }
    if (i === end) return MORE;
    return bytes[i] === COLON && i > start ? i : REFUSED.fieldName;
  }

  private remember(index: number, id: number): void {
    this.id[index] = id;
    this.nominated[index] = 0;
    if (id === 0) return;
    if (this.at[id] === 0) this.at[id] = index + 1;
    else this.repeated[id] = 1;
  }

  /** Bytes from the first name to the last value. */
  get extent(): number {
    return this.count === 0 ? 0 : at(this.valueEnd, this.count - 1) - at(this.nameStart, 0);
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

/** Position behind the line end that must stand at `i`, the end of a value. */
function lineEndAt(bytes: Buffer, i: number, end: number): number {
  if (i === end) return MORE;
  if (bytes[i] !== CR) return bytes[i] === LF ? REFUSED.lineEnd : REFUSED.fieldValue;
  if (i + 1 === end) return MORE;
  return bytes[i + 1] === LF ? i + 2 : REFUSED.lineEnd;
}
