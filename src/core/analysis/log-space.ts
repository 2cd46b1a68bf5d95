/** Sums of numbers that are kept as logarithms, so that evidence neither overflows nor vanishes. */

/** ln(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
}

/** ln(Σ e^x). */
export function logSum(values: readonly number[]): number {
  let top = -Infinity;
  for (const value of values) if (value > top) top = value;
  if (top === -Infinity) return top;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Odds of the candidate's share; the ends are cut so that the odds stay finite. */
export function shareOdds(share: number): number {
  const q = clamp(share, 1e-4, 1 - 1e-4);
  return q / (1 - q);
}
