import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import type { Pod } from '../../../core/model/pod.ts';
import type { Cache } from '../../../control/cache.ts';
import { startCache } from '../../../control/cache.ts';
import type { Log } from '../../../lib/log.ts';
import type { Addresses } from '../../../ports/addresses.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Store, WatchEvent } from '../../../ports/store.ts';
import type { LocalConfig } from '../config/config.ts';
import { createAgenda } from './agenda.ts';
import { inheritedVariables } from './container-env.ts';
import type { ContainerProcess } from './container-process.ts';
import { createLogKeeper } from './log-keeper.ts';
import type { LogRequest } from './log-reader.ts';
import { readPodLogs } from './log-reader.ts';
import { createPodEvents } from './pod-events.ts';
import type { PodEvents } from './pod-events.ts';
import { removePodFolder } from './pod-folder.ts';
import { PodRunner } from './pod-runner.ts';
import type { SupervisorScope } from './pod-scope.ts';
import { createProcessWatch } from './process-watch.ts';
import type { FoundPod } from './take-stock.ts';
import { endMarked, endProcesses, takeStock } from './take-stock.ts';

export interface SupervisorOptions {
  readonly store: Store;
  /** Data folder; pods live in `pods/` below it. */
  readonly dataDir: string;
  readonly config: LocalConfig;
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: Serin's own environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Supervisor {
  /** A new configuration (`serin.yaml` was changed): for the next start of each container, and for those that wait. */
  configure(config: LocalConfig): void;
  /** Logs of one container, line by line. Throws `Fault` where pod, container or log do not exist. */
  readLogs(request: LogRequest): AsyncIterable<string>;
  /** Kills all processes of pods, also while a slower `close` waits for them. */
  killPods(): void;
  /** Without `stopPods` the processes go on, and the next supervisor of this folder takes them over. */
  close(options: { readonly stopPods: boolean }): Promise<void>;
}

const KINDS = ['Pod', 'Service', 'ConfigMap', 'Secret'];

/**
 * Runs the pods of the store as processes of this machine. Resolves once the processes of an earlier supervisor are taken
 * over and everything that nobody wants any more is ended.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { store, clock, log } = options;
  mkdirSync(options.dataDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir);
  const cache = startCache({ store, kinds: KINDS, clock, log });
  await cache.ready;
  let { config } = options;
  const shared: SupervisorScope = {
    get config() {
      return config;
    },
    cache,
    clock,
    log,
    dataDir,
    addresses: options.addresses,
    mark: createHash('sha256').update(dataDir).digest('hex').slice(0, 12),
    inherited: inheritedVariables(options.environment ?? process.env, options.config.inheritEnv),
    agenda: createAgenda(() => clock.now()),
    watch: createProcessWatch(),
    logs: createLogKeeper({
      ...options.config.logs,
      now: () => clock.now(),
      onError: (error) => log.warn('log not rotated', { error }),
    }),
  };
  const pods = new PodTable(shared, createPodEvents({ store, clock, log }));
  await pods.takeOver();
  const subscription = cache.subscribe((event) => pods.onEvent(event));

  return {
    configure: (next) => {
      config = next;
      pods.wake();
    },
    readLogs: (request) => readPodLogs({ cache, dataDir, clock, keep: config.logs.keep }, request),
    killPods: () => endMarked(shared.mark),
    close: async ({ stopPods }) => {
      subscription.close();
      await pods.close(stopPods);
      shared.agenda.close();
      shared.watch.close();
      shared.logs.close();
      cache.close();
    },
  };
}

/** All pods, by uid. */
class PodTable {
  readonly #shared: SupervisorScope;
  readonly #events: PodEvents;
  readonly #runners = new Map<string, PodRunner>();
  #found: ReadonlyMap<string, FoundPod> = new Map();

  constructor(shared: SupervisorScope, events: PodEvents) {
    this.#shared = shared;
    this.#events = events;
  }

  /** Finds what an earlier supervisor left running, and ends what belongs to no pod any more. */
  async takeOver(): Promise<void> {
    const { cache, addresses, log } = this.#shared;
    const stock = takeStock(this.#shared);
    endProcesses(stock.strays);
    const wanted = new Map(listPods(cache).map((pod) => [pod.metadata.uid, pod]));
    this.#found = new Map(
      stock.pods.filter(({ record }) => wanted.has(record.uid)).map((pod) => [pod.record.uid, pod]),
    );
    const orphans = stock.pods.filter(({ record }) => !wanted.has(record.uid));
    for (const { record, folder, adopted } of orphans) {
      log.info('ending processes of a pod that was deleted meanwhile', { pod: record.name, uid: record.uid });
      endProcesses([...adopted.values()]);
      await addresses.release({ kind: 'pod', uid: record.uid, ports: [] });
      removePodFolder(folder);
    }
  }

  onEvent(event: WatchEvent): void {
    if (event.object.kind !== 'Pod') {
      if (event.object.kind !== 'Service') this.#tellReferrers(event);
      return;
    }
    // The kind tells the type.
    const pod = event.object as Pod;
    const { uid } = pod.metadata;
    const runner = this.#runners.get(uid);
    if (event.type === 'deleted') {
      if (runner !== undefined) this.#terminate(uid, runner, { graceMs: 0, isGone: true });
    } else if (runner === undefined) this.#take(pod);
    else {
      runner.observe(pod);
      this.#endIfAsked(pod, runner);
    }
  }

  /** Whoever waits for something looks again. */
  wake(): void {
    for (const runner of this.#runners.values()) runner.wake();
  }

  async close(stopPods: boolean): Promise<void> {
    const runners = [...this.#runners.values()];
    if (stopPods) await Promise.all(runners.map((runner) => runner.shutDown()));
    else for (const runner of runners) runner.detach();
  }

  #take(pod: Pod): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const found = this.#found.get(uid);
    const runner = new PodRunner({
      shared: this.#shared,
      events: this.#events,
      pod,
      adopted: found?.adopted ?? new Map<string, ContainerProcess>(),
      ...(found === undefined ? {} : { record: found.record }),
    });
    this.#runners.set(uid, runner);
    // One that is to end is only taken up if something of it runs; one that has ended is not run a second time.
    const isOver = deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
    if (!isOver || found !== undefined) runner.start();
    this.#endIfAsked(pod, runner);
  }

  #endIfAsked(pod: Pod, runner: PodRunner): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionTimestamp === undefined) return;
    const seconds = deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    this.#terminate(uid, runner, { graceMs: seconds * 1000 });
  }

  #terminate(uid: string, runner: PodRunner, request: { graceMs: number; isGone?: boolean }): void {
    const { log } = this.#shared;
    runner
      .terminate(request)
      .catch((error: unknown) => log.error('pod not ended cleanly', { uid, error }))
      .finally(() => this.#runners.delete(uid));
  }

  #tellReferrers({ object }: WatchEvent): void {
    for (const pod of listPods(this.#shared.cache)) {
      if (pod.metadata.namespace === object.metadata.namespace) {
        this.#runners.get(pod.metadata.uid)?.observeReferred(object);
      }
    }
  }
}

function listPods(cache: Cache): readonly Pod[] {
  return cache.list<Pod>('Pod');
}
