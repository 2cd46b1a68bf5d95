/** Seeded randomness, so that every simulated run can be repeated. */

export type Random = () => number;

/** Numbers in [0, 1); mulberry32. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Number of events of a Poisson process with this mean. */
export function poisson(random: Random, mean: number): number {
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  const limit = Math.exp(-mean);
  let events = -1;
  for (let product = 1; product > limit; product *= random()) events += 1;
  return events;
}

/** Successes among n tries with probability p; skips from success to success. */
export function binomial(random: Random, n: number, p: number): number {
  if (p <= 0 || n === 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  const step = Math.log1p(-p);
  let successes = -1;
  for (let at = -1; at < n; successes += 1) at += 1 + Math.floor(Math.log(1 - random()) / step);
  return successes;
}
