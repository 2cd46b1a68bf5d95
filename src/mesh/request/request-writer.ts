import { applyRequestEdits, type EditLevels } from '../../core/routing/header-edits.ts';
import type { FormatContext } from '../../core/routing/format.ts';
import { NAME, nameSet } from '../codec/names.ts';
import type { RequestHead } from '../codec/request-head.ts';
import type { Composer } from '../composer.ts';
import { HeaderList } from './header-list.ts';

/** Header operations and what their formats may name. */
export interface Edits {
  readonly levels: EditLevels;
  readonly formats: FormatContext;
}

/** What the upstream gets instead of what the client sent. */
export interface UpstreamRequest {
  readonly head: RequestHead;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  /** Where they differ from the above, the originals are told in `x-envoy-original-*`. */
  readonly originalPath: string;
  readonly originalAuthority: string;
  readonly requestId: () => string;
  /** A gateway trusts no `x-envoy-*` and `x-forwarded-proto` from outside and tells the peer's address. */
  readonly gateway: boolean;
  readonly peer: string;
  /** 0 = none. */
  readonly expectedTimeoutMs: number;
  readonly edits: Edits | undefined;
}

/** Ends here: framing and connection are each hop's own (RFC 9110 7.6.1), `Host` is written first. */
const HOP = nameSet(
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'x-envoy-attempt-count',
  'x-envoy-original-path',
  'x-envoy-original-host',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-decorator-operation',
);
const OUTSIDE = nameSet(
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-envoy-internal',
  'x-envoy-external-address',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-fault-abort-request',
  'x-envoy-fault-delay-request',
  'x-envoy-fault-throughput-response',
);
const DROPPED_MESH = HOP;
const DROPPED_GATEWAY = HOP.map((dropped, id) => dropped | (OUTSIDE[id] ?? 0));

/** Bytes that the writer may add beyond the fields: reserved in one go. */
const ADDED_BYTES = 1024;

/**
 * Writes the head up to, but without, the attempt count and the empty line. `finishHead` completes it, so that a retry
 * repeats the bytes and only counts up.
 */
export function writeRequestHead(out: Composer, request: UpstreamRequest): void {
  const { head } = request;
  if (request.edits !== undefined) {
    writeEdited(out, request, request.edits);
    return;
  }
  const { fields } = head;
  const lastEnd = fields.count === 0 ? 0 : (fields.valueEnd[fields.count - 1] ?? 0);
  const firstStart = fields.count === 0 ? 0 : (fields.nameStart[0] ?? 0);
  out.reserve(lastEnd - firstStart + request.path.length + ADDED_BYTES);
  writeStart(out, request.method, request.path, request.authority);
  copyFields(out, request);
  for (const [name, value] of ownFields(request)) writeField(out, name, value);
}

function writeStart(out: Composer, method: string, path: string, authority: string): void {
  out.text(method);
  out.text(' ');
  out.text(path);
  out.text(' HTTP/1.1\r\nhost: ');
  out.text(authority);
  out.text('\r\n');
}

function writeField(out: Composer, name: string, value: string): void {
  out.text(name);
  out.text(': ');
  out.text(value);
  out.text('\r\n');
}

/** Copies the fields that go on, neighbours in one run. */
function copyFields(out: Composer, request: UpstreamRequest): void {
  const { fields } = request.head;
  const dropped = request.gateway ? DROPPED_GATEWAY : DROPPED_MESH;
  let runStart = -1;
  let runEnd = -1;
  for (let i = 0; i < fields.count; i++) {
    const start = fields.nameStart[i] ?? 0;
    const keep = dropped[fields.id[i] ?? 0] === 0 && fields.nominated[i] === 0;
    if (keep && runStart < 0) runStart = start;
    if (!keep && runStart >= 0) {
      out.span(fields.bytes, runStart, start);
      runStart = -1;
    }
    runEnd = i + 1 < fields.count ? (fields.nameStart[i + 1] ?? 0) : lineEnd(fields.bytes, fields.valueEnd[i] ?? 0);
  }
  if (runStart >= 0) out.span(fields.bytes, runStart, runEnd);
}

