import { z } from 'zod';
import type {
  ClientTlsSettings,
  ConnectionPoolSettings,
  ConsistentHash,
  DestinationRuleSpec,
  HttpCookieHash,
  LoadBalancerSettings,
  OutlierDetection,
  PolicyBlocks,
  Subset,
  TrafficPolicy,
} from '../destination-rule.ts';
import { duration, durationOrZero, exportTo, host } from './istio-values.ts';
import { expecting, given, requireOne, requireUnique, strict, withRules } from './strict.ts';
import type { Check } from './strict.ts';
import {
  anything,
  between,
  count,
  dnsLabel,
  flag,
  labels,
  nonEmpty,
  oneOf,
  portNumber,
  text,
  texts,
} from './values.ts';

type Of<T, K extends keyof T> = NonNullable<T[K]>;

const cookie: z.ZodType<HttpCookieHash> = strict<HttpCookieHash>(
  { name: nonEmpty },
  {
    path: text,
    ttl: durationOrZero,
    attributes: z.array(strict<Of<HttpCookieHash, 'attributes'>[number]>({ name: nonEmpty }, { value: text })),
  },
);

/** Envoy's limit for maglev tables, which must be prime. */
const LARGEST_MAGLEV = 5_000_011;

function isPrime(value: number): boolean {
  if (value < 2) return false;
  for (let factor = 2; factor * factor <= value; factor += 1) if (value % factor === 0) return false;
  return true;
}

const tableSize = expecting(
  count,
  { key: 'manifest.expect.prime', params: { max: LARGEST_MAGLEV } },
  (value) => value === 0 || (value < LARGEST_MAGLEV && isPrime(value)),
);

const consistentHash: z.ZodType<ConsistentHash> = withRules(
  strict<ConsistentHash>(
    {},
    {
      httpHeaderName: nonEmpty,
      httpCookie: cookie,
      useSourceIp: flag,
      httpQueryParameterName: nonEmpty,
      ringHash: strict<Of<ConsistentHash, 'ringHash'>>({}, { minimumRingSize: count }),
      maglev: strict<Of<ConsistentHash, 'maglev'>>({}, { tableSize }),
      minimumRingSize: count,
    },
  ),
  (value, check) => {
    const keys = ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'] as const;
    requireOne(value, check, { of: keys, needed: true });
    requireOne(value, check, { of: ['ringHash', 'maglev'], needed: false });
  },
);

const locality = withRules<Of<LoadBalancerSettings, 'localityLbSetting'>>(
  z.strictObject({
    distribute: z.exactOptional(z.array(z.strictObject({ from: text, to: z.record(text, count) }))),
    failover: z.exactOptional(z.array(z.strictObject({ from: text, to: text }))),
    failoverPriority: z.exactOptional(texts),
    enabled: z.exactOptional(flag),
  }),
  (value, check) => requireOne(value, check, { of: ['distribute', 'failover'], needed: false }),
);

const loadBalancer: z.ZodType<LoadBalancerSettings> = withRules(
  strict<LoadBalancerSettings>(
    {},
    {
      simple: oneOf('UNSPECIFIED', 'LEAST_REQUEST', 'LEAST_CONN', 'ROUND_ROBIN', 'RANDOM', 'PASSTHROUGH'),
      consistentHash,
      localityLbSetting: locality,
      warmup: strict<Of<LoadBalancerSettings, 'warmup'>>(
        { duration },
        { minimumPercent: between(0, 100), aggression: between(1, Number.MAX_SAFE_INTEGER) },
      ),
      warmupDurationSecs: duration,
      zoneAwareLbSetting: anything,
    },
  ),
  (value, check) => requireOne(value, check, { of: ['simple', 'consistentHash'], needed: false }),
);

type Pool = ConnectionPoolSettings;

const connectionPool: z.ZodType<Pool> = withRules(
  strict<Pool>(
    {},
    {
      tcp: strict<Of<Pool, 'tcp'>>(
        {},
        {
          maxConnections: count,
          connectTimeout: duration,
          idleTimeout: duration,
          maxConnectionDuration: duration,
          tcpKeepalive: z.strictObject({
            probes: z.exactOptional(count),
            time: z.exactOptional(duration),
            interval: z.exactOptional(duration),
          }),
        },
      ),
      http: strict<Of<Pool, 'http'>>(
        {},
        {
          http1MaxPendingRequests: count,
          http2MaxRequests: count,
          maxRequestsPerConnection: count,
          maxRetries: count,
          idleTimeout: duration,
          h2UpgradePolicy: oneOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
          useClientProtocol: flag,
          maxConcurrentStreams: count,
          http2KeepAlive: anything,
        },
      ),
    },
  ),
  (value, check) => {
    if (given(value, ['tcp', 'http']).length === 0) {
      check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: 'tcp, http' } } });
    }
    if (value.http?.h2UpgradePolicy === 'UPGRADE' && value.http.useClientProtocol === true) {
      const fields = 'h2UpgradePolicy, useClientProtocol';
      check.refuse({ text: { key: 'manifest.exclusive', params: { fields } } }, ['http', 'useClientProtocol']);
    }
  },
);

