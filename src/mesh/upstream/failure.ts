/**
 * Why an upstream gave no (complete) answer, with Envoy's words (`StreamResetReason`) and response flag.
 * `sent` = the request may have reached the upstream.
 */
export interface UpstreamFailure {
  readonly kind: 'connectFailure' | 'connectTimeout' | 'closed' | 'protocol' | 'overflow' | 'perTryTimeout';
  readonly sent: boolean;
  /** The connection had answered before and closed without a byte for this request. */
  readonly stale: boolean;
  /** What the system said, e.g. `Connection refused`; empty where nothing. */
  readonly detail: string;
}

interface Wording {
  readonly reason: string;
  readonly flag: string;
  readonly status: number;
}

export const wordings: Readonly<Record<UpstreamFailure['kind'], Wording>> = {
  connectFailure: { reason: 'remote connection failure', flag: 'UF', status: 503 },
  connectTimeout: { reason: 'connection timeout', flag: 'UF', status: 503 },
  closed: { reason: 'connection termination', flag: 'UC', status: 503 },
  protocol: { reason: 'protocol error', flag: 'UPE', status: 502 },
  overflow: { reason: 'overflow', flag: 'UO', status: 503 },
  perTryTimeout: { reason: '', flag: 'UT', status: 504 },
};

/** Body of the local answer, as Envoy's router words it. */
export function failureBody(failure: UpstreamFailure, retried: boolean): string {
  if (failure.kind === 'perTryTimeout') return 'upstream request timeout';
  const again = retried ? 'retried and the latest ' : '';
  const detail = failure.detail === '' ? '' : `, transport failure reason: delayed connect error: ${failure.detail}`;
  return `upstream connect error or disconnect/reset before headers. ${again}reset reason: ${wordings[failure.kind].reason}${detail}`;
}
