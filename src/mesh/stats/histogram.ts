import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';

/** All three histograms have Envoy's default bounds, whatever they count. */
const bounds: Float64Array = Float64Array.from(LATENCY_BOUNDS_MS);
export const BUCKET_COUNT: number = bounds.length + 1;

/** Index of the first bucket whose upper bound is not below the value. */
export function bucketOf(value: number): number {
  let index = 0;
  while (index < bounds.length && value > (bounds[index] ?? 0)) index++;
  return index;
}

/** Counts by bucket, not cumulative. */
export class Histogram {
  readonly counts: Float64Array = new Float64Array(BUCKET_COUNT);
  sum = 0;

  add(value: number): void {
    const bucket = bucketOf(value);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}
