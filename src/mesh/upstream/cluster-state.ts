import type { Cluster, Endpoint } from '../../core/routing/table.ts';
import { type Balancer, makeBalancer } from '../balance/balancer.ts';
import { eject, observeAnswer, review } from '../balance/outlier.ts';
import { type ArmSlots, newArmSlots } from '../stats/arm-slots.ts';
import { moment } from '../moment.ts';
import { EndpointState, type SharedLimits, type SharedUse } from './endpoint-state.ts';

/** Envoy's default for idle upstream connections. */
const IDLE_TIMEOUT_MS = 3_600_000;
/** Times that another host is asked for before a host that failed already is taken again (istio `RetryPolicy`). */
const HOST_SELECTION_ATTEMPTS = 5;

/** What lives longer than one table: the connections and the health of a cluster's endpoints. */
export class ClusterState {
  cluster: Cluster;
  readonly use: SharedUse = { connections: 0, pending: 0, requests: 0, retries: 0 };
  readonly arms: ArmSlots = newArmSlots();
  private limits: SharedLimits;
  private endpoints: readonly EndpointState[] = [];
  private readonly byName = new Map<string, EndpointState>();
  private healthy: readonly EndpointState[] = [];
  private balancer: Balancer<EndpointState> | undefined;
  private nextReview = 0;
  private readonly random: () => number;

  constructor(cluster: Cluster, random: () => number) {
    this.random = random;
    this.cluster = cluster;
    this.limits = limitsOf(cluster);
    this.update(cluster);
  }

  /** Takes over a new version of the cluster. Endpoints that stay keep their connections. */
  update(cluster: Cluster): void {
    if (cluster === this.cluster && this.endpoints.length > 0) return;
    const samePolicy = JSON.stringify(cluster.balance) === JSON.stringify(this.cluster.balance);
    const before = this.endpoints;
    this.cluster = cluster;
    this.limits = limitsOf(cluster);
    this.endpoints = cluster.endpoints.map((endpoint) => this.endpointFor(endpoint));
    const now = new Set(this.endpoints);
    for (const gone of before) {
      if (now.has(gone)) continue;
      this.byName.delete(gone.name);
      gone.retire();
    }
    if (!samePolicy || before.length !== now.size || before.some((endpoint) => !now.has(endpoint))) this.rebalance();
  }

  private endpointFor(endpoint: Endpoint): EndpointState {
    // A pod that took over the address of another one is another endpoint.
    const name = `${endpoint.address}:${endpoint.port}/${endpoint.pod}`;
    const known = this.byName.get(name);
    if (known !== undefined) {
      known.endpoint = endpoint;
      known.limits = this.limits;
      return known;
    }
    const fresh = new EndpointState(name, endpoint, { limits: this.limits, use: this.use });
    this.byName.set(name, fresh);
    return fresh;
  }

  private rebalance(): void {
    const well = this.endpoints.filter(({ ejectedUntil }) => ejectedUntil === 0);
    // Panic: with too few left, everybody is asked again.
    const enough = well.length * 100 >= (this.cluster.outlier?.minHealthPct ?? 0) * this.endpoints.length;
    const healthy = enough ? well : this.endpoints;
    this.healthy = healthy;
    const start = Math.floor(this.random() * 1024);
    this.balancer = healthy.length === 0 ? undefined : makeBalancer(this.cluster.balance, healthy, start);
  }

  /** An endpoint for one try; undefined = none is healthy. `key` decides where the policy hashes. `avoid` are the hosts of earlier tries. */
  pick(key: string | undefined, avoid?: readonly EndpointState[]): EndpointState | undefined {
    const { balancer, random } = this;
    if (balancer === undefined) return undefined;
    let picked = balancer(key, random);
    if (avoid === undefined || avoid.length === 0) return picked;
    for (let i = 0; i < HOST_SELECTION_ATTEMPTS && avoid.includes(picked); i++) picked = balancer(key, random);
    if (!avoid.includes(picked)) return picked;
    // The policy insists; any other healthy host is better than one that failed already.
    return this.healthy.find((endpoint) => !avoid.includes(endpoint)) ?? picked;
  }

  get isEmpty(): boolean {
    return this.balancer === undefined;
  }

  /** How one try ended; status 0 = no answer. */
  observe(endpoint: EndpointState, status: number): void {
    const { outlier } = this.cluster;
    if (outlier === undefined || !observeAnswer(outlier, endpoint, status)) return;
    if (eject(outlier, this.endpoints, { host: endpoint, now: moment.now })) this.rebalance();
  }

  /** Once a second or so. */
  sweep(now: number): void {
    for (const endpoint of this.endpoints) endpoint.sweep(now);
    const { outlier } = this.cluster;
    if (outlier === undefined || now < this.nextReview) return;
    this.nextReview = now + outlier.intervalMs;
    if (review(this.endpoints, now)) this.rebalance();
  }

  retire(): void {
    for (const endpoint of this.endpoints) endpoint.retire();
  }
}

function limitsOf(cluster: Cluster): SharedLimits {
  return {
    connectTimeoutMs: cluster.connectTimeoutMs,
    maxConnections: cluster.maxConnections ?? Infinity,
    maxPending: cluster.maxPendingRequests ?? Infinity,
    maxRequestsPerConnection: cluster.maxRequestsPerConnection ?? 0,
    idleTimeoutMs: cluster.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
  };
}
