/** Kinds that others have and Serin has not: which it knows, and what to do instead. */
import type { Message } from '../../../texts/catalogue.ts';
import { groupOf, kinds } from '../kinds.ts';
import type { KindNames } from '../kinds.ts';
import type { Flaw } from './explain.ts';
import { foundText } from './problem.ts';
import { nearest } from './suggest.ts';

type Remedy = Message['key'];

/** Kinds of Kubernetes, Istio, the Gateway API and release tools that people's files hold, by what to do about them. */
const foreign: readonly (readonly [Remedy, string])[] = [
  ['manifest.instead.routes', 'Ingress IngressRoute HTTPRoute GRPCRoute TCPRoute TLSRoute GatewayClass'],
  ['manifest.instead.deployment', 'StatefulSet DaemonSet Job CronJob ReplicationController'],
  ['manifest.instead.replicas', 'HorizontalPodAutoscaler VerticalPodAutoscaler ScaledObject'],
  ['manifest.instead.volume', 'PersistentVolumeClaim PersistentVolume StorageClass'],
  ['manifest.instead.release', 'Rollout Canary AnalysisTemplate Experiment'],
  ['manifest.instead.subsets', 'Endpoints'],
  [
    'manifest.instead.cluster',
    'Role RoleBinding ClusterRole ClusterRoleBinding NetworkPolicy PodDisruptionBudget PodSecurityPolicy ResourceQuota ' +
      'LimitRange PriorityClass IngressClass CustomResourceDefinition Node',
  ],
  [
    'manifest.instead.mesh',
    'ServiceEntry WorkloadEntry WorkloadGroup Sidecar EnvoyFilter WasmPlugin ProxyConfig Telemetry PeerAuthentication ' +
      'RequestAuthentication AuthorizationPolicy',
  ],
];

const remedies: ReadonlyMap<string, Remedy> = new Map(
  foreign.flatMap(([remedy, names]) => names.split(' ').map((name) => [name, remedy] as const)),
);

/** Kinds that people write; the others come from Serin itself. */
const made: readonly string[] = ['Event', 'EndpointSlice', 'Run', 'Command'];
const written: readonly string[] = kinds.map(({ kind }) => kind).filter((kind) => !made.includes(kind));

export function unknownKind(kind: unknown): Flaw {
  const name = typeof kind === 'string' ? kind : foundText(kind);
  const known = kinds.map((names) => names.kind);
  const guess = typeof kind === 'string' ? nearest(kind, known) : undefined;
  const instead = remedies.get(name);
  return {
    path: ['kind'],
    text: { key: 'manifest.unknownKind', params: { kind: name } },
    expected: { key: 'manifest.expect.oneOf', params: { values: written.join(', ') } },
    found: foundText(kind),
    remedy:
      instead === undefined && guess !== undefined
        ? { key: 'manifest.didYouMean', params: { word: guess } }
        : { key: instead ?? 'manifest.instead.leaveOut', params: { kind: name } },
  };
}

/** A known kind under an apiVersion that is none of its own. */
export function unknownVersion(names: KindNames, apiVersion: unknown): Flaw {
  const versions = [names.apiVersion, ...names.otherVersions];
  const { kind } = names;
  const known = {
    path: ['apiVersion'],
    expected: { key: 'manifest.expect.oneOf', params: { values: versions.join(', ') } },
    found: foundText(apiVersion),
  } as const;
  const group = typeof apiVersion === 'string' ? groupOf(apiVersion) : '';
  if (group === '' || versions.some((version) => groupOf(version) === group)) {
    return { ...known, text: { key: 'manifest.unknownVersion', params: { kind } } };
  }
  const remedy = group === 'gateway.networking.k8s.io' ? 'manifest.instead.routes' : 'manifest.instead.leaveOut';
  return {
    ...known,
    text: { key: 'manifest.otherGroup', params: { kind, group } },
    remedy: { key: remedy, params: { kind: `${kind}.${group}` } },
  };
}
