/** The embedded engine: joins store, controllers, supervisor, mesh and control API in one process. */
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { startCache, type Cache } from '../../control/cache.ts';
import { MESH_KINDS } from '../../control/mesh-config/present.ts';
import { startMeshConfig, type MeshConfig } from '../../control/mesh-config/mesh-config.ts';
import { startReleaseController } from '../../control/release/controller.ts';
import { startServiceAddresses } from '../../control/service-addresses/service-addresses.ts';
import { startWorkloadControllers } from '../../control/workload-controllers.ts';
import type { RoutingTable } from '../../core/routing/table.ts';
import { systemClock } from '../../lib/clock.ts';
import { createLog, type Log } from '../../lib/log.ts';
import { createMeshMetrics } from '../../metrics/mesh/mesh-metrics.ts';
import { startServer } from '../../server/start.ts';
import type { EngineState } from '../../server/ports.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { Language } from '../../texts/message.ts';
import { createIstioProvider } from '../../traffic/istio/provider.ts';
import { openAddresses } from './addresses/open-addresses.ts';
import { defaultConfig } from './config/config.ts';
import { readConfig } from './config/read-config.ts';
import { accessToken, removeEngineFile, writeEngineFile } from './engine-file.ts';
import { startMeshHost, type MeshHost } from './mesh-host/mesh-host.ts';
import { openStore } from './store/open-store.ts';
import { lookAt } from './supervisor/process-identity.ts';
import { startSupervisor, type Supervisor } from './supervisor/supervisor.ts';
import { addressReports, logSource, meshView, movedPorts } from './views.ts';

export interface EngineOptions {
  readonly dataDir: string;
  /** Path of `serin.yaml`. */
  readonly config?: string;
  /** Port of the control API; 0 = any free one. Default 7878. */
  readonly port?: number;
  /** Address that gateways listen on besides loopback. */
  readonly bind?: string;
  /** Number of mesh workers. Default: one less than the cores, at least one. */
  readonly workers?: number;
  readonly lang: Language;
  readonly version: string;
  /** Told what happens during the start, in order. */
  progress?(message: Message): void;
}

export interface Engine {
  /** Resolves when somebody asks the engine to stop over its API. */
  readonly stopAsked: Promise<{ readonly keepPods: boolean }>;
  /** `atOnce`: without waiting for pods to end by themselves. */
  close(options: { readonly keepPods: boolean; readonly atOnce?: boolean }): Promise<void>;
}

/** Undone in reverse order, each step even if another fails. */
type Undo = () => unknown;

const DEFAULT_PORT = 7878;
const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
const workerProgram = resolve(import.meta.dirname, `../../mesh/worker.${extension}`);

/** Gateways answer on a second address too, where that was asked for. */
function withBind(table: RoutingTable, bind: string | undefined): RoutingTable {
  if (bind === undefined) return table;
  const more = table.listeners
    .filter(({ kind, address }) => kind === 'gateway' && address !== bind)
    .map((listener) => ({ ...listener, address: bind, id: `${bind}:${listener.port}` }));
  return { ...table, listeners: [...table.listeners, ...more] };
}

function openLog(dataDir: string): { readonly log: Log; readonly close: Undo } {
  const stream = createWriteStream(join(dataDir, 'serin.log'), { flags: 'a', mode: 0o640 });
  return { log: createLog({ stream, now: () => systemClock.now() }), close: () => stream.end() };
}

async function undoAll(steps: Undo[], log: Log): Promise<void> {
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      log.error('a part did not stop as it should', { error });
    }
  }
}

interface Parts {
  readonly cache: Cache;
  readonly host: MeshHost;
  readonly mesh: MeshConfig;
}

/** How the parts are to end; decided when the engine closes. */
interface Ending {
  stopPods: boolean;
  /** Kills what still runs in pods. */
  kill(): void;
}

/** @throws Fault `busy` where another control plane has the folder or the port */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o700);
  options.progress?.({ key: 'engine.opening', params: { folder: dataDir } });
  const ending: Ending = { stopPods: false, kill: () => undefined };
  const undo: Undo[] = [];
  const { log, close: closeLog } = openLog(dataDir);
  try {
    return await assemble({ ...options, dataDir }, { log, undo, ending, closeLog });
  } catch (error) {
    log.error('the engine could not start', { error });
    await undoAll(undo, log);
    closeLog();
    throw error;
  }
}

interface Frame {
  readonly log: Log;
  readonly undo: Undo[];
  readonly ending: Ending;
  readonly closeLog: Undo;
}

const clock = systemClock;

/** What lasts: objects, addresses, and what is read of them. */
async function openGround(options: EngineOptions, { log, undo }: Frame) {
  const { dataDir } = options;
  const config =
    options.config === undefined ? defaultConfig(process.cwd()) : await readConfig(resolve(options.config));
  const store = openStore({ path: join(dataDir, 'serin.db'), clock });
  undo.push(() => store[Symbol.dispose]());
  const addresses = await openAddresses({
    path: join(dataDir, 'addresses.db'),
    podPorts: config.ports,
    beginAt: createHash('sha256').update(dataDir).digest().readUInt32BE(),
  });
  undo.push(() => addresses.close());
  const cache = startCache({ store, kinds: MESH_KINDS, clock, log });
  undo.push(() => cache.close());
  return { config, store, addresses, cache };
}

