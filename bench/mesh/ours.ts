import type { ChildProcess } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Cluster, Route, RoutingTable } from '../../src/core/routing/table.ts';
import { start } from './programs.ts';

/** A worker of the built-in mesh, led by this process. */
export interface OurWorker {
  readonly process: ChildProcess;
  /** Puts a table with this many routes in force. */
  serve(routes: number): Promise<void>;
  close(): void;
}

export async function startOurs(
  folder: string,
  at: {
    readonly port: number;
    readonly upstream: readonly number[];
    readonly core: string;
    readonly flags?: readonly string[];
  },
): Promise<OurWorker> {
  const path = join(folder, 'control.sock');
  const connected = Promise.withResolvers<Socket>();
  let onAck: (version: number) => void = () => {};
  const server = createServer((socket) => {
    connected.resolve(socket);
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) {
        const version = /"type":"ack","version":(\d+)/.exec(line)?.[1];
        if (version !== undefined) onAck(Number(version));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const worker = join(import.meta.dirname, '../../src/mesh/worker.ts');
  const child = start(at.core, [
    process.execPath,
    ...(at.flags ?? []),
    worker,
    '--control',
    path,
    '--index',
    '0',
    '--admin',
    join(folder, 'admin.sock'),
  ]);
  const socket = await connected.promise;
  let version = 0;
  return {
    process: child,
    serve: (routes) =>
      new Promise((resolve) => {
        version++;
        onAck = (acknowledged) => {
          if (acknowledged === version) resolve();
        };
        socket.write(`${JSON.stringify({ type: 'table', table: tableOf(version, routes, at) })}\n`);
      }),
    close: () => {
      socket.destroy();
      server.close();
    },
  };
}

function tableOf(
  version: number,
  count: number,
  at: { readonly port: number; readonly upstream: readonly number[] },
): RoutingTable {
  const who = (workload: string, label: string): Cluster['endpoints'][number]['workload'] => ({
    workload,
    namespace: 'default',
    app: 'reviews',
    version: label,
    labels: { app: 'reviews', version: label },
  });
  const clusters = Object.fromEntries(
    at.upstream.map((port, index): [string, Cluster] => {
      const label = `v${index + 1}`;
      return [
        label,
        {
          name: `outbound|9080|${label}|reviews.default.svc.cluster.local`,
          host: 'reviews.default.svc.cluster.local',
          serviceName: 'reviews',
          serviceNamespace: 'default',
          port: 9080,
          subset: label,
          version: label,
          balance: { kind: 'leastRequest' },
          connectTimeoutMs: 10_000,
          endpoints: [
            { address: '127.0.0.1', port, pod: `reviews-${label}`, workload: who(`reviews-${label}`, label) },
          ],
        },
      ];
    }),
  );
  const weighted: Route['action'] = {
    kind: 'forward',
    destinations: [
      { cluster: 'v1', weight: 90 },
      { cluster: 'v2', weight: 10 },
    ],
    timeoutMs: 0,
    retry: {
      attempts: 2,
      on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
      statusCodes: [],
      backoffBaseMs: 25,
      avoidPreviousHosts: true,
    },
  };
  const other = (index: number): Route => ({
    name: `r${index}`,
    match:
      index % 2 === 0
        ? { path: { kind: 'prefix', value: `/api/v${index}/` } }
        : { headers: [{ name: 'end-user', match: { kind: 'exact', value: `user-${index}` } }] },
    action: weighted,
    origin: 'bench',
  });
  return {
    version,
    listeners: [
      {
        id: `127.0.0.1:${at.port}`,
        address: '127.0.0.1',
        port: at.port,
        kind: 'gateway',
        protocol: 'http',
        caller: {
          workload: 'istio-ingressgateway',
          namespace: 'istio-system',
          app: 'istio-ingressgateway',
          version: 'unknown',
          labels: {},
        },
        routes: 'main',
        nominalPort: 80,
      },
    ],
    routes: {
      main: {
        unknownHost: 'notFound',
        virtualHosts: [
          {
            name: 'reviews',
            domains: ['*'],
            routes: [
              ...Array.from({ length: count - 1 }, (_, index) => other(index)),
              {
                name: 'primary',
                match: { path: { kind: 'prefix', value: '/reviews' } },
                action: weighted,
                origin: 'bench',
              },
            ],
          },
        ],
      },
    },
    clusters,
  };
}
