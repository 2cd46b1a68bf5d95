/** Traffic policies: which one holds for a subset and port, and what it means for a cluster (istio `MergeSubsetTrafficPolicy`). */
import type {
  ConsistentHash,
  LoadBalancerSettings,
  OutlierDetection,
  PolicyBlocks,
  TrafficPolicy,
} from '../../model/destination-rule.ts';
import { parseDuration } from '../duration.ts';
import type { BalancePolicy, Cluster, HashPolicy, OutlierPolicy } from '../table.ts';
import { optional } from './optional.ts';
import type { MergedRule } from './destination-rules.ts';

/** The blocks in force for one port of one subset (`''` = the service as a whole). */
export function policyFor(rule: MergedRule | undefined, subset: string, port: number): PolicyBlocks {
  if (rule === undefined) return {};
  const top = overlay({}, rule.policy, port);
  return subset === '' ? top : overlay(top, rule.subsets.get(subset)?.trafficPolicy, port);
}

/** Block by block; a port-level entry replaces all blocks, also with nothing. */
function overlay(base: PolicyBlocks, policy: TrafficPolicy | undefined, port: number): PolicyBlocks {
  if (policy === undefined) return base;
  const forPort = policy.portLevelSettings?.find((setting) => setting.port.number === port);
  if (forPort !== undefined) return forPort;
  return { ...base, ...blocksOf(policy) };
}

function blocksOf(policy: PolicyBlocks): PolicyBlocks {
  const { loadBalancer, connectionPool, outlierDetection, tls } = policy;
  return {
    ...(loadBalancer === undefined ? {} : { loadBalancer }),
    ...(connectionPool === undefined ? {} : { connectionPool }),
    ...(outlierDetection === undefined ? {} : { outlierDetection }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** Envoy's and Istio's defaults where the policy is silent. */
export function balanceOf(settings: LoadBalancerSettings | undefined): BalancePolicy {
  const hash = settings?.consistentHash;
  if (hash !== undefined) {
    if (hash.maglev !== undefined) return { kind: 'maglev', tableSize: positive(hash.maglev.tableSize) ?? 65_537 };
    const size = positive(hash.ringHash?.minimumRingSize) ?? positive(hash.minimumRingSize);
    return { kind: 'ringHash', minimumSize: size ?? 1024 };
  }
  if (settings?.simple === 'ROUND_ROBIN') return { kind: 'roundRobin' };
  return { kind: settings?.simple === 'RANDOM' ? 'random' : 'leastRequest' };
}

type Limits = Pick<
  Cluster,
  | 'connectTimeoutMs'
  | 'maxConnections'
  | 'maxPendingRequests'
  | 'maxRequests'
  | 'maxRetries'
  | 'maxRequestsPerConnection'
  | 'idleTimeoutMs'
>;

/** 0 means unset. */
export function limitsOf(pool: PolicyBlocks['connectionPool']): Limits {
  const { tcp = {}, http = {} } = pool ?? {};
  return {
    connectTimeoutMs: durationOf(tcp.connectTimeout) ?? 10_000,
    ...optional('maxConnections', positive(tcp.maxConnections)),
    ...optional('maxPendingRequests', positive(http.http1MaxPendingRequests)),
    ...optional('maxRequests', positive(http.http2MaxRequests)),
    ...optional('maxRetries', positive(http.maxRetries)),
    ...optional('maxRequestsPerConnection', positive(http.maxRequestsPerConnection)),
    ...optional('idleTimeoutMs', durationOf(http.idleTimeout) ?? durationOf(tcp.idleTimeout)),
  };
}

export function outlierOf(detection: OutlierDetection | undefined): OutlierPolicy | undefined {
  if (detection === undefined) return undefined;
  return {
    consecutive5xx: detection.consecutive5xxErrors ?? 5,
    consecutiveGatewayErrors: detection.consecutiveGatewayErrors ?? detection.consecutiveErrors ?? 0,
    intervalMs: durationOf(detection.interval) ?? 10_000,
    baseEjectionMs: durationOf(detection.baseEjectionTime) ?? 30_000,
    maxEjectionPct: positive(detection.maxEjectionPercent) ?? 10,
    minHealthPct: detection.minHealthPercent ?? 0,
  };
}

/**
 * Key of consistent hashing for a destination of a rule: subset and port, subset, port, whole rule. A port-level setting counts
 * only where the destination names the port (as recorded from istiod).
 */
export function hashOfDestination(
  rule: MergedRule | undefined,
  destination: { readonly subset: string; readonly namedPort: number | undefined },
): HashPolicy | undefined {
  if (rule === undefined) return undefined;
  const subset = rule.subsets.get(destination.subset)?.trafficPolicy;
  const onPort = (policy: TrafficPolicy | undefined): ConsistentHash | undefined =>
    destination.namedPort === undefined
      ? undefined
      : policy?.portLevelSettings?.find(({ port }) => port.number === destination.namedPort)?.loadBalancer
          ?.consistentHash;
  const hash =
    onPort(subset) ??
    subset?.loadBalancer?.consistentHash ??
    onPort(rule.policy) ??
    rule.policy?.loadBalancer?.consistentHash;
  return hash === undefined ? undefined : hashPolicy(hash);
}

/** The policy of the service's port itself, for hosts without a VirtualService. */
export function hashOfService(rule: MergedRule | undefined, port: number): HashPolicy | undefined {
  const hash = policyFor(rule, '', port).loadBalancer?.consistentHash;
  return hash === undefined ? undefined : hashPolicy(hash);
}

function hashPolicy(hash: ConsistentHash): HashPolicy | undefined {
  if (hash.httpHeaderName !== undefined) return { header: hash.httpHeaderName.toLowerCase() };
  if (hash.httpQueryParameterName !== undefined) return { query: hash.httpQueryParameterName };
  if (hash.useSourceIp === true) return { sourceAddress: true };
  const cookie = hash.httpCookie;
  if (cookie === undefined) return undefined;
  const attributes = cookie.attributes?.map(({ name, value }) => [name, value ?? ''] as const);
  return {
    cookie: {
      name: cookie.name,
      ...optional('path', cookie.path),
      ...optional('ttlMs', durationOf(cookie.ttl)),
      ...optional('attributes', attributes),
    },
  };
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value <= 0 ? undefined : value;
}

function durationOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