type Ground = Awaited<ReturnType<typeof openGround>>;

/** What carries traffic: workers, their configuration, their counts. */
async function startDataPlane(options: EngineOptions, { log, undo, ending }: Frame, ground: Ground) {
  const { dataDir } = options;
  const { config, store, addresses, cache } = ground;
  const workers = options.workers ?? Math.max(1, availableParallelism() - 1);
  const host = await startMeshHost({
    socketPath: join(dataDir, 'control.sock'),
    workers,
    workerCommand: [process.execPath, ...process.execArgv, workerProgram],
    dataDir: join(dataDir, 'mesh'),
    ...(config.accessLog === 'off'
      ? {}
      : { accessLog: { path: join(dataDir, 'access.log'), json: config.accessLog === 'json' } }),
    clock,
    log,
  });
  undo.push(() => host.close({ stopWorkers: ending.stopPods }));
  options.progress?.({ key: 'engine.mesh', params: { workers } });
  const metrics = createMeshMetrics({ subscribe: (listener) => host.counts(listener) }, clock);
  undo.push(() => metrics.close());
  const mesh = startMeshConfig({
    cache,
    addresses,
    sink: { push: (table) => host.push(withBind(table, options.bind)) },
    clock,
    log,
    forwardProxy: config.forwardProxy,
  });
  undo.push(() => mesh.close());
  const services = startServiceAddresses({ store, cache, addresses, clock, log, random: Math.random });
  undo.push(() => services.close());
  return { host, metrics, mesh };
}

type DataPlane = Awaited<ReturnType<typeof startDataPlane>>;

/** What acts on objects: the supervisor of pods and the controllers. Resolves when all have looked once. */
async function startControl(
  options: EngineOptions,
  { log, undo, ending }: Frame,
  { config, store, addresses, host, metrics, mesh }: Ground & DataPlane,
): Promise<Supervisor> {
  options.progress?.({ key: 'engine.adopting' });
  const supervisor = await startSupervisor({ store, dataDir: options.dataDir, config, addresses, clock, log });
  undo.push(() => supervisor.close({ stopPods: ending.stopPods }));
  ending.kill = () => supervisor.killPods();
  const workloads = startWorkloadControllers({ store, clock, log });
  undo.push(() => workloads.close());
  const releases = startReleaseController({
    store,
    traffic: { istio: createIstioProvider({ store, mesh: host }) },
    metrics,
    clock,
    log,
    random: Math.random,
    wake: (look) => ({ close: metrics.onFailures(look) }),
  });
  undo.push(() => releases.close());
  await Promise.all([mesh.ready, workloads.ready, releases.ready]);
  return supervisor;
}

async function assemble(options: EngineOptions, frame: Frame): Promise<Engine> {
  const { dataDir, version } = options;
  const { log, undo } = frame;
  const startedAt = new Date(clock.now()).toISOString();
  const ground = await openGround(options, frame);
  const { store, addresses, cache } = ground;
  const { host, metrics, mesh } = await startDataPlane(options, frame, ground);
  const supervisor = await startControl(options, frame, { ...ground, host, metrics, mesh });

  const stopAsked = Promise.withResolvers<{ readonly keepPods: boolean }>();
  let state: EngineState['state'] = 'starting';
  const server = await startServer({
    store,
    logs: logSource(supervisor),
    view: {
      state: () => stateOf({ cache, host, mesh }, { addresses, state, startedAt, dataDir }),
      stop: (request) => stopAsked.resolve(request),
    },
    mesh: meshView(host, mesh),
    rates: metrics,
    token: accessToken(dataDir),
    port: options.port ?? DEFAULT_PORT,
    lang: options.lang,
    log,
    clock,
    version,
  });
  undo.push(() => server.close());
  const started = lookAt(process.pid)?.startTime ?? '';
  writeEngineFile(dataDir, { pid: process.pid, started, port: server.port, version });
  undo.push(() => removeEngineFile(dataDir));
  state = 'ready';
  return { stopAsked: stopAsked.promise, close: closing(frame, () => (state = 'stopping')) };
}

function stateOf(
  { cache, host, mesh }: Parts,
  known: Pick<EngineState, 'state' | 'startedAt' | 'dataDir'> & {
    readonly addresses: Parameters<typeof addressReports>[1];
  },
): EngineState {
  const addresses = addressReports(cache, known.addresses);
  const failed = host.problems().map(({ listener, message }) => ({
    key: 'engine.listenerFailed' as const,
    params: { listener, reason: message },
  }));
  const { state, startedAt, dataDir } = known;
  const notices = [...movedPorts(addresses), ...failed, ...mesh.problems().map((problem) => problem.text)];
  return { state, startedAt, dataDir, addresses, notices };
}

/** Closes once; whoever asks again waits for the same end. */
function closing({ log, undo, ending, closeLog }: Frame, onClose: () => void): Engine['close'] {
  let closed: Promise<void> | undefined;
  return ({ keepPods, atOnce }) => {
    if (atOnce === true && !keepPods) ending.kill();
    closed ??= (async () => {
      onClose();
      ending.stopPods = !keepPods;
      await undoAll(undo, log);
      closeLog();
    })();
    return closed;
  };
}
