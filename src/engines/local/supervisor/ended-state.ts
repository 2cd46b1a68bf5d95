import { wordingOf } from '../../../texts/catalogue.ts';
import type { ContainerState } from '../../../core/model/pod.ts';
import type { Exit } from './container-process.ts';

export type Ended = NonNullable<ContainerState['terminated']>;

/** An end as the status tells it. Times in milliseconds since 1970. */
export function endedState(exit: Exit, times: { readonly startedAt: number; readonly endedAt: number }): Ended {
  const moments = {
    startedAt: new Date(times.startedAt).toISOString(),
    finishedAt: new Date(times.endedAt).toISOString(),
  };
  if (exit.failure !== undefined) {
    return { exitCode: 128, reason: 'StartError', message: exit.failure, ...moments };
  }
  if (exit.exitCode === undefined) {
    // As Kubernetes: 137 where nobody saw the end.
    const wording = wordingOf({ key: 'happening.endUnseen' });
    return { exitCode: 137, reason: 'ContainerStatusUnknown', ...wording, ...moments };
  }
  const signal = exit.signal === undefined ? {} : { signal: exit.signal };
  return { exitCode: exit.exitCode, ...signal, reason: exit.exitCode === 0 ? 'Completed' : 'Error', ...moments };
}
