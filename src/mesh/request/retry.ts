import type { RetryPolicy } from '../../core/routing/table.ts';
import { NAME } from '../codec/names.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import type { UpstreamFailure } from '../upstream/failure.ts';

/** Methods whose request may be sent twice without asking (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const GRPC_TOKENS: Readonly<Record<string, string>> = {
  '1': 'cancelled',
  '4': 'deadline-exceeded',
  '8': 'resource-exhausted',
  '13': 'internal',
  '14': 'unavailable',
};

/** True where the policy asks for another try after a try that gave no answer (Envoy `RetryStateImpl::wouldRetryFromReset`). */
export function retriesFailure(policy: RetryPolicy, failure: UpstreamFailure): boolean {
  const { on } = policy;
  if (failure.kind === 'overflow') return false;
  if (on.includes('5xx') || on.includes('gateway-error') || on.includes('reset')) return true;
  if (failure.kind === 'connectFailure' || failure.kind === 'connectTimeout') {
    return on.includes('connect-failure') || on.includes('reset-before-request');
  }
  return failure.kind === 'closed' && !failure.sent && on.includes('reset-before-request');
}

/** True where the policy asks for another try after this answer (Envoy `wouldRetryFromHeaders`). */
export function retriesAnswer(policy: RetryPolicy, head: ResponseHead): boolean {
  const { on } = policy;
  const { status, fields } = head;
  if (fields.has(NAME.overloaded)) return false;
  if (fields.has(NAME.rateLimited)) return on.includes('envoy-ratelimited');
  if (retriesStatus(policy, status)) return true;
  if (!fields.has(NAME.grpcStatus)) return false;
  const token = GRPC_TOKENS[fields.first(NAME.grpcStatus)];
  return token !== undefined && on.includes(token);
}

function retriesStatus({ on, statusCodes }: RetryPolicy, status: number): boolean {
  if (status < 400) return false;
  if (status >= 500 && on.includes('5xx')) return true;
  if (status >= 502 && status <= 504 && on.includes('gateway-error')) return true;
  if (status === 409 && on.includes('retriable-4xx')) return true;
  return on.includes('retriable-status-codes') && statusCodes.includes(status);
}

/**
 * True where a request that died with a kept connection goes out once more whatever the policy says: the upstream closed
 * between two requests and never saw this one, or may see it twice without harm (RFC 9110 9.2.2, RFC 9112 9.3.1).
 */
export function survivesStaleConnection(failure: UpstreamFailure, method: string): boolean {
  return failure.stale && (IDEMPOTENT.has(method) || !failure.sent);
}

/** Milliseconds before try number `attempt` + 1: full jitter below base · 2^(attempt − 1), at most ten times the base. */
export function backoffMs(policy: RetryPolicy, attempt: number, random01: number): number {
  const ceiling = Math.min(policy.backoffBaseMs * 2 ** (attempt - 1), policy.backoffBaseMs * 10);
  return Math.floor(random01 * ceiling);
}
