import type { Probe } from '../../../core/model/pod.ts';
import type { ProbeCount } from '../../../core/workload/probe-count.ts';
import { countProbe, probeTiming } from '../../../core/workload/probe-count.ts';
import type { Agenda } from './agenda.ts';
import type { ProbeFinding } from './probe-run.ts';

export interface AttendOptions {
  readonly probe: Probe;
  /** Milliseconds since 1970: `initialDelaySeconds` counts from here. */
  readonly startedAt: number;
  readonly initial: ProbeCount;
  readonly agenda: Agenda;
  readonly now: () => number;
  look(timeoutMs: number): Promise<ProbeFinding>;
  /** Looks often until the first success; failures count once per period as ever. */
  readonly eager: boolean;
  /** After each look that counts. */
  onCount(count: ProbeCount, finding: ProbeFinding): void;
}

const EAGER_FIRST_MS = 50;
const EAGER_LAST_MS = 1000;

/**
 * Keeps looking until stopped. A kubelet looks once per period from the start, so that a program which is up after 0.2 s
 * waits a whole period for traffic; eager looks only ever find the success sooner, they never count a failure.
 */
export function attendProbe(options: AttendOptions): () => void {
  const timing = probeTiming(options.probe);
  const first = options.startedAt + timing.initialDelayMs;
  let count = options.initial;
  let nextTick = Math.max(first, options.now());
  let eagerMs = EAGER_FIRST_MS;
  let isStopped = false;
  let cancel = options.agenda.at(nextTick, () => void turn());

  const turn = async (): Promise<void> => {
    const isTick = options.now() >= nextTick;
    if (isTick) nextTick += timing.periodMs * Math.max(1, Math.ceil((options.now() - nextTick) / timing.periodMs));
    const finding = await options.look(timing.timeoutMs);
    if (isStopped) return;
    if (isTick || finding === undefined) {
      count = countProbe(count, finding === undefined, timing);
      options.onCount(count, finding);
    }
    // The one who counted may have stopped us.
    if (!isStopped) cancel = options.agenda.at(nextMoment(), () => void turn());
  };
  const nextMoment = (): number => {
    if (!options.eager || count.verdict === 'success') return nextTick;
    eagerMs = Math.min(EAGER_LAST_MS, eagerMs * 1.5);
    return Math.min(nextTick, options.now() + eagerMs);
  };

  return () => {
    isStopped = true;
    cancel();
  };
}
