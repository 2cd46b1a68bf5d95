import type { Cluster, Endpoint, WorkloadIdentity } from '../../core/routing/table.ts';
import type { CountRow } from '../protocol.ts';
import { ArmStats } from './arm.ts';
import { type Edge, SeriesSet } from './series.ts';

/** More edges than this are not told apart any more: the labels of the rest say `unknown`. */
const MAX_EDGES = 20_000;

/** After this long without a request a pod that left is forgotten. */
const QUIET_MS = 3_600_000;

export interface ArmPlace {
  readonly caller: WorkloadIdentity;
  readonly cluster: Cluster;
  /** Absent where none could be chosen. */
  readonly endpoint: Endpoint | undefined;
  readonly protocol: CountRow['protocol'];
  readonly mirrored?: boolean;
}

const unknownWorkload: WorkloadIdentity = {
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  labels: {},
};

/** Every counter of a worker. */
export class StatsRegistry {
  private readonly sets = new Map<string, SeriesSet>();
  private readonly arms = new Map<string, ArmStats>();
  private readonly onFailure: () => void;

  constructor(onFailure: () => void) {
    this.onFailure = onFailure;
  }

  /** Slow: remember the answer. The same place gives the same arm. */
  arm(place: ArmPlace): ArmStats {
    const { caller, cluster, endpoint, protocol } = place;
    const destination = endpoint?.workload;
    const key = {
      source: caller,
      service: cluster.host,
      subset: cluster.subset,
      version: destination?.version ?? cluster.version,
      workload: destination?.workload ?? '',
      pod: endpoint?.pod ?? '',
      protocol,
      ...(place.mirrored === true ? { mirrored: true } : {}),
    };
    const name = JSON.stringify(key);
    let arm = this.arms.get(name);
    if (arm === undefined) {
      const service = {
        service: cluster.host,
        serviceName: cluster.serviceName,
        serviceNamespace: cluster.serviceNamespace,
      };
      const edge = { source: caller, destination, ...service };
      const series = {
        source: this.set({ reporter: 'source', ...edge }),
        destination: this.set({ reporter: 'destination', ...edge }),
      };
      arm = new ArmStats(key, series, this.onFailure);
      this.arms.set(name, arm);
    }
    return arm;
  }

  /** Series of requests that no cluster got: unknown host, no route. */
  nowhere(caller: WorkloadIdentity, service: string): SeriesSet {
    const [name = service, namespace = 'unknown'] = service.split('.');
    return this.set({
      reporter: 'source',
      source: caller,
      destination: undefined,
      service,
      serviceName: name,
      serviceNamespace: namespace,
    });
  }

  private set(edge: Edge): SeriesSet {
    const name = JSON.stringify(edge);
    const known = this.sets.get(name);
    if (known !== undefined) return known;
    if (this.sets.size >= MAX_EDGES && edge.source !== unknownWorkload) {
      return this.set({
        reporter: edge.reporter,
        source: unknownWorkload,
        destination: undefined,
        service: 'unknown',
        serviceName: 'unknown',
        serviceNamespace: 'unknown',
      });
    }
    const set = new SeriesSet(edge);
    this.sets.set(name, set);
    return set;
  }

  /** Rows that changed since the last call. */
  takeChanged(): CountRow[] {
    const rows: CountRow[] = [];
    for (const arm of this.arms.values()) {
      if (!arm.dirty) continue;
      arm.dirty = false;
      rows.push(arm.row());
    }
    return rows;
  }

  /** All rows that ever counted: what a control plane that just connected needs. */
  allRows(): CountRow[] {
    return Array.from(this.arms.values(), (arm) => arm.row()).filter(
      ({ requests, lastSentAt }) => requests + lastSentAt > 0,
    );
  }

  /**
   * Forgets pods that are in no table any more and have been quiet for long: a worker runs for months, pods come and go.
   * `pods` are those of the table in force.
   */
  forget(pods: ReadonlySet<string>, now: number): void {
    for (const [name, arm] of this.arms) {
      const quiet = now - arm.lastSentAt > QUIET_MS && !arm.dirty;
      if (arm.key.pod !== '' && quiet && !pods.has(arm.key.pod)) this.arms.delete(name);
    }
    const used = new Set([...this.arms.values()].flatMap((arm) => arm.sets()));
    for (const [name, set] of this.sets) {
      if (set.edge.destination !== undefined && !used.has(set)) this.sets.delete(name);
    }
  }

  series(): Iterable<SeriesSet> {
    return this.sets.values();
  }
}
