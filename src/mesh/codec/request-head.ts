import { OPTION, readConnectionOptions } from './connection-options.ts';
import { Fields } from './fields.ts';
import { NAME } from './names.ts';
import { at, CR, HOST_OK, LF, SPACE, TARGET, TARGET_CLASS } from './octets.ts';
import { MAX_HEAD_BYTES, MAX_TARGET_BYTES, MORE, REFUSED } from './refusal.ts';

/** Methods that Envoy's codec knows; any other is refused. */
const METHODS: ReadonlySet<string> = new Set(
  (
    'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH NOTIFY ' +
    'OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK ' +
    'UNLOCK UNSUBSCRIBE'
  ).split(' '),
);
const LONGEST_METHOD = 12;
const G = 71;
const E = 69;
const T = 84;
const SLASH = 47;

/** `origin`: starts with a slash. `absolute`: with a scheme. `authority`: CONNECT. */
export type TargetForm = 'origin' | 'absolute' | 'authority';

/**
 * The head of one request, parsed strictly from contiguous bytes. One instance serves many requests: it holds positions,
 * not copies, and is valid until the bytes are overwritten.
 */
export class RequestHead {
  readonly fields: Fields = new Fields();
  method = '';
  form: TargetForm = 'origin';
  pathStart = 0;
  pathEnd = 0;
  /** Behind the `?`; equal to `queryEnd` without one. */
  queryStart = 0;
  queryEnd = 0;
  authorityStart = 0;
  authorityEnd = 0;
  scheme: 'http' | 'https' = 'http';
  /** The path has `%`, `\` or a segment that starts with a dot. */
  mayNeedNormalising = false;
  /** -1 = none given. */
  contentLength = -1;
  chunked = false;
  close = false;
  /** `Connection: upgrade` with `Upgrade`, without a body. */
  upgrade = false;
  expectsContinue = false;

  /** Returns the position behind the head, `MORE`, or a refusal. */
  parse(bytes: Buffer, start: number, end: number): number {
    this.fields.begin(bytes);
    // A client may send one empty line before a request (RFC 9112 2.2).
    const skipped = bytes[start] === CR ? emptyLine(bytes, start, end) : 0;
    if (skipped < 0) return skipped;
    let behind = this.startLine(bytes, start + skipped, end);
    if (behind > 0) behind = this.fields.parse(behind, end);
    if (behind === MORE) return end - start > MAX_HEAD_BYTES ? REFUSED.headTooLarge : MORE;
    if (behind < 0) return behind;
    if (behind - start > MAX_HEAD_BYTES) return REFUSED.headTooLarge;
    const refusal = this.interpret();
    return refusal < 0 ? refusal : behind;
  }

  private startLine(bytes: Buffer, start: number, end: number): number {
    const target = this.readMethod(bytes, start, end);
    if (target < 0) return target;
    const space = this.readTarget(bytes, target, end);
    if (space < 0) return space;
    return readVersion(bytes, space, end);
  }

  private readMethod(bytes: Buffer, start: number, end: number): number {
    if (isGet(bytes, start) && end - start > 4) {
      this.method = 'GET';
      return start + 4;
    }
    let i = start;
    const limit = Math.min(end, start + LONGEST_METHOD);
    while (i < limit && at(bytes, i) >= 65 && at(bytes, i) <= 90) i++;
    if (i === end) return MORE;
    if (bytes[i] !== SPACE) return REFUSED.method;
    const method = bytes.toString('latin1', start, i);
    if (!METHODS.has(method)) return REFUSED.method;
    this.method = method;
    return i + 1;
  }

  /** Walks to the space behind the target, noting where the query starts and whether normalising could change the path. */
  private readTarget(bytes: Buffer, start: number, end: number): number {
    this.mayNeedNormalising = false;
    let i = this.readPath(bytes, start, end);
    this.pathStart = start;
    this.pathEnd = i;
    if (at(TARGET_CLASS, at(bytes, i)) === TARGET.question && i < end) {
      i++;
      this.queryStart = i;
      while (i < end && at(TARGET_CLASS, at(bytes, i)) >= TARGET.plain) i++;
    } else this.queryStart = i;
    this.queryEnd = i;
    if (i - start > MAX_TARGET_BYTES) return REFUSED.targetTooLong;
    if (i === end) return MORE;
    if (bytes[i] !== SPACE) return bytes[i] === CR || bytes[i] === LF ? REFUSED.startLine : REFUSED.target;
    return this.readForm(bytes, start, i);
  }

  private readPath(bytes: Buffer, start: number, end: number): number {
    let i = start;
    for (; i < end; i++) {
      const kind = at(TARGET_CLASS, at(bytes, i));
      if (kind === TARGET.plain) continue;
      if (kind <= TARGET.refused || kind === TARGET.question) break;
      if (kind === TARGET.mayNeedNormalising || bytes[i - 1] === SLASH) this.mayNeedNormalising = true;
    }
    return i;
  }

  private readForm(bytes: Buffer, start: number, space: number): number {
    this.authorityStart = this.authorityEnd = 0;
    this.form = 'origin';
    this.scheme = 'http';
    if (bytes[start] !== SLASH) return this.readOtherForm(bytes, start, space);
    return this.method === 'CONNECT' ? REFUSED.target : space;
  }

