import type { Container } from '../../../core/model/pod.ts';
import type { ProbeCount } from '../../../core/workload/probe-count.ts';
import { noProbeYet } from '../../../core/workload/probe-count.ts';
import { tcpPorts } from '../../../core/workload/pod-ports.ts';
import type { Message } from '../../../texts/catalogue.ts';
import type { Agenda } from './agenda.ts';
import { attendProbe } from './probe-attend.ts';
import type { ProbeFinding, ProbeTarget } from './probe-run.ts';
import { connectOnce, runProbe } from './probe-run.ts';

/** A look that failed always says why; the type cannot. */
const noWord: Message = { key: 'happening.plain', params: { text: '-' } };

export type ProbeKind = 'Startup' | 'Liveness' | 'Readiness';

export interface ProbesOptions {
  readonly container: Container;
  readonly target: ProbeTarget;
  readonly agenda: Agenda;
  readonly now: () => number;
  /** When the instance started, milliseconds since 1970. */
  readonly startedAt: number;
  /** As known before, for an adopted instance: it stays ready until a probe says otherwise. */
  readonly initial: { readonly started: boolean; readonly ready: boolean };
  readonly settings: { readonly eager: boolean; readonly waitForPortMs: number };
  onStarted(): void;
  onReady(isReady: boolean): void;
  /** The instance has to be ended: its startup or liveness probe failed for good. */
  onDoomed(kind: ProbeKind, finding: Message): void;
  /** A probe failed once. */
  onUnhealthy(kind: ProbeKind, finding: Message): void;
  /** The first port stayed closed for the whole wait. */
  onSilentPort(nominal: number, real: number): void;
}

/** Watches the health of one instance: startup first, then liveness and readiness. The result stops it. */
export function attendContainer(options: ProbesOptions): () => void {
  const stops: (() => void)[] = [];
  const { startupProbe } = options.container;
  const rest = (): void => {
    options.onStarted();
    attendLiveness(options, stops);
    attendReadiness(options, stops);
  };
  if (startupProbe === undefined || options.initial.started) rest();
  else {
    const stop = attend(options, 'Startup', (count, finding) => {
      if (count.verdict === 'unknown') return;
      stop();
      if (count.verdict === 'success') rest();
      else options.onDoomed('Startup', finding ?? noWord);
    });
    stops.push(stop);
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function attendLiveness(options: ProbesOptions, stops: (() => void)[]): void {
  if (options.container.livenessProbe === undefined) return;
  const stop = attend(options, 'Liveness', (count, finding) => {
    if (count.verdict !== 'failure') return;
    stop();
    options.onDoomed('Liveness', finding ?? noWord);
  });
  stops.push(stop);
}

function attendReadiness(options: ProbesOptions, stops: (() => void)[]): void {
  if (options.container.readinessProbe === undefined) {
    stops.push(awaitPort(options));
    return;
  }
  const report = (count: ProbeCount): void => options.onReady(count.verdict === 'success');
  stops.push(attend(options, 'Readiness', report));
}

function attend(
  options: ProbesOptions,
  kind: ProbeKind,
  onCount: (count: ProbeCount, finding: ProbeFinding) => void,
): () => void {
  const { container } = options;
  const probe = {
    Startup: container.startupProbe,
    Liveness: container.livenessProbe,
    Readiness: container.readinessProbe,
  }[kind];
  if (probe === undefined) throw new TypeError(`container ${container.name} has no ${kind} probe`);
  const known: ProbeCount = { verdict: 'success', last: true, inARow: 1 };
  return attendProbe({
    probe,
    startedAt: options.startedAt,
    initial: kind === 'Readiness' && options.initial.ready ? known : kind === 'Liveness' ? known : noProbeYet,
    agenda: options.agenda,
    now: options.now,
    look: (timeoutMs) => runProbe(probe, options.target, timeoutMs),
    // A command costs a process: it runs as often as its period says.
    eager: options.settings.eager && probe.exec === undefined,
    onCount: (count, finding) => {
      if (finding !== undefined) options.onUnhealthy(kind, finding);
      onCount(count, finding);
    },
  });
}

/**
 * Without a readiness probe a kubelet calls a container ready as soon as its process exists. Here the process was started a
 * moment ago and its port is known, so the first connection is waited for: nobody is sent to a closed port.
 */
function awaitPort(options: ProbesOptions): () => void {
  const { target, container, settings, agenda, now } = options;
  const nominal = tcpPorts(container)[0];
  const real = nominal === undefined ? undefined : target.grant.ports[nominal];
  if (options.initial.ready || nominal === undefined || real === undefined || settings.waitForPortMs === 0) {
    options.onReady(true);
    return () => undefined;
  }
  const until = options.startedAt + settings.waitForPortMs;
  let isStopped = false;
  let cancel: () => void = () => undefined;
  const look = async (): Promise<void> => {
    const finding = await connectOnce({ address: target.grant.address, port: real }, 1000);
    if (isStopped) return;
    if (finding === undefined) options.onReady(true);
    else if (now() >= until) {
      options.onSilentPort(nominal, real);
      options.onReady(true);
    } else cancel = agenda.at(now() + Math.min(500, 30 + (now() - options.startedAt) / 4), () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    cancel();
  };
}
