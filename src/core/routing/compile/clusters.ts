/** Clusters, made when a destination first asks for them. */
import type { PolicyBlocks } from '../../model/destination-rule.ts';
import type { Cluster } from '../table.ts';
import type { DestinationRules, MergedRule } from './destination-rules.ts';
import { type Memory, type RememberedCluster, remembering, type WantedCluster } from './memory.ts';
import { balanceOf, limitsOf, outlierOf, policyFor } from './policies.ts';
import { type FieldOf, message, type Problems } from './problems.ts';
import type { RegisteredPort, RegisteredService, Registry } from './registry.ts';

export interface Clusters {
  /**
   * Key of the cluster for a destination seen from a namespace. Where host, port or subset do not exist the key is given all
   * the same, without a cluster behind it: 503 NC.
   */
  keyFor(wanted: WantedCluster): string;
  ruleFor(host: string, viewer: string): MergedRule | undefined;
  table(): Readonly<Record<string, Cluster>>;
  /** What the next table may take over. */
  remembered(): ReadonlyMap<string, RememberedCluster>;
}

export interface ClusterSources {
  readonly registry: Registry;
  readonly rules: DestinationRules;
  readonly problems: Problems;
  readonly memory: Memory;
}

/** A namespace that no object is in: what it sees is what is visible everywhere. */
const ANYWHERE = '';

export function newClusters(sources: ClusterSources): Clusters {
  const byKey: Record<string, Cluster> = {};
  const used = new Map<string, RememberedCluster>();
  const views = new Map<string, View>();
  const viewOf = (host: string, viewer: string): View => {
    const key = `${viewer} ${host}`;
    let view = views.get(key);
    if (view === undefined) views.set(key, (view = lookAt(host, viewer, sources)));
    return view;
  };
  return {
    keyFor({ host, subset, port, viewer }) {
      const view = viewOf(host, viewer);
      const name = `outbound|${port}|${subset}|${host}`;
      const key = name + view.suffix;
      if (Object.hasOwn(byKey, key)) return key;
      const servicePort = view.service?.ports.get(port);
      const exists = subset === '' || view.rule?.subsets.has(subset) === true;
      if (view.service !== undefined && servicePort !== undefined && exists) {
        const parts = { name, subset, service: view.service, port: servicePort, rule: view.rule };
        const cluster = clusterOf(parts, sources.memory.clusters.get(key));
        used.set(key, cluster);
        byKey[key] = cluster.value;
        sources.problems.addAll(cluster.problems);
      }
      return key;
    },
    ruleFor: (host, viewer) => viewOf(host, viewer).rule,
    table: () => byKey,
    remembered: () => used,
  };
}

interface View {
  readonly service: RegisteredService | undefined;
  readonly rule: MergedRule | undefined;
  /** Behind the cluster's name where this namespace sees another rule than the rest. */
  readonly suffix: string;
}

function lookAt(host: string, viewer: string, { registry, rules }: ClusterSources): View {
  const service = registry.byHost.get(host);
  const named = service ?? { host, namespace: viewer };
  const rule = rules.find(named, viewer);
  const general = rules.find(named, ANYWHERE);
  return { service, rule, suffix: rule === general ? '' : `~${viewer}` };
}

interface ClusterParts {
  readonly name: string;
  readonly subset: string;
  readonly service: RegisteredService;
  readonly port: RegisteredPort;
  readonly rule: MergedRule | undefined;
}

/** The same object as in the last table where service, rule and pods are the same. */
function clusterOf(parts: ClusterParts, known: RememberedCluster | undefined): RememberedCluster {
  const { rule, service, port } = parts;
  const { endpoints } = port;
  const isSame = known?.rule === rule && known?.service.source === service.source && known?.endpoints === endpoints;
  if (known !== undefined && isSame) return known;
  return { ...remembering((problems) => buildCluster(parts, problems)), rule, service, endpoints };
}

function buildCluster({ name, subset, service, port, rule }: ClusterParts, problems: Problems): Cluster {
  const policy = policyFor(rule, subset, port.number);
  if (rule !== undefined) reportUnsupported(policy, rule, problems);
  const labels = Object.entries((subset === '' ? undefined : rule?.subsets.get(subset)?.labels) ?? {});
  const endpoints =
    labels.length === 0
      ? port.endpoints
      : port.endpoints.filter(({ workload }) => labels.every(([key, value]) => workload.labels[key] === value));
  const outlier = outlierOf(policy.outlierDetection);
  return {
    name,
    host: service.host,
    serviceName: service.name,
    serviceNamespace: service.namespace,
    port: port.number,
    subset,
    version: labels.find(([key]) => key === 'version')?.[1] ?? '',
    balance: balanceOf(policy.loadBalancer),
    endpoints,
    ...limitsOf(policy.connectionPool),
    ...(outlier === undefined ? {} : { outlier }),
  };
}

/** Blocks that this mesh does not act on, said once. */
function reportUnsupported(policy: PolicyBlocks, rule: MergedRule, problems: Problems): void {
  const field = 'spec.trafficPolicy';
  const { object } = rule;
  reportLoadBalancer(policy.loadBalancer, { object, field: `${field}.loadBalancer` }, problems);
  const mode = policy.tls?.mode;
  if (mode === 'SIMPLE' || mode === 'MUTUAL') {
    problems.error({ object, field: `${field}.tls` }, message('routing.upstreamTls', { mode }));
  }
  const report = (what: string, value: unknown, place = ''): void => {
    if (value === undefined) return;
    problems.notice({ object, field: `${field}.${place}${what}` }, message('routing.notHonoured', { what }));
  };
  for (const what of ['tunnel', 'proxyProtocol', 'retryBudget'] as const) report(what, rule.policy?.[what]);
  report('http2KeepAlive', policy.connectionPool?.http?.http2KeepAlive, 'connectionPool.http.');
  const codes = 'outlierDetectionHttpErrorCodes';
  report(codes, policy.outlierDetection?.[codes], 'outlierDetection.');
}

function reportLoadBalancer(
  loadBalancer: PolicyBlocks['loadBalancer'],
  { object, field }: FieldOf,
  problems: Problems,
): void {
  if (loadBalancer?.simple === 'PASSTHROUGH') {
    problems.error({ object, field: `${field}.simple` }, message('routing.notHonoured', { what: 'PASSTHROUGH' }));
  }
  if (loadBalancer?.warmup !== undefined || loadBalancer?.warmupDurationSecs !== undefined) {
    problems.notice({ object, field: `${field}.warmup` }, message('routing.notHonoured', { what: 'warmup' }));
  }
  for (const what of ['localityLbSetting', 'zoneAwareLbSetting'] as const) {
    if (loadBalancer?.[what] === undefined) continue;
    problems.notice({ object, field: `${field}.${what}` }, message('routing.notHonoured', { what }));
  }
}
