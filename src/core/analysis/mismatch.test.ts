import { describe, expect, it } from 'vitest';
import { binomial, seeded } from '../../../bench/judge/random.ts';
import { isMismatch, startMismatch, updateMismatch } from './mismatch.ts';
import { silenceOf, startSilence, updateSilence } from './no-data.ts';

/** Requests until the mismatch is found, at most 100,000. */
function requestsUntilFound(seed: number, share: number, actual: number): number {
  const random = seeded(seed);
  let state = startMismatch();
  for (let requests = 50; requests <= 100_000; requests += 50) {
    const candidate = binomial(random, 50, actual);
    state = updateMismatch(state, { share, candidate, stable: 50 - candidate });
    if (isMismatch(state)) return requests;
  }
  return Infinity;
}

function median(share: number, actual: number): number {
  const runs = Array.from({ length: 21 }, (_, seed) => requestsUntilFound(seed, share, actual)).sort((a, b) => a - b);
  return runs[10] ?? 0;
}

describe('share of the requests', () => {
  it('is equal to the likelihood ratio of the other shares, averaged', () => {
    const other = (shift: number): number => {
      const odds = (0.05 / 0.95) * Math.exp(shift);
      return odds / (1 + odds);
    };
    const shifts = [0.03, -0.03, 0.1, -0.1, 0.3, -0.3, 1, -1, -4];
    const wanted =
      shifts.reduce((sum, shift) => sum + (other(shift) / 0.05) ** 3 * ((1 - other(shift)) / 0.95) ** 40, 0) / 9;
    expect(updateMismatch(startMismatch(), { share: 0.05, candidate: 3, stable: 40 }).logE).toBeCloseTo(
      Math.log(wanted),
      12,
    );
  });

  it('is found wrong as quickly as the design says', () => {
    expect(median(0.05, 0)).toBeLessThanOrEqual(250);
    expect(median(0.05, 0.025)).toBeLessThanOrEqual(1600);
    expect(median(0.5, 0.45)).toBeLessThanOrEqual(2600);
  });

  it('is hardly ever found wrong when it is right', () => {
    const alarms = Array.from({ length: 150 }, (_, seed) => requestsUntilFound(seed + 1000, 0.05, 0.05)).filter(
      Number.isFinite,
    );
    expect(alarms.length).toBeLessThanOrEqual(1);
  });

  it('is forgiven within 10,000 requests after it was mended', () => {
    let state = startMismatch();
    for (let look = 0; look < 2000; look += 1) state = updateMismatch(state, { share: 0.2, candidate: 0, stable: 50 });
    expect(isMismatch(state)).toBe(true);
    for (let look = 0; look < 200; look += 1) state = updateMismatch(state, { share: 0.2, candidate: 10, stable: 40 });
    expect(isMismatch(state)).toBe(false);
  });
});

describe('silence', () => {
  it('of the candidate needs ten missing requests', () => {
    let state = updateSilence(startSilence(), { now: 1000, share: 0.05, stable: 10, candidate: 1 });
    state = updateSilence(state, { now: 2000, share: 0.05, stable: 180, candidate: 0 });
    expect(silenceOf(state, 2000)).toBe('none');
    state = updateSilence(state, { now: 3000, share: 0.05, stable: 20, candidate: 0 });
    expect(silenceOf(state, 3000)).toBe('candidate');
    state = updateSilence(state, { now: 4000, share: 0.05, stable: 20, candidate: 1 });
    expect(silenceOf(state, 4000)).toBe('none');
  });

  it('of both is told after ten seconds', () => {
    let state = updateSilence(startSilence(), { now: 1000, share: 0.5, stable: 10, candidate: 10 });
    state = updateSilence(state, { now: 10_000, share: 0.5, stable: 0, candidate: 0 });
    expect(silenceOf(state, 10_000)).toBe('none');
    state = updateSilence(state, { now: 11_000, share: 0.5, stable: 0, candidate: 0 });
    expect(silenceOf(state, 11_000)).toBe('both');
  });

  it('means nothing while the candidate has no share', () => {
    const state = updateSilence(startSilence(), { now: 1000, share: 0, stable: 1e6, candidate: 0 });
    expect(silenceOf(updateSilence(state, { now: 2000, share: 0, stable: 1e6, candidate: 0 }), 2000)).toBe('none');
  });
});
