import { prepareTable, type PreparedListener, type PreparedTable } from '../core/routing/prepare.ts';
import type { Cluster, RoutingTable, WorkloadIdentity } from '../core/routing/table.ts';
import type { ConnectionTimeouts } from './listener/client-connection.ts';
import { HttpListener } from './listener/http-listener.ts';
import { TcpListener } from './listener/tcp-listener.ts';
import type { OpenListener } from './listener/open-listener.ts';
import { followClock, moment } from './moment.ts';
import type { Ack } from './protocol.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import type { AccessLog } from './stats/access-log.ts';
import type { StatsRegistry } from './stats/registry.ts';
import { ClusterState } from './upstream/cluster-state.ts';
import { PassthroughClusters } from './upstream/passthrough.ts';

export interface MeshOptions {
  readonly stats: StatsRegistry;
  readonly log?: AccessLog;
  /** In [0, 1); `Math.random` in production. */
  readonly random: () => number;
  readonly hostname: string;
  readonly timeouts: ConnectionTimeouts;
}

type Problems = Ack['problems'];
const SWEEP_MS = 1000;
const FORGET_MS = 600_000;

/** The data plane of one worker: its listeners, its clusters and the table in force. */
export class Mesh {
  version = 0;
  private readonly options: MeshOptions;
  private readonly runtime: Runtime;
  private readonly listeners = new Map<string, OpenListener>();
  private readonly leaving = new Set<OpenListener>();
  private readonly clusters = new Map<string, ClusterState>();
  private readonly passthrough: PassthroughClusters;
  /** Connections of closed listeners still ask for clusters of tables before this one. */
  private readonly byCluster = new WeakMap<Cluster, ClusterState>();
  private readonly callers = new Map<string, WorkloadIdentity>();
  private readonly sweeper: NodeJS.Timeout;
  private prepared: PreparedTable | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private forgetAt: number = FORGET_MS;
  private closed = false;

  constructor(options: MeshOptions) {
    this.options = options;
    this.passthrough = new PassthroughClusters(options.random);
    this.runtime = createRuntime({
      stats: options.stats,
      log: options.log,
      random: options.random,
      clusterOf: (cluster) => this.clusterOf(cluster),
      passthrough: (authority) => this.passthrough.of(authority),
    });
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.sweeper.unref();
  }

  /**
   * Puts a table in force: requests that begin afterwards follow it, what is in flight ends as it began. Tables are taken
   * one after the other. Resolves with the listeners that could not be opened.
   */
  apply(table: RoutingTable): Promise<Problems> {
    const applied = this.queue.then(() => this.swap(table));
    this.queue = applied.catch(() => undefined);
    return applied;
  }

  private async swap(table: RoutingTable): Promise<Problems> {
    const prepared = prepareTable(table, this.prepared);
    this.takeClusters(table);
    const fresh: [string, OpenListener][] = [];
    for (const [id, listener] of prepared.listeners) {
      const open = this.listeners.get(id);
      if (open !== undefined && isSameSocket(this.prepared?.listeners.get(id), listener)) open.update(listener);
      else fresh.push([id, this.openListener(listener)]);
    }
    this.dropListeners(prepared, fresh);
    this.prepared = prepared;
    this.version = table.version;
    const problems = await Promise.all(fresh.map(([id, listener]) => this.listen(id, listener)));
    return problems.filter((problem) => problem !== undefined);
  }

  private takeClusters(table: RoutingTable): void {
    for (const [key, cluster] of Object.entries(table.clusters)) {
      let state = this.clusters.get(key);
      if (state === undefined) this.clusters.set(key, (state = new ClusterState(cluster, this.options.random)));
      else if (this.byCluster.get(cluster) !== state) state.update(cluster);
      this.byCluster.set(cluster, state);
    }
    for (const [key, state] of this.clusters) {
      if (Object.hasOwn(table.clusters, key)) continue;
      state.retire();
      this.clusters.delete(key);
    }
  }

  private clusterOf(cluster: Cluster): ClusterState {
    const state = this.byCluster.get(cluster);
    if (state === undefined) throw new TypeError(`cluster ${cluster.name} is not in the table in force`);
    return state;
  }

  private openListener(prepared: PreparedListener): OpenListener {
    const { caller } = prepared.listener;
    const who = { caller: this.callerOf(caller), hostname: this.options.hostname, timeouts: this.options.timeouts };
    if (prepared.listener.protocol === 'tcp') return new TcpListener(this.runtime, prepared, who.caller);
    return new HttpListener(this.runtime, prepared, who);
  }

  /** Equal callers are one object, so that counters are found by it. */
  private callerOf(caller: WorkloadIdentity): WorkloadIdentity {
    const key = JSON.stringify(caller);
    const known = this.callers.get(key);
    if (known !== undefined) return known;
    this.callers.set(key, caller);
    return caller;
  }

  private dropListeners(prepared: PreparedTable, fresh: readonly (readonly [string, OpenListener])[]): void {
    const replaced = new Set(fresh.map(([id]) => id));
    for (const [id, listener] of this.listeners) {
      if (prepared.listeners.has(id) && !replaced.has(id)) continue;
      this.listeners.delete(id);
      listener.close();
      if (listener.openConnections > 0) this.leaving.add(listener);
    }
  }

  private async listen(id: string, listener: OpenListener): Promise<Problems[number] | undefined> {
    this.listeners.set(id, listener);
    try {
      await listener.listen();
      return undefined;
    } catch (error) {
      this.listeners.delete(id);
      return { listener: id, message: error instanceof Error ? error.message : String(error) };
    }
  }

  private sweep(): void {
    followClock();
    const { now } = moment;
    for (const listener of [...this.listeners.values(), ...this.leaving]) {
      listener.sweep(now);
      if (listener.openConnections === 0) this.leaving.delete(listener);
    }
    for (const cluster of this.clusters.values()) cluster.sweep(now);
    this.passthrough.sweep(now);
    if (now > this.forgetAt) {
      this.forgetAt = now + FORGET_MS;
      this.options.stats.forget(this.pods(), Date.now());
    }
  }

  private pods(): ReadonlySet<string> {
    const clusters = Object.values(this.prepared?.table.clusters ?? {});
    return new Set(clusters.flatMap(({ endpoints }) => endpoints.map(({ pod }) => pod)));
  }

  /** Stops accepting; resolves when the last connection ended, or after `withinMs` when the rest was cut. */
  async drain(withinMs: number): Promise<void> {
    await this.queue;
    const all = [...this.listeners.values(), ...this.leaving];
    for (const listener of all) listener.close();
    const until = performance.now() + withinMs;
    while (all.some(({ openConnections }) => openConnections > 0) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.sweeper);
    for (const listener of [...this.listeners.values(), ...this.leaving]) listener.destroy();
    for (const cluster of this.clusters.values()) cluster.retire();
    this.passthrough.close();
  }
}

/** A listener keeps its socket unless it changed what it is. */
function isSameSocket(before: PreparedListener | undefined, after: PreparedListener): boolean {
  if (before?.listener === after.listener) return true;
  return (
    before !== undefined &&
    before.listener.protocol === after.listener.protocol &&
    before.listener.kind === after.listener.kind &&
    JSON.stringify(before.listener.caller) === JSON.stringify(after.listener.caller)
  );
}
