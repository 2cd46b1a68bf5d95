import type { Cluster } from '../core/routing/table.ts';
import { onBug } from './bug.ts';
import { RequestHead } from './codec/request-head.ts';
import { Composer } from './composer.ts';
import { ComposerPool } from './composer-pool.ts';
import { wallMoment } from './moment.ts';
import { LiveRequest } from './request/live-request.ts';
import type { AccessLog } from './stats/access-log.ts';
import type { StatsRegistry } from './stats/registry.ts';
import type { ClusterState } from './upstream/cluster-state.ts';

/** What every connection of a worker shares. One thread, so nothing is locked. */
export interface Runtime {
  readonly out: Composer;
  /** Composers of requests under way. */
  readonly requests: ComposerPool;
  readonly head: RequestHead;
  readonly live: LiveRequest;
  readonly stats: StatsRegistry;
  readonly log: AccessLog | undefined;
  readonly random: () => number;
  /** `Date` header of now. */
  readonly date: () => string;
  readonly clusterOf: (cluster: Cluster) => ClusterState;
  /** The cluster of a host that no table knows (`PassthroughCluster`). */
  readonly passthrough: (authority: string) => ClusterState | undefined;
}

export type RuntimeParts = Pick<Runtime, 'stats' | 'log' | 'random' | 'clusterOf' | 'passthrough'>;

export function createRuntime(parts: RuntimeParts): Runtime {
  const head = new RequestHead();
  let second = 0;
  let date = '';
  const out = new Composer();
  onBug(() => out.drop());
  return {
    ...parts,
    out,
    requests: new ComposerPool(),
    head,
    live: new LiveRequest(head),
    date: () => {
      const now = wallMoment();
      if (now - second >= 1000) {
        second = now - (now % 1000);
        date = new Date(second).toUTCString();
      }
      return date;
    },
  };
}
