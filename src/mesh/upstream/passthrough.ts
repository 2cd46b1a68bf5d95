import type { Cluster } from '../../core/routing/table.ts';
import { splitAuthority } from '../../core/routing/choose.ts';
import { ClusterState } from './cluster-state.ts';

/** Hosts beyond this number push the oldest out. */
const MAX_HOSTS = 256;

/** Clusters for hosts that no table knows: the host itself is the only endpoint. */
export class PassthroughClusters {
  private readonly known = new Map<string, ClusterState>();
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** Undefined where the authority is no host. */
  of(authority: string): ClusterState | undefined {
    const { host, port = 80 } = splitAuthority(authority);
    if (host === '' || port < 1 || port > 65_535) return undefined;
    const key = `${host}:${port}`;
    let state = this.known.get(key);
    if (state === undefined) {
      state = new ClusterState(passthroughCluster(host.replace(/^\[|\]$/g, ''), port), this.random);
      this.known.set(key, state);
      this.forgetOldest();
    }
    return state;
  }

  private forgetOldest(): void {
    if (this.known.size <= MAX_HOSTS) return;
    for (const [key, state] of this.known) {
      this.known.delete(key);
      state.retire();
      return;
    }
  }

  sweep(now: number): void {
    for (const state of this.known.values()) state.sweep(now);
  }

  close(): void {
    for (const state of this.known.values()) state.retire();
  }
}

/** Counted under Istio's name for it, whatever the host, so that clients cannot invent series. */
function passthroughCluster(host: string, port: number): Cluster {
  const nobody = { workload: 'unknown', namespace: 'unknown', app: 'unknown', version: 'unknown', labels: {} };
  return {
    name: 'PassthroughCluster',
    host: 'PassthroughCluster',
    serviceName: 'PassthroughCluster',
    serviceNamespace: 'unknown',
    port,
    subset: '',
    version: '',
    balance: { kind: 'leastRequest' },
    connectTimeoutMs: 10_000,
    endpoints: [{ address: host, port, pod: '', workload: nobody }],
  };
}
