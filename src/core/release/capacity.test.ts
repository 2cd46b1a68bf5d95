import fc from 'fast-check';
import { expect, test } from 'vitest';
import { candidateReplicas, canCarry, mayLower, podsForShare, stableReplicas } from './capacity.ts';

const share = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);
const pods = fc.integer({ min: 1, max: 500 });

test.each([
  [0, 10, 0],
  [0.01, 10, 1],
  [7, 100, 7],
  [10, 10, 1],
  [10.01, 10, 2],
  [50, 3, 2],
  [100, 7, 7],
])('%d %% of what %d pods carry needs %d', (percent, full, needed) => {
  expect(podsForShare(percent, full)).toBe(needed);
});

test('enough for the share, never a pod more than that, and more share never needs less', () => {
  fc.assert(
    fc.property(share, share, pods, (a, b, full) => {
      const needed = podsForShare(a, full);
      expect(needed * 10_000).toBeGreaterThanOrEqual(Math.round(a * 100) * full);
      if (needed > 1) expect((needed - 1) * 10_000).toBeLessThan(Math.round(a * 100) * full);
      if (a <= b) expect(needed).toBeLessThanOrEqual(podsForShare(b, full));
    }),
    { seed: 3 },
  );
});

test('what is asked for carries the share, and is never below what the owner set', () => {
  fc.assert(
    fc.property(share, pods, pods, (percent, own, full) => {
      const asked = candidateReplicas({ share: percent, own, full });
      expect(asked).toBeGreaterThanOrEqual(own);
      expect(canCarry(percent, asked, full)).toBe(true);
    }),
    { seed: 3 },
  );
});

test('stable is only ever raised', () => {
  fc.assert(
    fc.property(pods, pods, (current, full) => {
      expect(stableReplicas(current, full)).toBeGreaterThanOrEqual(Math.max(current, full));
    }),
    { seed: 3 },
  );
});

const idle = { desired: 0, routed: 0, inForce: true, quietSince: 1000, drainMs: 2000, now: 3000 };

test('an arm is lowered only with everything confirmed', () => {
  expect(mayLower(idle)).toBe(true);
  expect(mayLower({ ...idle, desired: 1 })).toBe(false);
  expect(mayLower({ ...idle, routed: null })).toBe(false);
  expect(mayLower({ ...idle, routed: 0.01 })).toBe(false);
  expect(mayLower({ ...idle, inForce: false })).toBe(false);
  expect(mayLower({ ...idle, quietSince: null })).toBe(false);
  expect(mayLower({ ...idle, now: 2999 })).toBe(false);
});
