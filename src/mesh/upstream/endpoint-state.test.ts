import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refreshMoment } from '../moment.ts';
import { EndpointState } from './endpoint-state.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

let server: Server;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

function endpoint(): EndpointState {
  const { port } = server.address() as AddressInfo;
  const workload = { namespace: 'default', workload: 'web-v1', labels: {}, app: 'web', version: 'v1' };
  return new EndpointState(
    'web-v1-1',
    { address: '127.0.0.1', port, pod: 'web-v1-1', workload },
    {
      limits: {
        connectTimeoutMs: 1000,
        maxConnections: 10,
        maxPending: 10,
        maxRequestsPerConnection: 0,
        idleTimeoutMs: 60_000,
      },
      use: { connections: 0, pending: 0, requests: 0, retries: 0 },
    },
  );
}

/** A user and what it hears. */
function waiting(): { readonly user: UpstreamUser; readonly connected: Promise<UpstreamConnection> } {
  const { promise, resolve } = Promise.withResolvers<UpstreamConnection>();
  const ignore = (): void => undefined;
  const user: UpstreamUser = {
    onConnected: resolve,
    onFailed: ignore,
    onResponse: ignore,
    onContent: ignore,
    onPause: ignore,
    onComplete: ignore,
    onDrained: ignore,
  };
  return { user, connected: promise };
}

test('a connection that nobody came to use is closed after seconds, one that served after its idle time', async () => {
  const state = endpoint();
  const [first, second] = [waiting(), waiting()];
  state.lease(first.user);
  state.lease(second.user);
  const used = await first.connected;
  used.served = 1;
  used.release();
  const unused = await second.connected;
  unused.release();
  while (sockets.length < 2) await once(server, 'connection');
  const closed = Promise.race(sockets.map((socket) => once(socket, 'close')));

  const idleSince = refreshMoment();
  state.sweep(idleSince + 4000);
  expect(state.unused).toBe(false);
  state.sweep(idleSince + 6000);
  await closed;
  expect(state.lease(waiting().user)).toBe(used);
});