/** Blanks may stand between a value and its line end. */
function lineEnd(bytes: Buffer, valueEnd: number): number {
  let at = valueEnd;
  while (bytes[at] !== 10) at++;
  return at + 1;
}

/** Fields that the proxy adds, in the order in which they are written. */
function ownFields(request: UpstreamRequest): (readonly [string, string])[] {
  const { head } = request;
  const { at } = head.fields;
  const own: (readonly [string, string])[] = [];
  if (head.upgrade) own.push(['connection', 'Upgrade'], ['upgrade', head.fields.first(NAME.upgrade)]);
  else if (head.chunked) own.push(['transfer-encoding', 'chunked']);
  if (at[NAME.te] !== 0 && /(^|,)\s*trailers\s*(,|$)/i.test(head.fields.first(NAME.te))) own.push(['te', 'trailers']);
  if (request.gateway) {
    const before = head.fields.all('x-forwarded-for');
    own.push(['x-forwarded-for', [...before, request.peer].join(',')], ['x-forwarded-proto', 'http']);
    if (isInternal(request.peer)) own.push(['x-envoy-internal', 'true']);
    else own.push(['x-envoy-external-address', request.peer]);
  } else if (at[NAME.forwardedProto] === 0) own.push(['x-forwarded-proto', 'http']);
  if (at[NAME.requestId] === 0) own.push(['x-request-id', request.requestId()]);
  if (request.path !== request.originalPath) own.push(['x-envoy-original-path', request.originalPath]);
  if (request.authority !== request.originalAuthority) own.push(['x-envoy-original-host', request.originalAuthority]);
  if (request.expectedTimeoutMs > 0) own.push(['x-envoy-expected-rq-timeout-ms', String(request.expectedTimeoutMs)]);
  return own;
}

/** Addresses that Envoy counts as internal: private use (RFC 1918), loopback, unique local IPv6. */
function isInternal(address: string): boolean {
  return /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(address.replace(/^::ffff:/, ''));
}

function writeEdited(out: Composer, request: UpstreamRequest, edits: Edits): void {
  const { fields } = request.head;
  const dropped = request.gateway ? DROPPED_GATEWAY : DROPPED_MESH;
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < fields.count; i++) {
    if (dropped[fields.id[i] ?? 0] === 0 && fields.nominated[i] === 0) pairs.push([fields.name(i), fields.value(i)]);
  }
  const list = new HeaderList([...pairs, ...ownFields(request)]);
  const target = new RequestTarget(list, request);
  applyRequestEdits(edits.levels, target, edits.formats);
  writeStart(out, request.method, target.path, target.authority);
  for (const [name, value] of list.pairs) writeField(out, name, value);
}

/** `host` and `:authority` name the authority, `:path` the path; the rest are plain headers. Framing stays ours. */
class RequestTarget {
  path: string;
  authority: string;
  private readonly list: HeaderList;

  constructor(list: HeaderList, request: UpstreamRequest) {
    this.list = list;
    this.path = request.path;
    this.authority = request.authority;
  }

  remove(name: string): void {
    if (!FRAMING.has(name)) this.list.remove(name);
  }

  set(name: string, value: string): void {
    if (name === 'host' || name === ':authority') this.authority = value;
    else if (name === ':path') this.path = value;
    else if (!FRAMING.has(name)) this.list.set(name, value);
  }

  append(name: string, value: string): void {
    if (name === 'host' || name === ':authority') this.authority = value;
    else if (!FRAMING.has(name) && !name.startsWith(':')) this.list.append(name, value);
  }
}

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade', 'host']);

/** Attempt count and the empty line. */
export function finishHead(out: Composer, attempt: number): void {
  out.text('x-envoy-attempt-count: ');
  out.number(attempt);
  out.text('\r\n\r\n');
}
