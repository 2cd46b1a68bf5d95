/** Field names that the proxy acts on, recognised on bytes without making a string. */

const spellings = [
  '',
  'connection',
  'content-length',
  'transfer-encoding',
  'host',
  'expect',
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authorization',
  'content-type',
  'cookie',
  'date',
  'server',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
  'x-envoy-internal',
  'x-envoy-external-address',
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
  'x-envoy-upstream-service-time',
  'x-envoy-upstream-healthchecked-cluster',
  'x-envoy-overloaded',
  'x-envoy-ratelimited',
  'x-envoy-decorator-operation',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-fault-abort-request',
  'x-envoy-fault-delay-request',
  'x-envoy-fault-throughput-response',
  'grpc-status',
  'grpc-timeout',
  'origin',
  'access-control-request-method',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'set-cookie',
  'user-agent',
] as const;

export type KnownName = (typeof spellings)[number];
export const KNOWN_NAMES: number = spellings.length;

/** Number of a known name; 0 = any other name. */
function nameNumber(name: KnownName): number {
  return spellings.indexOf(name);
}

type NamedInCode =
  | 'connection'
  | 'contentLength'
  | 'transferEncoding'
  | 'host'
  | 'expect'
  | 'upgrade'
  | 'te'
  | 'keepAlive'
  | 'overloaded'
  | 'rateLimited'
  | 'userAgent'
  | 'contentType'
  | 'date'
  | 'server'
  | 'forwardedFor'
  | 'forwardedProto'
  | 'requestId'
  | 'grpcStatus'
  | 'grpcTimeout'
  | 'origin'
  | 'upstreamServiceTime';

/** The numbers that code asks for by name. */
export const NAME: Readonly<Record<NamedInCode, number>> = {
  connection: nameNumber('connection'),
  contentLength: nameNumber('content-length'),
  transferEncoding: nameNumber('transfer-encoding'),
  host: nameNumber('host'),
  expect: nameNumber('expect'),
  upgrade: nameNumber('upgrade'),
  te: nameNumber('te'),
  keepAlive: nameNumber('keep-alive'),
  overloaded: nameNumber('x-envoy-overloaded'),
  rateLimited: nameNumber('x-envoy-ratelimited'),
  userAgent: nameNumber('user-agent'),
  contentType: nameNumber('content-type'),
  date: nameNumber('date'),
  server: nameNumber('server'),
  forwardedFor: nameNumber('x-forwarded-for'),
  forwardedProto: nameNumber('x-forwarded-proto'),
  requestId: nameNumber('x-request-id'),
  grpcStatus: nameNumber('grpc-status'),
  grpcTimeout: nameNumber('grpc-timeout'),
  origin: nameNumber('origin'),
  upstreamServiceTime: nameNumber('x-envoy-upstream-service-time'),
};

const bytesOf: readonly Uint8Array[] = spellings.map((name) => Uint8Array.from(name, (c) => c.charCodeAt(0)));
const BUCKETS = 512;
/** First known name in each bucket; others with the same bucket follow through `following`. */
const bucket = new Uint8Array(BUCKETS);
const following = new Uint8Array(spellings.length);

function bucketOf(length: number, first: number, last: number): number {
  return (length * 37 + first * 5 + last * 11) & (BUCKETS - 1);
}

for (let id = 1; id < spellings.length; id++) {
  const bytes = bytesOf[id] ?? new Uint8Array();
  const place = bucketOf(bytes.length, bytes[0] ?? 0, bytes[bytes.length - 1] ?? 0);
  following[id] = bucket[place] ?? 0;
  bucket[place] = id;
}

/** Number of the known name that stands in lower case at `start`, or 0. */
export function recognise(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let id = bucket[bucketOf(length, bytes[start] ?? 0, bytes[end - 1] ?? 0)] ?? 0;
  while (id !== 0) {
    const known = bytesOf[id];
    if (known !== undefined && known.length === length && same(known, bytes, start)) return id;
    id = following[id] ?? 0;
  }
  return 0;
}

function same(known: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

/** True for names in the given list, by number. */
export function nameSet(...names: readonly KnownName[]): Uint8Array {
  const set = new Uint8Array(KNOWN_NAMES);
  for (const name of names) set[nameNumber(name)] = 1;
  return set;
}
