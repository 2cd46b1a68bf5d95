import type { LifecycleHandler } from '../../../core/model/pod.ts';
import { findingOf } from './exec.ts';
import type { ProbeFinding, ProbeTarget } from './probe-run.ts';
import { getOnce } from './probe-run.ts';

export interface HookOptions {
  readonly handler: LifecycleHandler;
  readonly target: ProbeTarget;
  readonly timeoutMs: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Runs a postStart or preStop hook to its end. Undefined = well, else why not. */
export async function runHook({ handler, target, timeoutMs, sleep }: HookOptions): Promise<ProbeFinding> {
  if (handler.exec) return findingOf(target.launch, handler.exec.command, timeoutMs);
  if (handler.httpGet) return getOnce(handler.httpGet, target, timeoutMs);
  if (handler.sleep) await sleep(Math.min(handler.sleep.seconds * 1000, timeoutMs));
  return undefined;
}
