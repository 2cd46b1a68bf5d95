import { applyRequestEdits, type EditLevels } from '../../core/routing/header-edits.ts';
import type { FormatContext } from '../../core/routing/format.ts';
import { NAME, nameSet } from '../codec/names.ts';
import type { RequestHead } from '../codec/request-head.ts';
import { Composer } from '../composer.ts';
import { copyFields } from './copy-fields.ts';
import { HeaderList } from './header-list.ts';
import { writeRequestId } from './request-id.ts';

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
  readonly random: () => number;
  /** A gateway trusts no `x-envoy-*` and `x-forwarded-proto` from outside and tells the peer's address. */
  readonly gateway: boolean;
  readonly peer: string;
  /** The peer is inside (see `isInternalAddress`). */
  readonly internal: boolean;
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
  out.reserve(head.fields.extent + request.path.length + ADDED_BYTES);
  writeStart(out, request.method, request);
  copyFields(out, head.fields, request.gateway ? DROPPED_GATEWAY : DROPPED_MESH);
  writeOwnFields(out, request);
}

function writeStart(out: Composer, method: string, to: { readonly path: string; readonly authority: string }): void {
  out.text(method);
  out.text(' ');
  out.text(to.path);
  out.text(' HTTP/1.1\r\nhost: ');
  out.text(to.authority);
  out.text('\r\n');
}

function writeField(out: Composer, name: string, value: string): void {
  out.text(name);
  out.text(': ');
  out.text(value);
  out.text('\r\n');
}

/** Writes the fields that the proxy adds. */
function writeOwnFields(out: Composer, request: UpstreamRequest): void {
  const { head } = request;
  const { at } = head.fields;
  if (head.upgrade) {
    out.text('connection: Upgrade\r\n');
    writeField(out, 'upgrade', head.upgradeProtocol);
  } else if (head.chunked) out.text('transfer-encoding: chunked\r\n');
  if (at[NAME.te] !== 0 && acceptsTrailers(head)) out.text('te: trailers\r\n');
  if (request.gateway) writeGatewayFields(out, request);
  else if (at[NAME.forwardedProto] === 0) out.raw(FORWARDED_PROTO);
  if (at[NAME.requestId] === 0) {
    out.text('x-request-id: ');
    writeRequestId(out, request.random);
    out.text('\r\n');
  }
  if (request.path !== request.originalPath) writeField(out, 'x-envoy-original-path', request.originalPath);
  if (request.authority !== request.originalAuthority) {
    writeField(out, 'x-envoy-original-host', request.originalAuthority);
  }
  if (request.expectedTimeoutMs > 0) {
    writeField(out, 'x-envoy-expected-rq-timeout-ms', String(request.expectedTimeoutMs));
  }
}

const FORWARDED_PROTO = Buffer.from('x-forwarded-proto: http\r\n');
const INTERNAL = Buffer.from('x-forwarded-proto: http\r\nx-envoy-internal: true\r\n');

function acceptsTrailers(head: RequestHead): boolean {
  return /(^|,)\s*trailers\s*(,|$)/i.test(head.fields.first(NAME.te));
}

/** What only the edge of the mesh may say of a request. */
function writeGatewayFields(out: Composer, request: UpstreamRequest): void {
  const { fields } = request.head;
  out.text('x-forwarded-for: ');
  if (fields.at[NAME.forwardedFor] !== 0) out.text(`${fields.all('x-forwarded-for').join(',')},`);
  out.text(request.peer);
  out.text('\r\n');
  if (request.internal) {
    out.raw(INTERNAL);
    return;
  }
  out.raw(FORWARDED_PROTO);
  writeField(out, 'x-envoy-external-address', request.peer);
}

/** Addresses that Envoy counts as internal: private use (RFC 1918), loopback, unique local IPv6. */
export function isInternalAddress(address: string): boolean {
  return /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(address.replace(/^::ffff:/, ''));
}

function writeEdited(out: Composer, request: UpstreamRequest, edits: Edits): void {
  const { fields } = request.head;
  const dropped = request.gateway ? DROPPED_GATEWAY : DROPPED_MESH;
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < fields.count; i++) {
    if (dropped[fields.id[i] ?? 0] === 0 && fields.nominated[i] === 0) pairs.push([fields.name(i), fields.value(i)]);
  }
  const list = new HeaderList([...pairs, ...ownPairs(request)]);
  const target = new RequestTarget(list, request);
  applyRequestEdits(edits.levels, target, edits.formats);
  writeStart(out, request.method, target);
  for (const [name, value] of list.pairs) writeField(out, name, value);
}

/** The same fields as pairs: written, and read back. */
function ownPairs(request: UpstreamRequest): [string, string][] {
  const own = new Composer(1024);
  writeOwnFields(own, request);
  const lines = own.take().toString('latin1').split('\r\n').slice(0, -1);
  return lines.map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
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
