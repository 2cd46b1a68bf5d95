import { createServer, type Server, type Socket } from 'node:net';
import type { PreparedListener, PreparedWeights } from '../../core/routing/prepare.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';
import type { Runtime } from '../runtime.ts';
import type { ArmStats } from '../stats/arm.ts';
import type { ClusterState } from '../upstream/cluster-state.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import { dial, joinSockets, type Pipe } from './byte-pipe.ts';
import { listenOn } from './listen.ts';
import type { OpenListener } from './open-listener.ts';

/** Pods that are tried for one connection before it is given up. */
const CONNECT_TRIES = 3;

/** Owns the socket of one tcp listener. A connection chooses its cluster by weight and stays there. */
export class TcpListener implements OpenListener {
  private prepared: PreparedListener;
  private readonly runtime: Runtime;
  private readonly caller: WorkloadIdentity;
  private readonly server: Server;
  private readonly connections = new Set<Socket>();
  private readonly meters = new Set<Meter>();

  constructor(runtime: Runtime, prepared: PreparedListener, caller: WorkloadIdentity) {
    this.runtime = runtime;
    this.prepared = prepared;
    this.caller = caller;
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      this.connections.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.connections.delete(socket));
      void this.serve(socket);
    });
  }

  private async serve(client: Socket): Promise<void> {
    const { tcp } = this.prepared;
    const cluster = tcp === undefined ? undefined : chooseCluster(tcp, this.runtime.random());
    if (cluster?.cluster === undefined) {
      client.destroy();
      return;
    }
    const state = this.runtime.clusterOf(cluster.cluster);
    const found = await this.reach(state, client.remoteAddress ?? '');
    if (found === undefined || client.destroyed) {
      if (found !== undefined) {
        found.socket.destroy();
        found.endpoint.active--;
      }
      if (found === undefined) this.arm(state, undefined).tcp({ opened: 1, closed: 1 }, true);
      client.destroy();
      return;
    }
    const { socket, endpoint } = found;
    const arm = this.arm(state, endpoint);
    arm.sent(Date.now());
    arm.tcp({ opened: 1 }, false);
    const meter = new Meter(arm);
    const pipe = joinSockets(client, socket, () => {
      endpoint.active--;
      this.meters.delete(meter);
      meter.read(pipe);
      arm.tcp({ closed: 1 }, false);
    });
    meter.pipe = pipe;
    this.meters.add(meter);
    client.resume();
  }

  /** A connection to one of the pods. The client's address is the hash key, as tcp has no other. */
  private async reach(
    state: ClusterState,
    key: string,
  ): Promise<{ readonly socket: Socket; readonly endpoint: EndpointState } | undefined> {
    const failed: EndpointState[] = [];
    for (let i = 0; i < CONNECT_TRIES; i++) {
      const endpoint = state.pick(key, failed);
      if (endpoint === undefined) return undefined;
      const { address, port } = endpoint.endpoint;
      endpoint.active++;
      const socket = await dial({ host: address, port, timeoutMs: state.cluster.connectTimeoutMs });
      state.observe(endpoint, socket === undefined ? 0 : 200);
      if (socket !== undefined) return { socket, endpoint };
      endpoint.active--;
      failed.push(endpoint);
    }
    return undefined;
  }

  private arm(state: ClusterState, endpoint: EndpointState | undefined): ArmStats {
    return this.runtime.stats.arm({
      caller: this.caller,
      cluster: state.cluster,
      endpoint: endpoint?.endpoint,
      protocol: 'tcp',
    });
  }

  listen(): Promise<void> {
    return listenOn(this.server, this.prepared.listener);
  }

  update(prepared: PreparedListener): void {
    this.prepared = prepared;
  }

  /** Long connections show their bytes while they last. */
  sweep(): void {
    for (const meter of this.meters) meter.read(meter.pipe);
  }

  get openConnections(): number {
    return this.connections.size;
  }

  close(): void {
    this.server.close();
  }

  destroy(): void {
    this.close();
    for (const socket of this.connections) socket.destroy();
  }
}

/** Counts the bytes of one connection as they pass. */
class Meter {
  pipe: Pipe | undefined;
  private readonly arm: ArmStats;
  private received = 0;
  private sent = 0;

  constructor(arm: ArmStats) {
    this.arm = arm;
  }

  read(pipe: Pipe | undefined): void {
    if (pipe === undefined) return;
    const { received, sent } = pipe.totals();
    if (received === this.received && sent === this.sent) return;
    this.arm.tcp({ receivedBytes: received - this.received, sentBytes: sent - this.sent }, false);
    this.received = received;
    this.sent = sent;
  }
}

function chooseCluster(weights: PreparedWeights, random01: number): PreparedWeights['last'] {
  const point = random01 * weights.totalWeight;
  return weights.destinations.find(({ upToWeight }) => point < upToWeight) ?? weights.last;
}
