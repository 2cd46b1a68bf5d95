import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';
import type { Container, Pod, PodStatus } from '../../../core/model/pod.ts';
import { PORTS_ANNOTATION } from '../../../core/model/pod.ts';
import type { Service } from '../../../core/model/service.ts';
import { matchesLabels } from '../../../core/model/labels.ts';
import { podNotices } from '../../../core/workload/notices.ts';
import { nominalPorts } from '../../../core/workload/pod-ports.ts';
import { isPodReady, podStatus } from '../../../core/workload/pod-status.ts';
import { Fault, problemOf } from '../../../lib/fault.ts';
import type { AddressGrant } from '../../../ports/addresses.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { say } from '../../../texts/catalogue.ts';
import type { ContainerProcess } from './container-process.ts';
import { ContainerRunner } from './container-runner.ts';
import type { PodEvent, PodEvents } from './pod-events.ts';
import type { ContainerRecord, PodRecord } from './pod-folder.ts';
import { noInstance, podFolder, removePodFolder, writeRecord } from './pod-folder.ts';
import type { PodScope, SupervisorScope } from './pod-scope.ts';
import { HOST_IP } from './prepare-launch.ts';
import type { StatusWriter } from './status-writer.ts';
import { createStatusWriter } from './status-writer.ts';
import { prepareVolumes, usesInVolumes } from './volumes.ts';

export interface PodRunnerOptions {
  readonly shared: SupervisorScope;
  readonly events: PodEvents;
  readonly pod: Pod;
  /** Of an earlier control plane. */
  readonly record?: PodRecord;
  /** Living processes of an earlier control plane, by container. */
  readonly adopted: ReadonlyMap<string, ContainerProcess>;
}

const RETRY_MS = 5000;

/** Owner of one pod's processes, from its address to its last breath. */
export class PodRunner {
  readonly #shared: SupervisorScope;
  readonly #events: PodEvents;
  readonly #folder: string;
  readonly #halt = new AbortController();
  /** Shortens every wait of the end. */
  readonly #force = new AbortController();
  readonly #notices = new Map<string, Message>();
  readonly #inits: readonly ContainerRunner[];
  readonly #mains: readonly ContainerRunner[];
  readonly #writer: StatusWriter;
  #pod: Pod;
  #record: PodRecord;
  #grant: AddressGrant | undefined;
  #isInitialized: boolean;
  #isGone = false;
  #isDetached = false;
  /** Shortest grace that was asked for. */
  #graceMs = Infinity;
  #termination: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor({ shared, events, pod, record, adopted }: PodRunnerOptions) {
    this.#shared = shared;
    this.#events = events;
    this.#pod = pod;
    const { name, namespace = 'default', uid } = pod.metadata;
    this.#folder = podFolder(shared.dataDir, { namespace, name, uid });
    const startTime = new Date(shared.clock.now()).toISOString();
    this.#record = record ?? { format: 1, uid, namespace, name, startTime, containers: {} };
    for (const notice of podNotices(pod.spec)) this.#notices.set(say('en', notice), notice);
    const firstReason = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const runner =
      (isInit: boolean) =>
      (container: Container): ContainerRunner => {
        const running = adopted.get(container.name);
        const options = { scope: this.#scope(), container, isInit, firstReason } as const;
        return new ContainerRunner({ ...options, ...(running === undefined ? {} : { adopted: running }) });
      };
    this.#inits = (pod.spec.initContainers ?? []).map(runner(true));
    this.#mains = pod.spec.containers.map(runner(false));
    const hasRun = pod.spec.containers.some((each) => this.#recordOf(each.name).phase !== 'none');
    this.#isInitialized = hasRun || this.#inits.length === 0;
    this.#writer = createStatusWriter({
      shared,
      pod: () => (this.#isGone ? undefined : this.#latest()),
      compute: (previous) => this.#status(previous),
    });
  }

  get folder(): string {
    return this.#folder;
  }

  /** Takes the pod up. Returns at once; `terminate` is the way to end it. */
  start(): void {
    this.#running = this.#untilHalted(() => this.#run());
  }

  /** The object has changed. */
  observe(pod: Pod): void {
    this.#pod = pod;
  }

