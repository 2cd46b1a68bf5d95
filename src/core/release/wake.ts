/** When to look again though nothing may have changed. Idle releases have nothing to look for. */
import type { ReleaseRecord } from './state.ts';
import { isPinned } from './state.ts';

/** The judge's cadence. */
const LOOK_MS = 1_000;
/** While the router has not confirmed what it was told. */
const CONFIRM_MS = 100;

export function wakeAt(state: ReleaseRecord, now: number): number | undefined {
  const { run, retiring } = state;
  if (run !== null) {
    const unconfirmed = run.phase !== 'preparing' && run.inForceSince === null;
    return now + (unconfirmed ? CONFIRM_MS : LOOK_MS);
  }
  if (state.stable !== null && !isPinned(state)) return now + CONFIRM_MS;
  const due = retiring.filter((one) => one.afterwards !== 'keep').map((one) => one.dueAt);
  return due.length === 0 ? undefined : Math.max(now + LOOK_MS, Math.min(...due));
}
