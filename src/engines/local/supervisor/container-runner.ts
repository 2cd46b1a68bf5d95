import { randomUUID } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { Container, ContainerState, ContainerStatus, LifecycleHandler } from '../../../core/model/pod.ts';
import { isRestarted, nextRestartDelay } from '../../../core/workload/restart-delay.ts';
import { problemOf } from '../../../lib/fault.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { wordingOf } from '../../../texts/catalogue.ts';
import { attendContainer } from './container-probes.ts';
import type { ProbeKind } from './container-probes.ts';
import type { ContainerProcess, Exit } from './container-process.ts';
import { startProcess } from './container-process.ts';
import { containerStatus, hasEndedWell } from './container-status.ts';
import type { Ended } from './ended-state.ts';
import { endedState } from './ended-state.ts';
import { endInstance } from './end-instance.ts';
import type { Launch } from './exec.ts';
import { runHook } from './hooks.ts';
import { logFiles, openLog } from './log-files.ts';
import type { PodScope } from './pod-scope.ts';
import type { ContainerRecord } from './pod-folder.ts';
import { prepareLaunch } from './prepare-launch.ts';
import { CONTAINER_MARK } from './process-identity.ts';
import type { ProbeFinding, ProbeTarget } from './probe-run.ts';

export interface ContainerRunnerOptions {
  readonly scope: PodScope;
  readonly container: Container;
  /** Init containers have no probes and are done once they ended well. */
  readonly isInit: boolean;
  /** Shown until it was started for the first time. */
  readonly firstReason: 'PodInitializing' | 'ContainerCreating';
  /** A living instance of an earlier control plane. */
  readonly adopted?: ContainerProcess;
}

/** While something is missing, looked at again this often even if no change was seen. */
const RETRY_MS = 5000;
/** Longest time for a postStart hook; Kubernetes has none. */
const HOOK_LIMIT_MS = 3_600_000;

/** Owner of one container's processes, one instance after another. */
export class ContainerRunner {
  readonly container: Container;
  readonly #scope: PodScope;
  readonly #isInit: boolean;
  #process: ContainerProcess | undefined;
  #launch: Launch | undefined;
  #waiting: ContainerState['waiting'];
  #ending: Promise<void> | undefined;
  #force = new AbortController();
  #stopProbes: () => void = () => undefined;

