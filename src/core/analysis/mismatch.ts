/**
 * Does the candidate get the share of the requests that the router was told? A mixture of likelihood ratios over other
 * shares. A mismatch makes every comparison doubtful, so it holds the run and never rolls back by itself.
 */
import { logSum } from './log-space.ts';

/** Shifts of the share's log odds: a little, somewhat, much, both ways, and almost nothing. */
const shifts: readonly number[] = [0.03, -0.03, 0.1, -0.1, 0.3, -0.3, 1, -1, -4];

/** Chance of a false alarm at any time. */
const mismatchAlpha = 0.001;

/**
 * No hypothesis may hold more than this (ln): enough to alarm alone, and little more, else a mismatch that was mended
 * would be remembered for hours.
 */
const ceiling = Math.log(shifts.length / mismatchAlpha) + 0.3;

export interface MismatchState {
  readonly logs: readonly number[];
  readonly logE: number;
}

export interface ShareLook {
  /** Share that the router was told, strictly between 0 and 1. */
  readonly share: number;
  readonly candidate: number;
  readonly stable: number;
}

export function startMismatch(): MismatchState {
  return { logs: shifts.map(() => 0), logE: 0 };
}

export function updateMismatch(state: MismatchState, look: ShareLook): MismatchState {
  const { share } = look;
  const logs = shifts.map((shift, index) => {
    const odds = (share / (1 - share)) * Math.exp(shift);
    const other = odds / (1 + odds);
    const gain = look.candidate * Math.log(other / share) + look.stable * (Math.log1p(-other) - Math.log1p(-share));
    return Math.min(ceiling, (state.logs[index] ?? 0) + gain);
  });
  return { logs, logE: logSum(logs) - Math.log(shifts.length) };
}

export function isMismatch(state: MismatchState): boolean {
  return state.logE >= Math.log(1 / mismatchAlpha);
}