  /** Something that the pod may refer to has changed. */
  observeReferred(object: KubeObject): void {
    if (usesInVolumes(this.#pod.spec, object)) {
      try {
        prepareVolumes({ spec: this.#pod.spec, folder: this.#folder, find: this.#find });
      } catch (error) {
        this.#shared.log.error('volumes not refreshed', { pod: this.#pod.metadata.name, error });
      }
    }
    this.wake();
  }

  /** A container that waits for something looks again. */
  wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /**
   * Make before break: the pod leaves readiness, that is recorded, traffic gets time to move, and only then do the
   * processes end. The grace counts from there. Asking again with less grace shortens it. Resolves when all is gone.
   */
  terminate(request: { readonly graceMs: number; readonly isGone?: boolean }): Promise<void> {
    if (request.isGone === true) this.#isGone = true;
    const isShorter = request.graceMs < this.#graceMs;
    this.#graceMs = Math.min(this.#graceMs, request.graceMs);
    if (this.#termination === undefined) {
      if (request.graceMs <= 0) this.#force.abort();
      this.#termination = this.#terminate(request.graceMs);
    } else if (isShorter) this.#shorten(request.graceMs);
    return this.#termination;
  }

  /** Ends the processes and keeps the pod: the next start of Serin starts them again. */
  async shutDown(): Promise<void> {
    if (this.#termination !== undefined) return this.#termination;
    this.#halt.abort();
    const graceMs = (this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    const wereRunning = this.#all().filter(({ isRunning }) => isRunning);
    await Promise.all(this.#all().map((each) => each.end(graceMs)));
    await this.#running;
    for (const { container } of wereRunning) {
      this.#save(container.name, { ...this.#recordOf(container.name), byShutdown: true });
    }
    await this.#writer.flush();
    this.#writer.close();
  }

  /** Lets the processes be and does nothing more. */
  detach(): void {
    this.#isDetached = true;
    this.#halt.abort();
    this.#writer.close();
    for (const each of this.#all()) each.detach();
  }

  async #run(): Promise<void> {
    if (!(await this.#placed())) return;
    this.#writer.touch();
    for (const init of this.#isInitialized ? [] : this.#inits) {
      if (init.isDone) continue;
      const ended = await init.run();
      if (ended === undefined || ended.exitCode !== 0) return;
    }
    this.#isInitialized = true;
    this.#writer.touch();
    await Promise.all(this.#mains.map((each) => this.#untilHalted(() => each.run())));
    this.#writer.touch();
  }

  /** Runs it again after an error of this machine (a full disk, no more processes), until it succeeds or is halted. */
  async #untilHalted(work: () => Promise<unknown>): Promise<void> {
    while (!this.#halt.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        this.#shared.log.error('pod failed', { pod: this.#pod.metadata.name, error });
        this.#event({ type: 'Warning', reason: 'Failed', message: problemOf(error) });
        await this.#shared.clock.sleep(RETRY_MS, this.#halt.signal);
      }
    }
  }

  /** Gives the pod its address and ports, and tells the mesh of them. False where it was halted before. */
  async #placed(): Promise<boolean> {
    const { addresses } = this.#shared;
    const { uid } = this.#pod.metadata;
    const hasProcesses = Object.keys(this.#record.containers).length > 0;
    // Processes that run know only the ports that they were given when they started.
    const known = hasProcesses ? addresses.granted({ kind: 'pod', uid, ports: [] }) : undefined;
    const ports = nominalPorts(this.#pod.spec, this.#services());
    this.#grant = known ?? (await addresses.reserve({ kind: 'pod', uid, ports }));
    const annotation = JSON.stringify(this.#grant.ports);
    while (!this.#halt.signal.aborted) {
      const pod = this.#latest();
      if (pod.metadata.annotations?.[PORTS_ANNOTATION] === annotation) return true;
      const annotations = { ...pod.metadata.annotations, [PORTS_ANNOTATION]: annotation };
      const object: Pod = { ...pod, metadata: { ...pod.metadata, annotations } };
      const told: Pod = { ...object, status: this.#status(pod.status) };
      try {
        await this.#shared.cache.write([
          { op: 'update', object },
          { op: 'status', object: told },
        ]);
        return true;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.code === 'notFound') return false;
        if (error.code !== 'conflict') throw error;
        await this.#shared.clock.sleep(5, this.#halt.signal);
      }
    }
    return false;
  }

  async #terminate(graceMs: number): Promise<void> {
    const { clock } = this.#shared;
    const isServing = this.#mains.some(({ isRunning }) => isRunning) && isPodReady(this.#latest().status);
    this.#halt.abort();
    if (isServing && !this.#force.signal.aborted) {
      await this.#writer.flush();
      await clock.sleep(this.#shared.config.drainMs, this.#force.signal);
    } else this.#writer.touch();
    if (this.#isDetached) return;
    const isForced = this.#force.signal.aborted;
    await Promise.all(this.#all().map((each) => each.end(isForced ? 0 : graceMs)));
    await this.#running;
    await this.#writer.flush();
    this.#writer.close();
    if (!this.#isDetached) await this.#finish();
    // Whoever still waits to shorten it need not any more.
    this.#force.abort();
  }

  #shorten(graceMs: number): void {
    void this.#shared.clock.sleep(graceMs, this.#force.signal).then(async () => {
      this.#force.abort();
      await Promise.all(this.#all().map((each) => each.end(0)));
    });
  }

  async #finish(): Promise<void> {
    const { uid } = this.#pod.metadata;
    const ref = this.#ref();
    const present = this.#shared.cache.get(ref);
    if (!this.#isGone && present?.metadata.uid === uid) {
      try {
        await this.#shared.cache.write([{ op: 'delete', ref, graceSeconds: 0 }]);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'notFound') throw error;
      }
    }
    await this.#shared.addresses.release({ kind: 'pod', uid, ports: [] });
    removePodFolder(this.#folder);
  }

  #status(previous: PodStatus | undefined): PodStatus {
    const view = {
      pod: this.#pod,
      ...(this.#grant === undefined ? {} : { podIP: this.#grant.address }),
      hostIP: HOST_IP,
      startTime: this.#record.startTime,
      initialized: this.#isInitialized,
      init: this.#inits.map((each) => each.status()),
      containers: this.#mains.map((each) => each.status()),
      terminating: this.#termination !== undefined || this.#pod.metadata.deletionTimestamp !== undefined,
      notices: [...this.#notices.values()],
    };
    return podStatus(view, previous, new Date(this.#shared.clock.now()).toISOString());
  }

  #scope(): PodScope {
    return {
      shared: this.#shared,
      folder: this.#folder,
      pod: () => this.#pod,
      grant: () => {
        if (this.#grant === undefined) throw new TypeError('a container started before its pod had an address');
        return this.#grant;
      },
      halt: this.#halt.signal,
      nextChange: () => this.#change.promise,
      record: (container) => this.#recordOf(container),
      save: (container, record) => this.#save(container, record),
      changed: () => this.#writer.touch(),
      notice: (message) => this.#notice(message),
      event: (type, reason, message) => this.#event({ type, reason, message }),
    };
  }

  #notice(message: Message): void {
    const text = say('en', message);
    if (this.#notices.has(text)) return;
    this.#notices.set(text, message);
    this.#event({ type: 'Warning', reason: 'NotHonoured', message });
    this.#writer.touch();
  }

  #event(event: PodEvent): void {
    this.#events.record(this.#pod, event);
  }

  #recordOf(container: string): ContainerRecord {
    return this.#record.containers[container] ?? noInstance;
  }

  #save(container: string, record: ContainerRecord): void {
    this.#record = { ...this.#record, containers: { ...this.#record.containers, [container]: record } };
    writeRecord(this.#folder, this.#record);
  }

  #all(): readonly ContainerRunner[] {
    return [...this.#inits, ...this.#mains];
  }

  #services(): readonly Service[] {
    const { namespace = 'default', labels } = this.#pod.metadata;
    return this.#shared.cache
      .list<Service>('Service', { namespace })
      .filter(({ spec }) => Object.keys(spec.selector ?? {}).length > 0 && matchesLabels(spec.selector, labels));
  }

  readonly #find = (kind: 'ConfigMap' | 'Secret', name: string): KubeObject | undefined =>
    this.#shared.cache.get({ kind, namespace: this.#pod.metadata.namespace ?? 'default', name });

  #ref(): ObjectRef {
    const { name, namespace = 'default' } = this.#pod.metadata;
    return { kind: 'Pod', namespace, name };
  }

  /** The cache may be ahead of what was told to us. */
  #latest(): Pod {
    const present = this.#shared.cache.get<Pod>(this.#ref());
    return present?.metadata.uid === this.#pod.metadata.uid ? present : this.#pod;
  }
}
