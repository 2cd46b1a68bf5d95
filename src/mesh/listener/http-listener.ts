import { createServer, type Server } from 'node:net';
import type { PreparedListener } from '../../core/routing/prepare.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';
import type { ListenerPlace } from '../request/client-side.ts';
import type { Runtime } from '../runtime.ts';
import { ClientConnection, type ConnectionSet, type ConnectionTimeouts } from './client-connection.ts';
import { listenOn } from './listen.ts';
import type { OpenListener } from './open-listener.ts';

/** What a listener has from the mesh. */
export interface ListenerOwner {
  readonly caller: WorkloadIdentity;
  readonly hostname: string;
  readonly timeouts: ConnectionTimeouts;
}

/** Owns the socket of one http listener and the connections that came in through it. */
export class HttpListener implements OpenListener, ConnectionSet {
  readonly place: ListenerPlace;
  readonly timeouts: ConnectionTimeouts;
  private readonly server: Server;
  private readonly connections = new Set<ClientConnection>();

  constructor(runtime: Runtime, prepared: PreparedListener, who: ListenerOwner) {
    const gateway = prepared.listener.kind === 'gateway';
    this.timeouts = who.timeouts;
    this.place = {
      prepared,
      caller: who.caller,
      hostname: who.hostname,
      gateway: gateway || prepared.listener.kind === 'nodePort',
      server: gateway ? 'istio-envoy' : 'envoy',
      closing: false,
    };
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      this.connections.add(new ClientConnection(runtime, this, socket));
    });
  }

  listen(): Promise<void> {
    return listenOn(this.server, this.place.prepared.listener);
  }

  /** Requests that begin from now on follow the new table. */
  update(prepared: PreparedListener): void {
    this.place.prepared = prepared;
  }

  gone(connection: ClientConnection): void {
    this.connections.delete(connection);
  }

  sweep(now: number): void {
    for (const connection of this.connections) connection.sweep(now);
  }

  get openConnections(): number {
    return this.connections.size;
  }

  close(): void {
    this.place.closing = true;
    this.server.close();
    for (const connection of this.connections) connection.finishSoon();
  }

  destroy(): void {
    this.close();
    for (const connection of this.connections) connection.destroy();
  }
}
