/** The capacity law as arithmetic. Shares in percent, capacity in pods. */

/** Pods that must be ready before an arm may carry `share` of a service that needs `full` pods for all of it. */
export function podsForShare(share: number, full: number): number {
  if (share <= 0) return 0;
  // Hundredths of a percent as whole numbers: 0.07 * 100 in floating point would ask for one pod too many.
  return Math.max(1, Math.ceil((Math.round(share * 100) * full) / 10_000));
}

export interface CandidateNeed {
  /** The larger of the share in force and the next one. */
  readonly share: number;
  /** Replicas the candidate was given by its owner; never scaled below them while on trial. */
  readonly own: number;
  /** Pods that carry all traffic: what stable runs with. */
  readonly full: number;
}

/** Replicas to ask for. */
export function candidateReplicas(need: CandidateNeed): number {
  return Math.max(need.own, podsForShare(need.share, need.full));
}

/** May the candidate be given this share with the pods that are ready now? */
export function canCarry(share: number, ready: number, full: number): boolean {
  return ready >= podsForShare(share, full);
}

/** Stable must be able to take everything back at any moment of the trial. */
export function stableReplicas(current: number, full: number): number {
  return Math.max(current, full);
}

export interface LoweringFacts {
  /** Percent in the record, and as read back from the router. */
  readonly desired: number;
  readonly routed: number | null;
  readonly inForce: boolean;
  /** Since when no request of this arm was seen finishing, by fresh counts; null = not observed. */
  readonly quietSince: number | null;
  readonly drainMs: number;
  readonly now: number;
}

/** An arm is lowered only once its share was seen to be 0 and stayed so for the drain time. */
export function mayLower(facts: LoweringFacts): boolean {
  if (facts.desired > 0 || facts.routed === null || facts.routed > 0 || !facts.inForce) return false;
  return facts.quietSince !== null && facts.now - facts.quietSince >= facts.drainMs;
}