  private readOtherForm(bytes: Buffer, start: number, space: number): number {
    const target = bytes.toString('latin1', start, space);
    if (this.method === 'CONNECT') {
      if (!/^([A-Za-z0-9._~-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$/.test(target)) return REFUSED.target;
      this.form = 'authority';
      this.authorityStart = start;
      this.authorityEnd = space;
      this.pathStart = this.pathEnd = this.queryStart = this.queryEnd = space;
      return space;
    }
    if (target === '*' && this.method === 'OPTIONS') return REFUSED.asterisk;
    const parts = /^(https?):\/\/([^/?@]+)(?=[/?]|$)/i.exec(target);
    if (parts === null) return REFUSED.target;
    this.form = 'absolute';
    this.scheme = parts[1]?.length === 5 ? 'https' : 'http';
    this.authorityEnd = start + parts[0].length;
    this.authorityStart = this.authorityEnd - (parts[2]?.length ?? 0);
    this.pathStart = Math.min(this.authorityEnd, this.pathEnd);
    return space;
  }

  /** What the fields mean for this message; 0 or a refusal. */
  private interpret(): number {
    const { fields } = this;
    const present = fields.at;
    this.expectsContinue = this.close = this.upgrade = false;
    const host = this.readHost();
    if (host < 0) return host;
    if (present[NAME.connection] !== 0) {
      const options = readConnectionOptions(fields);
      if (options < 0) return options;
      this.close = (options & OPTION.close) !== 0;
      this.upgrade = (options & OPTION.upgrade) !== 0 && isTunnelProtocol(fields.first(NAME.upgrade));
    }
    const framing = this.readFraming();
    if (framing < 0) return framing;
    if (present[NAME.expect] !== 0) {
      if (fields.first(NAME.expect).toLowerCase() !== '100-continue') return REFUSED.expectation;
      this.expectsContinue = true;
    }
    return 0;
  }

  private readHost(): number {
    const index = at(this.fields.at, NAME.host) - 1;
    if (index < 0 || this.fields.repeated[NAME.host] === 1) return REFUSED.host;
    if (this.form === 'origin') {
      this.authorityStart = at(this.fields.valueStart, index);
      this.authorityEnd = at(this.fields.valueEnd, index);
    }
    if (this.authorityEnd === this.authorityStart) return REFUSED.host;
    for (let i = this.authorityStart; i < this.authorityEnd; i++) {
      if (HOST_OK[at(this.fields.bytes, i)] === 0) return REFUSED.host;
    }
    return 0;
  }

  private readFraming(): number {
    const { fields, method } = this;
    this.contentLength = -1;
    this.chunked = false;
    const hasLength = fields.at[NAME.contentLength] !== 0;
    const hasEncoding = fields.at[NAME.transferEncoding] !== 0;
    if (!hasLength && !hasEncoding) return 0;
    if (hasLength && hasEncoding) return REFUSED.lengthAndEncoding;
    const encoding = fields.transferEncoding();
    if (encoding < 0) return encoding;
    const length = fields.contentLength();
    if (length < -1) return length;
    this.chunked = encoding === 1;
    this.contentLength = length;
    if (!this.hasBody) return 0;
    this.upgrade = false;
    return method === 'CONNECT' ? REFUSED.length : 0;
  }

  get upgradeProtocol(): string {
    return this.fields.first(NAME.upgrade);
  }

  get isGrpc(): boolean {
    const index = at(this.fields.at, NAME.contentType) - 1;
    return index >= 0 && this.fields.value(index).startsWith('application/grpc');
  }

  get hasBody(): boolean {
    return this.chunked || this.contentLength > 0;
  }

  get path(): string {
    return this.pathEnd === this.pathStart ? '/' : this.fields.bytes.toString('latin1', this.pathStart, this.pathEnd);
  }

  get query(): string {
    return this.queryEnd <= this.queryStart ? '' : this.fields.bytes.toString('latin1', this.queryStart, this.queryEnd);
  }

  get authority(): string {
    return this.fields.bytes.toString('latin1', this.authorityStart, this.authorityEnd);
  }
}

/** An offer to speak HTTP/2 is not taken up and not passed on. */
function isTunnelProtocol(upgrade: string): boolean {
  return upgrade !== '' && !/(^|[\s,])(h2c|HTTP\/)/i.test(upgrade);
}

function emptyLine(bytes: Buffer, start: number, end: number): number {
  if (end - start > 1 && bytes[start + 1] !== LF) return REFUSED.lineEnd;
  return end - start < 3 ? MORE : 2;
}

function isGet(bytes: Buffer, start: number): boolean {
  return bytes[start] === G && bytes[start + 1] === E && bytes[start + 2] === T && bytes[start + 3] === SPACE;
}

const VERSION = Buffer.from(' HTTP/1.1\r\n', 'latin1');

function readVersion(bytes: Buffer, space: number, end: number): number {
  for (let i = 0; i < VERSION.length; i++) {
    if (space + i === end) return MORE;
    if (bytes[space + i] !== VERSION[i]) return otherVersion(bytes, space, end);
  }
  return space + VERSION.length;
}

/** Not ` HTTP/1.1` and line end: tells 1.0, which is asked to upgrade, from everything else. */
function otherVersion(bytes: Buffer, space: number, end: number): number {
  const text = bytes.toString('latin1', space, Math.min(end, space + VERSION.length));
  if (text === ' HTTP/1.0\r\n') return REFUSED.oldVersion;
  if (' HTTP/1.0\r\n'.startsWith(text)) return MORE;
  return /^ HTTP\/\d\.\d\r?\n/.test(text) && !text.endsWith('\r\n') ? REFUSED.lineEnd : REFUSED.version;
}
