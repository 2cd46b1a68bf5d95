/** How fast `auto` moves: weights, dwell, margins, time box, bake. All percentages are of the service's traffic. */
import type { Message } from '../../texts/catalogue.ts';
import type { JudgeState } from './judge.ts';

export interface PaceSettings {
  /** Percent, growing, below 100. */
  readonly weights: readonly number[];
  /** True: the first weight follows the request rate. False: the user chose the weights, and the first one is kept. */
  readonly startByRate: boolean;
  readonly dwellMs: number;
  readonly timeBoxMs: number;
  readonly bakeMs: number;
  /** Largest tolerated excess failures as a share of all traffic, 0–1. */
  readonly budget: number;
  /** Margin of non-inferiority at the end, 0–1. */
  readonly margin: number;
  readonly onInconclusive: 'hold' | 'rollback' | 'promote';
}

/** `weight` is percent; 100 = promote. `until`: milliseconds since 1970 when to look again, where a clock decides. */
export type PaceStep =
  | { readonly kind: 'advance'; readonly weight: number; readonly reason: Message }
  | { readonly kind: 'stay'; readonly reason: Message; readonly until?: number }
  | { readonly kind: 'rollback'; readonly reason: Message };

export interface PaceLook {
  readonly now: number;
  /** Percent in force. */
  readonly weight: number;
  readonly pace: PaceSettings;
}

export declare function startWeight(pace: PaceSettings, requestsPerSecond: number): number;
export declare function paceMargins(pace: PaceSettings): readonly number[];
export declare function nextWeight(state: JudgeState, look: PaceLook): PaceStep;
