import { NAME, nameSet } from '../codec/names.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import type { Composer } from '../composer.ts';
import { copyFields } from './copy-fields.ts';
import type { HeaderList } from './header-list.ts';
import { reasonOf } from './reasons.ts';

/** What the proxy says about an answer on its own. */
export interface ResponseFrame {
  /** `server` header: the name of the proxy. */
  readonly server: string;
  /** Preformatted, for answers without one (RFC 9110 6.6.1). */
  readonly date: string;
  /** Milliseconds from the request to this head. */
  readonly serviceTimeMs: number;
  /** The body is passed on in chunks of our own. */
  readonly chunked: boolean;
  readonly close: boolean;
  /** `Upgrade` protocol of a 101, else empty. */
  readonly upgrade: string;
}

const DROPPED = nameSet(
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'server',
  'x-envoy-upstream-service-time',
  'x-envoy-decorator-operation',
);
const ADDED_BYTES = 512;

/** Status lines, made when first needed. */
const statusLines: Buffer[] = [];

function statusLine(status: number): Buffer {
  return (statusLines[status] ??= Buffer.from(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n`, 'latin1'));
}

/** Writes the head of an upstream's answer. */
export function writeResponseHead(out: Composer, head: ResponseHead, frame: ResponseFrame): void {
  const { fields } = head;
  out.reserve(fields.extent + ADDED_BYTES);
  out.raw(statusLine(head.status));
  copyFields(out, fields, DROPPED);
  if (fields.at[NAME.date] === 0) writeDate(out, frame.date);
  writeFrame(out, frame);
}

/** Writes an answer whose headers were edited. `content-length` is among them where it applies. */
export function writeEditedHead(
  out: Composer,
  answer: { status: number; headers: HeaderList },
  frame: ResponseFrame,
): void {
  out.raw(statusLine(answer.status));
  for (const [name, value] of answer.headers.pairs) out.text(`${name}: ${value}\r\n`);
  if (answer.headers.get('date') === undefined) writeDate(out, frame.date);
  writeFrame(out, frame);
}

/** Fields of an upstream's answer that go on, as pairs. */
export function keptPairs(head: ResponseHead): (readonly [string, string])[] {
  const { fields } = head;
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < fields.count; i++) {
    if (DROPPED[fields.id[i] ?? 0] === 0 && fields.nominated[i] === 0) pairs.push([fields.name(i), fields.value(i)]);
  }
  return pairs;
}

function writeDate(out: Composer, date: string): void {
  out.text('date: ');
  out.text(date);
  out.text('\r\n');
}

function writeFrame(out: Composer, frame: ResponseFrame): void {
  if (frame.serviceTimeMs >= 0) {
    out.text('x-envoy-upstream-service-time: ');
    out.number(frame.serviceTimeMs);
    out.text('\r\nserver: ');
  } else out.text('server: ');
  out.text(frame.server);
  if (frame.chunked) out.text('\r\ntransfer-encoding: chunked');
  if (frame.upgrade !== '') out.text(`\r\nconnection: upgrade\r\nupgrade: ${frame.upgrade}`);
  else if (frame.close) out.text('\r\nconnection: close');
  out.text('\r\n\r\n');
}