  constructor({ scope, container, isInit, firstReason, adopted }: ContainerRunnerOptions) {
    this.container = container;
    this.#scope = scope;
    this.#isInit = isInit;
    this.#process = adopted;
    if (this.#record.phase === 'none') this.#waiting = { reason: firstReason };
  }

  get #record(): ContainerRecord {
    return this.#scope.record(this.container.name);
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** An init container that has done its work in an earlier life of the control plane. */
  get isDone(): boolean {
    return this.#isInit && hasEndedWell(this.#record);
  }

  status(): ContainerStatus {
    const now = { isInit: this.#isInit, isRunning: this.isRunning, waiting: this.#waiting };
    return containerStatus(this.container, this.#record, now);
  }

  /** Runs instance after instance until one ended for good; undefined where the pod was halted before. */
  async run(): Promise<Ended | undefined> {
    if (this.#process === undefined && this.#record.phase === 'ended' && this.#record.byShutdown !== true) {
      const ended = this.#record.ended;
      if (ended !== undefined && !this.#isRestarted(ended)) return ended;
      await this.#backOff();
    }
    for (;;) {
      const ended = await this.#runOnce();
      if (ended === undefined || this.#scope.halt.aborted || !this.#isRestarted(ended)) return ended;
      await this.#backOff();
    }
  }

  /** Ends the present instance: preStop, SIGTERM to the whole group, SIGKILL after the grace. */
  async end(graceMs: number): Promise<void> {
    if (graceMs <= 0) this.#force.abort();
    const target = this.#process;
    if (target === undefined) return;
    this.#stopProbes();
    this.#note({ ready: false });
    this.#ending ??= this.#endInstance(target, graceMs);
    await this.#ending;
    await target.exited;
  }

  /** Lets the processes be and does nothing more. */
  detach(): void {
    this.#stopProbes();
  }

  async #runOnce(): Promise<Ended | undefined> {
    const adopted = this.#process;
    if (adopted !== undefined) return this.#attend(adopted, true);
    const launch = await this.#prepared();
    // No pause between this look and the start: what a halt finds running is all that will ever run.
    if (launch === undefined || this.#scope.halt.aborted) return undefined;
    const started = this.#start(launch);
    if ('failed' in started) return this.#noteEnd(await started.failed);
    return this.#attend(started, false);
  }

  /** Waits until everything is there; undefined where the pod was halted. */
  async #prepared(): Promise<Launch | undefined> {
    const { shared, halt } = this.#scope;
    while (!halt.aborted) {
      const change = this.#scope.nextChange();
      const preparation = await prepareLaunch(this.#scope, this.container);
      if (halt.aborted) return undefined;
      if (preparation.kind === 'ready') return preparation.launch;
      const { reason, message } = preparation;
      const wording = wordingOf(message);
      if (this.#waiting?.message !== wording.message) this.#scope.event('Warning', reason, message);
      this.#waiting = { reason, ...wording };
      this.#scope.changed();
      const woken = new AbortController();
      void change.then(() => woken.abort());
      await shared.clock.sleep(RETRY_MS, AbortSignal.any([halt, woken.signal]));
    }
    return undefined;
  }

  /**
   * The intent is on disk before the process exists, and its identity before it counts as started: a crash in between
   * leaves a process that its mark gives away, never two instances.
   */
  #start(launch: Launch): ContainerProcess | { readonly failed: Promise<Exit> } {
    const { shared, folder } = this.#scope;
    const { ended, restartCount, backOffMs, byShutdown, last } = this.#record;
    const instance = `${shared.mark}.${randomUUID()}`;
    const isRestart = ended !== undefined && byShutdown !== true;
    const intent: ContainerRecord = {
      instance,
      phase: 'intent',
      startedAt: shared.clock.now(),
      restartCount: restartCount + (isRestart ? 1 : 0),
      ...(isRestart ? { backOffMs: this.#delayMs() } : backOffMs === undefined ? {} : { backOffMs }),
      ...(ended === undefined ? (last === undefined ? {} : { last }) : { last: ended }),
    };
    const output = openLog(logFiles(folder, this.container.name), shared.config.logs.keep);
    this.#save(intent);
    this.#launch = { ...launch, variables: { ...launch.variables, [CONTAINER_MARK]: instance } };
    try {
      const started = startProcess(this.#launch, output);
      if (!('failed' in started)) {
        this.#save({ ...intent, phase: 'running', pid: started.pid, startTime: started.startTime });
      }
      return started;
    } finally {
      closeSync(output);
    }
  }

  async #attend(running: ContainerProcess, isAdopted: boolean): Promise<Ended> {
    const { shared, folder } = this.#scope;
    this.#process = running;
    this.#ending = undefined;
    const unwatch = shared.logs.watch(logFiles(folder, this.container.name).current);
    const isWell = isAdopted || (await this.#postStart(running));
    this.#waiting = undefined;
    if (isWell && !this.#isInit && !this.#scope.halt.aborted) await this.#startProbes(isAdopted);
    this.#scope.changed();
    const exit = await running.exited;
    this.#stopProbes();
    unwatch();
    this.#process = undefined;
    return this.#noteEnd(exit);
  }

  async #postStart(running: ContainerProcess): Promise<boolean> {
    const handler = this.container.lifecycle?.postStart;
    if (handler === undefined) return true;
    const ended = running.exited.then((): 'ended' => 'ended');
    const finding = await Promise.race([this.#hook(handler, HOOK_LIMIT_MS), ended]);
    if (finding === undefined || finding === 'ended') return true;
    this.#hookFailed('FailedPostStartHook', finding);
    this.#endSoon(this.#graceMs());
    return false;
  }

  async #startProbes(isAdopted: boolean): Promise<void> {
    const target = await this.#target();
    if (target === undefined) return;
    const { shared } = this.#scope;
    const { startedAt = 0, started = false, ready = false } = this.#record;
    let isStopped = false;
    const stop = attendContainer({
      container: this.container,
      target,
      agenda: shared.agenda,
      now: () => shared.clock.now(),
      startedAt,
      initial: { started: isAdopted && started, ready: isAdopted && ready },
      settings: shared.config.probes,
      onStarted: () => this.#note({ started: true }),
      onReady: (isReady) => this.#note({ ready: isReady }),
      onDoomed: (kind, finding) => this.#doom(kind, finding),
      onUnhealthy: (kind, finding) =>
        this.#scope.event('Warning', 'Unhealthy', { key: `happening.unhealthy.${kind}`, params: { finding } }),
      onSilentPort: (nominal, real) => {
        const params = { container: this.container.name, address: target.grant.address, nominal, real };
        this.#scope.notice({ key: 'workload.portSilent', params });
      },
    });
    this.#stopProbes = () => {
      if (!isStopped) stop();
      isStopped = true;
    };
  }

  #doom(kind: ProbeKind, finding: Message): void {
    const params = { container: this.container.name, finding };
    this.#scope.event('Warning', 'Killing', { key: `happening.doomed.${kind}`, params });
    const probe = kind === 'Startup' ? this.container.startupProbe : this.container.livenessProbe;
    const own = probe?.terminationGracePeriodSeconds;
    this.#endSoon(own === undefined ? this.#graceMs() : own * 1000);
  }

  #endSoon(graceMs: number): void {
    const { log } = this.#scope.shared;
    this.end(graceMs).catch((error: unknown) =>
      log.error('instance not ended', { container: this.container.name, error }),
    );
  }

  async #endInstance(target: ContainerProcess, graceMs: number): Promise<void> {
    const handler = this.container.lifecycle?.preStop;
    await endInstance({
      target,
      graceMs,
      force: this.#force.signal,
      clock: this.#scope.shared.clock,
      ...(handler === undefined
        ? {}
        : {
            preStop: async (timeoutMs: number) => {
              const finding = await this.#hook(handler, timeoutMs);
              if (finding !== undefined) this.#hookFailed('FailedPreStopHook', finding);
            },
          }),
    });
  }

  #hookFailed(reason: 'FailedPostStartHook' | 'FailedPreStopHook', finding: Message): void {
    const params = { container: this.container.name, finding };
    this.#scope.event('Warning', reason, { key: 'happening.hookFailed', params });
  }

  async #hook(handler: LifecycleHandler, timeoutMs: number): Promise<ProbeFinding> {
    const { clock } = this.#scope.shared;
    try {
      const target = await this.#target();
      if (target === undefined) return { key: 'happening.noEnvironment' };
      return await runHook({ handler, target, timeoutMs, sleep: (ms) => clock.sleep(ms, this.#force.signal) });
    } catch (error) {
      return problemOf(error);
    }
  }

  /** What probes and hooks talk to. Of an adopted instance the environment is made anew. */
  async #target(): Promise<ProbeTarget | undefined> {
    if (this.#launch === undefined) {
      const preparation = await prepareLaunch(this.#scope, this.container);
      if (preparation.kind === 'wait') return undefined;
      const variables = { ...preparation.launch.variables, [CONTAINER_MARK]: this.#record.instance };
      this.#launch = { ...preparation.launch, variables };
    }
    return { spec: this.#scope.pod().spec, grant: this.#scope.grant(), launch: this.#launch };
  }

  #noteEnd(exit: Exit): Ended {
    const { clock } = this.#scope.shared;
    const record = this.#record;
    const endedAt = clock.now();
    const ended = endedState(exit, { startedAt: record.startedAt ?? endedAt, endedAt });
    const { pid: _pid, startTime: _startTime, ...rest } = record;
    this.#save({ ...rest, phase: 'ended', ready: false, started: false, ended, endedAt });
    this.#waiting = undefined;
    this.#scope.changed();
    return ended;
  }

  async #backOff(): Promise<void> {
    const { clock } = this.#scope.shared;
    const delayMs = this.#delayMs();
    const restMs = (this.#record.endedAt ?? 0) + delayMs - clock.now();
    if (restMs <= 0) return;
    const params = { seconds: delayMs / 1000, container: this.container.name };
    const message: Message = { key: 'happening.backOff', params };
    this.#waiting = { reason: 'CrashLoopBackOff', ...wordingOf(message) };
    this.#scope.event('Warning', 'BackOff', message);
    this.#scope.changed();
    await clock.sleep(restMs, this.#scope.halt);
  }

  #delayMs(): number {
    const { backOffMs, startedAt = 0, endedAt = 0 } = this.#record;
    return nextRestartDelay(this.#scope.shared.config.backOff, backOffMs, endedAt - startedAt);
  }

  #isRestarted(ended: Ended): boolean {
    const policy = this.#scope.pod().spec.restartPolicy;
    // An init container that ended well is done, whatever the policy.
    return isRestarted(this.#isInit && policy !== 'Never' ? 'OnFailure' : policy, ended.exitCode);
  }

  #graceMs(): number {
    return (this.#scope.pod().spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  #note(change: Partial<ContainerRecord>): void {
    const before = this.#record;
    const after = { ...before, ...change };
    if (before.ready === after.ready && before.started === after.started) return;
    this.#save(after);
    this.#scope.changed();
  }

  #save(record: ContainerRecord): void {
    this.#scope.save(this.container.name, record);
  }
}
