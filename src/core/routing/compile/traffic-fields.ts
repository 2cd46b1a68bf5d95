/** Retries, faults, CORS and redirects of a rule, with Istio's defaults. */
import type { CorsPolicy, HttpFault, HttpRedirect, HttpRetry, Percent } from '../../model/virtual-service.ts';
import { parseDuration } from '../duration.ts';
import type { CorsAction, FaultPolicy, RedirectAction, RetryPolicy, TextMatch } from '../table.ts';
import { textMatch } from './matches.ts';
import { optional } from './optional.ts';
import { message } from './problems.ts';
import type { RuleReport } from './rule-report.ts';

/** What holds where a rule says nothing, and for hosts without a VirtualService: never an upstream's own 503. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 2,
  on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
  statusCodes: [],
  backoffBaseMs: 25,
  avoidPreviousHosts: true,
};

/** null = no retries. Numbers in `retryOn` are status codes of a real answer. */
export function retryPolicy(retries: HttpRetry | undefined, report: RuleReport): RetryPolicy | null {
  if (retries === undefined) return DEFAULT_RETRY;
  if (retries.attempts <= 0) return null;
  const tokens = (retries.retryOn ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
  const statusCodes = tokens.filter((token) => /^\d+$/.test(token)).map(Number);
  const named = tokens.filter((token) => !/^\d+$/.test(token));
  const on = statusCodes.length > 0 ? [...new Set([...named, 'retriable-status-codes'])] : named;
  return {
    attempts: retries.attempts,
    on: tokens.length === 0 ? DEFAULT_RETRY.on : on,
    statusCodes,
    ...optional('perTryTimeoutMs', durationField(retries.perTryTimeout, 'retries.perTryTimeout', report)),
    backoffBaseMs: durationField(retries.backoff, 'retries.backoff', report) ?? DEFAULT_RETRY.backoffBaseMs,
    avoidPreviousHosts: retries.retryIgnorePreviousHosts ?? true,
  };
}

/** Milliseconds; a text that is no duration is reported and counts as absent. */
export function durationField(text: string | undefined, field: string, report: RuleReport): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) report.error(field, message('routing.badDuration', { value: text }));
  return ms;
}

/** Millionths. */
function ppm(percentage: Percent | undefined, whole: number | undefined): number {
  return Math.trunc((percentage?.value ?? whole ?? 0) * 10_000);
}

/** Names of gRPC status codes by number (grpc `doc/statuscodes.md`). */
const GRPC_STATUSES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

function grpcCode(status: string | undefined, report: RuleReport): number | undefined {
  if (status === undefined) return undefined;
  const code = /^\d+$/.test(status) ? Number(status) : GRPC_STATUSES.indexOf(status.toUpperCase());
  if (code >= 0 && code < GRPC_STATUSES.length) return code;
  report.error('fault.abort.grpcStatus', message('routing.badGrpcStatus', { value: status }));
  return undefined;
}

/** A missing percentage is 0 %. An abort with a gRPC status answers a plain client with 200. */
export function faultPolicy(fault: HttpFault | undefined, report: RuleReport): FaultPolicy | undefined {
  const delay = delayOf(fault?.delay, report);
  const abort = abortOf(fault?.abort, report);
  if (delay === undefined && abort === undefined) return undefined;
  return { ...optional('delay', delay), ...optional('abort', abort) };
}

function delayOf(delay: HttpFault['delay'], report: RuleReport): FaultPolicy['delay'] {
  if (delay === undefined) return undefined;
  const millionths = ppm(delay.percentage, delay.percent);
  const ms = durationField(delay.fixedDelay, 'fault.delay.fixedDelay', report);
  return millionths > 0 && ms !== undefined ? { ppm: millionths, ms } : undefined;
}

function abortOf(abort: HttpFault['abort'], report: RuleReport): FaultPolicy['abort'] {
  if (abort === undefined) return undefined;
  const millionths = ppm(abort.percentage, undefined);
  const grpcStatus = grpcCode(abort.grpcStatus, report);
  const hasStatus = grpcStatus !== undefined || abort.httpStatus !== undefined;
  if (millionths <= 0 || !hasStatus) return undefined;
  return { ppm: millionths, status: abort.httpStatus ?? 200, ...optional('grpcStatus', grpcStatus) };
}

/** Millionths of a mirror: a missing percentage is everything. */
export function mirrorPpm(percentage: Percent | undefined, whole?: number): number {
  return percentage === undefined && whole === undefined ? 1_000_000 : ppm(percentage, whole);
}

export function corsAction(
  policy: CorsPolicy | undefined,
  report: RuleReport,
  regexProblem: (pattern: string) => string | undefined,
): CorsAction | undefined {
  if (policy === undefined) return undefined;
  const usable = (origin: TextMatch, index: number): boolean => {
    const reason = origin.kind === 'regex' ? regexProblem(origin.value) : undefined;
    if (reason === undefined) return true;
    const field = `corsPolicy.allowOrigins[${index}]`;
    report.error(field, message('routing.badPattern', { reason }));
    return false;
  };
  const exact = (policy.allowOrigin ?? []).map((value): TextMatch => ({ kind: 'exact', value }));
  const maxAgeMs = durationField(policy.maxAge, 'corsPolicy.maxAge', report);
  return {
    allowOrigins: policy.allowOrigins === undefined ? exact : policy.allowOrigins.map(textMatch).filter(usable),
    allowMethods: (policy.allowMethods ?? []).join(','),
    allowHeaders: (policy.allowHeaders ?? []).join(','),
    exposeHeaders: (policy.exposeHeaders ?? []).join(','),
    ...optional('maxAgeSeconds', maxAgeMs === undefined ? undefined : Math.floor(maxAgeMs / 1000)),
    ...optional('allowCredentials', policy.allowCredentials),
    forwardUnmatchedPreflights: policy.unmatchedPreflights !== 'IGNORE',
  };
}

const REDIRECT_CODES: readonly RedirectAction['code'][] = [301, 302, 303, 307, 308];

/** undefined where Envoy would refuse the code. `listenerPort` is what FROM_REQUEST_PORT stands for. */
export function redirectAction(
  redirect: HttpRedirect,
  listenerPort: number,
  report: RuleReport,
): RedirectAction | undefined {
  const wanted = redirect.redirectCode ?? 301;
  const code = REDIRECT_CODES.find((known) => known === wanted);
  if (code === undefined) {
    report.error('redirect.redirectCode', message('routing.badRedirectCode', { code: wanted }));
    return undefined;
  }
  const port = redirect.derivePort === 'FROM_REQUEST_PORT' ? listenerPort : redirect.port;
  const isDefault =
    (port === 80 && redirect.scheme === 'http') || (port === 443 && redirect.scheme === 'https') || port === 0;
  return {
    code,
    ...optional('path', redirect.uri),
    ...optional('authority', redirect.authority),
    ...optional('scheme', redirect.scheme),
    ...optional('port', isDefault ? undefined : port),
  };
}
