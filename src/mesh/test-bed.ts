/** What the tests of the mesh share: a table in a few words, pods that answer, clients that see every byte. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type {
  Cluster,
  Endpoint,
  Listener,
  Route,
  RouteAction,
  RouteTable,
  RoutingTable,
  WeightedCluster,
  WorkloadIdentity,
} from '../core/routing/table.ts';
import { Mesh, type MeshOptions } from './mesh.ts';
import type { LogEntry } from './stats/access-log.ts';
import { StatsRegistry } from './stats/registry.ts';

export function identity(workload: string, version = 'v1'): WorkloadIdentity {
  return { workload, namespace: 'default', app: workload.replace(/-v\d+$/, ''), version, labels: {} };
}

export interface Pod {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

async function listening(server: Server, port = 0): Promise<Pod> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A pod that speaks HTTP. */
export function httpPod(handler: RequestListener): Promise<Pod> {
  return listening(createHttpServer({ keepAliveTimeout: 60_000 }, handler));
}

/** A pod that does with its connections what the test says. */
export function rawPod(onConnection: (socket: Socket) => void, allowHalfOpen = false): Promise<Pod> {
  return listening(createServer({ allowHalfOpen }, onConnection));
}

/** A port of the loopback address on which nobody listens. */
export async function freePort(): Promise<number> {
  const pod = await rawPod(() => {});
  await pod.close();
  return pod.port;
}

export function endpoint(
  pod: { readonly port: number; readonly address?: string },
  version = 'v1',
  name = '',
): Endpoint {
  return {
    address: pod.address ?? '127.0.0.1',
    port: pod.port,
    pod: name === '' ? `reviews-${version}-${pod.port}` : name,
    workload: identity(`reviews-${version}`, version),
  };
}

export function cluster(subset: string, endpoints: readonly Endpoint[], more: Partial<Cluster> = {}): Cluster {
  return {
    name: `outbound|9080|${subset}|reviews.default.svc.cluster.local`,
    host: 'reviews.default.svc.cluster.local',
    serviceName: 'reviews',
    serviceNamespace: 'default',
    port: 9080,
    subset,
    version: subset,
    balance: { kind: 'leastRequest' },
    endpoints,
    connectTimeoutMs: 1000,
    ...more,
  };
}

export type ForwardRoute = Extract<RouteAction, { kind: 'forward' }>;

/** `weights`: cluster key → weight. */
export function forwardTo(weights: Readonly<Record<string, number>>, more: Partial<ForwardRoute> = {}): ForwardRoute {
  const destinations = Object.entries(weights).map(([name, weight]): WeightedCluster => ({ cluster: name, weight }));
  return { kind: 'forward', destinations, timeoutMs: 0, retry: null, ...more };
}

export function route(action: RouteAction, more: Partial<Route> = {}): Route {
  return { name: 'primary', action, origin: 'test', ...more };
}

export interface TableParts {
  readonly version?: number;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clusters: readonly Cluster[];
  readonly listener?: Partial<Listener>;
  readonly table?: Partial<RouteTable>;
}

/** One listener with one virtual host for every Host. Clusters are keyed by their subset. */
export function table(parts: TableParts): RoutingTable {
  const listener: Listener = {
    id: `127.0.0.1:${parts.port}`,
    address: '127.0.0.1',
    port: parts.port,
    kind: 'mesh',
    protocol: 'http',
    caller: identity('productpage-v1'),
    routes: 'main',
    nominalPort: 9080,
    ...parts.listener,
  };
  return {
    version: parts.version ?? 1,
    listeners: [listener],
    routes: {
      main: {
        unknownHost: 'notFound',
        virtualHosts: [{ name: 'reviews', domains: ['*'], routes: parts.routes }],
        ...parts.table,
      },
    },
    clusters: Object.fromEntries(parts.clusters.map((entry) => [entry.subset, entry])),
  };
}

export interface TestMesh {
  readonly mesh: Mesh;
  readonly stats: StatsRegistry;
}

export function startMesh(options: Partial<MeshOptions> = {}): TestMesh {
  const stats = options.stats ?? new StatsRegistry(() => {});
  const mesh = new Mesh({
    random: Math.random,
    hostname: 'test',
    timeouts: { headMs: 10_000, idleMs: 60_000, lingerMs: 1000 },
    ...options,
    stats,
  });
  return { mesh, stats };
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes and reads until the other side closes (ask for `connection: close`). */
export function exchangeBytes(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  });
}

export function parseAnswer(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n');
  const head = split < 0 ? text : text.slice(0, split);
  const [line = '', ...fields] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon);
    const value = field.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(line.split(' ')[1]), head, headers, body: split < 0 ? '' : text.slice(split + 4) };
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  path = '/',
  more: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<RawAnswer> {
  const headers = { host: 'reviews', connection: 'close', ...more.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = more.body ?? '';
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}\r\n`);
  return parseAnswer(
    await exchangeBytes(port, `${more.method ?? 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`),
  );
}

/** A pod that tells what it was asked, as JSON. */
export function echoPod(version: string): Promise<Pod> {
  return httpPod((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers, trailers } = request;
      const body = Buffer.concat(chunks).toString('latin1');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ version, method, url, headers, body, trailers }));
    });
  });
}

export interface Echo {
  readonly version: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
}

/** What an echo pod said, wherever it stands in the answer. */
export function echoed(text: string): Echo {
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Echo;
}

export interface Scene {
  readonly port: number;
  readonly lines: LogEntry[];
  readonly stats: StatsRegistry;
  readonly mesh: Mesh;
}

/** Pods and meshes of one test file; `end` after each test closes them all. */
export class Stage {
  private readonly undo: (() => unknown)[] = [];

  async pod(pod: Promise<Pod>): Promise<Pod> {
    const started = await pod;
    this.undo.push(() => started.close());
    return started;
  }

  /** A mesh with this table in force. */
  async serve(parts: Omit<TableParts, 'port'>, options: Partial<MeshOptions> = {}): Promise<Scene> {
    const lines: LogEntry[] = [];
    const { mesh, stats } = startMesh({ log: { write: (entry) => lines.push(entry) }, ...options });
    this.undo.push(() => mesh.close());
    const port = await freePort();
    const problems = await mesh.apply(table({ ...parts, port }));
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return { port, lines, stats, mesh };
  }

  async end(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }
}

/** Looks every few milliseconds until the answer is no longer undefined or false. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let i = 0; i < 1000; i++) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it did not happen within five seconds');
}