const outlier: z.ZodType<OutlierDetection> = withRules(
  strict<OutlierDetection>(
    {},
    {
      consecutive5xxErrors: count,
      consecutiveGatewayErrors: count,
      consecutiveErrors: count,
      consecutiveLocalOriginFailures: count,
      splitExternalLocalOriginErrors: flag,
      interval: duration,
      baseEjectionTime: duration,
      maxEjectionPercent: between(0, 100),
      minHealthPercent: between(0, 100),
      outlierDetectionHttpErrorCodes: anything,
    },
  ),
  (value, check) => {
    const hasLocal = (value.consecutiveLocalOriginFailures ?? 0) > 0;
    if (hasLocal && value.splitExternalLocalOriginErrors !== true) {
      check.refuse({ text: { key: 'manifest.localOriginSplit' } }, ['consecutiveLocalOriginFailures']);
    }
  },
);

const tls: z.ZodType<ClientTlsSettings> = withRules(
  strict<ClientTlsSettings>(
    {},
    {
      mode: oneOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
      clientCertificate: text,
      privateKey: text,
      caCertificates: text,
      credentialName: text,
      subjectAltNames: texts,
      sni: text,
      insecureSkipVerify: flag,
      caCrl: text,
    },
  ),
  (value, check) => {
    if (value.mode !== 'MUTUAL' || value.credentialName !== undefined) return;
    for (const field of ['clientCertificate', 'privateKey'] as const) {
      if (value[field] === undefined) check.refuse({ text: { key: 'manifest.missing' } }, [field]);
    }
  },
);

const blocks = { loadBalancer, connectionPool, outlierDetection: outlier, tls };
const blockNames = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'] as const;

type PortPolicy = PolicyBlocks & { readonly port: { readonly number: number } };

const portPolicy: z.ZodType<PortPolicy> = withRules(
  strict<PortPolicy>({ port: strict<PortPolicy['port']>({ number: portNumber }, {}) }, blocks),
  (value, check) => requireBlock(given(value, blockNames), check),
);

function requireBlock(found: readonly string[], check: Check): void {
  if (found.length > 0) return;
  check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: blockNames.join(', ') } } });
}

const trafficPolicy: z.ZodType<TrafficPolicy> = withRules(
  strict<TrafficPolicy>(
    {},
    {
      ...blocks,
      portLevelSettings: z.array(portPolicy),
      tunnel: z.strictObject({ protocol: z.exactOptional(text), targetHost: nonEmpty, targetPort: portNumber }),
      proxyProtocol: z.strictObject({ version: z.exactOptional(oneOf('V1', 'V2')) }),
      retryBudget: strict<Of<TrafficPolicy, 'retryBudget'>>(
        {},
        { percent: between(0, 100), minRetryConcurrency: count, budgetInterval: duration },
      ),
    },
  ),
  (value, check) => {
    requireOne(value, check, { of: ['tunnel', 'proxyProtocol'], needed: false });
    requireBlock(given(value, [...blockNames, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget']), check);
  },
);

const subset: z.ZodType<Subset> = strict<Subset>({ name: dnsLabel }, { labels, trafficPolicy });

export const destinationRuleSpec: z.ZodType<DestinationRuleSpec> = withRules(
  strict<DestinationRuleSpec>(
    { host },
    {
      subsets: z.array(subset),
      trafficPolicy,
      exportTo,
      workloadSelector: strict<Of<DestinationRuleSpec, 'workloadSelector'>>({}, { matchLabels: labels }),
    },
  ),
  (value, check) => {
    requireUnique(value.subsets, check, { field: 'subsets', nameOf: (one) => one.name, key: 'name' });
    const isPrivate = (value.exportTo ?? ['.']).every((name) => name === '.');
    if (value.workloadSelector !== undefined && !isPrivate) {
      check.refuse({ text: { key: 'manifest.selectorPrivate' } }, ['exportTo']);
    }
  },
);
