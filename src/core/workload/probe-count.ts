import type { Probe } from '../model/pod.ts';

/** Timing of a probe in milliseconds, with Kubernetes' defaults. */
export interface ProbeTiming {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export function probeTiming(probe: Probe): ProbeTiming {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds ?? 10) * 1000,
    timeoutMs: (probe.timeoutSeconds ?? 1) * 1000,
    successThreshold: probe.successThreshold ?? 1,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}

/** How a probe stands: the verdict in force and the equal answers in a row that may change it. */
export interface ProbeCount {
  readonly verdict: 'unknown' | 'success' | 'failure';
  readonly last: boolean | undefined;
  readonly inARow: number;
}

export const noProbeYet: ProbeCount = { verdict: 'unknown', last: undefined, inARow: 0 };

/** One answer more. The verdict changes only when enough equal answers came in a row. */
export function countProbe(count: ProbeCount, success: boolean, timing: ProbeTiming): ProbeCount {
  const inARow = count.last === success ? count.inARow + 1 : 1;
  const needed = success ? timing.successThreshold : timing.failureThreshold;
  const verdict = inARow < needed ? count.verdict : success ? 'success' : 'failure';
  return { verdict, last: success, inARow };
}
