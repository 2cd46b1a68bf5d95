import type { OutlierPolicy } from '../../core/routing/table.ts';

/** What ejection knows of a host. Times are monotonic milliseconds. */
export interface Watched {
  failuresInRow: number;
  gatewayFailuresInRow: number;
  /** How often it was ejected; goes down while it stays well. */
  ejections: number;
  /** 0 = not ejected. */
  ejectedUntil: number;
}

/** Envoy `max_ejection_time`. */
const LONGEST_EJECTION_MS = 300_000;

/** Takes one answer into account; true where the host must be ejected now. Status 0 = no answer, which is a gateway error. */
export function observeAnswer(policy: OutlierPolicy, host: Watched, status: number): boolean {
  const failed = status === 0 || status >= 500;
  const gateway = status === 0 || status === 502 || status === 503 || status === 504;
  host.failuresInRow = failed ? host.failuresInRow + 1 : 0;
  host.gatewayFailuresInRow = gateway ? host.gatewayFailuresInRow + 1 : 0;
  return (
    (policy.consecutive5xx > 0 && host.failuresInRow >= policy.consecutive5xx) ||
    (policy.consecutiveGatewayErrors > 0 && host.gatewayFailuresInRow >= policy.consecutiveGatewayErrors)
  );
}

/** Ejects unless too many are out already: with three hosts and 10 percent nobody ever is (as recorded from Envoy). */
export function eject<H extends Watched>(
  policy: OutlierPolicy,
  hosts: readonly H[],
  at: { readonly host: H; readonly now: number },
): boolean {
  const { host, now } = at;
  if (host.ejectedUntil > now) return false;
  const out = hosts.filter(({ ejectedUntil }) => ejectedUntil > now).length;
  if (((out + 1) / hosts.length) * 100 > policy.maxEjectionPct) return false;
  host.ejections++;
  const cap = Math.max(LONGEST_EJECTION_MS, policy.baseEjectionMs);
  host.ejectedUntil = now + Math.min(policy.baseEjectionMs * host.ejections, cap);
  host.failuresInRow = host.gatewayFailuresInRow = 0;
  return true;
}

/** One look per interval: who served its time comes back, who stayed well is forgiven. True where anything changed. */
export function review(hosts: readonly Watched[], now: number): boolean {
  let changed = false;
  for (const host of hosts) {
    if (host.ejectedUntil === 0) {
      if (host.ejections > 0) host.ejections--;
    } else if (host.ejectedUntil <= now) {
      host.ejectedUntil = 0;
      changed = true;
    }
  }
  return changed;
}
