import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTime, parseTime } from './time.ts';

it('agrees with the platform for every millisecond of ten thousand years', () => {
  const first = Date.UTC(0, 0, 1);
  fc.assert(
    fc.property(fc.integer({ min: first, max: 253_402_300_799_999 }), (ms) => {
      expect(formatTime(ms)).toBe(new Date(ms).toISOString());
      expect(parseTime(formatTime(ms))).toBe(ms);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

it('reads offsets, fractions and whole seconds', () => {
  expect(parseTime('2026-11-21T06:00:00+08:00')).toBe(Date.UTC(2026, 10, 20, 22));
  expect(parseTime('2026-11-21T06:00:00-00:30')).toBe(Date.UTC(2026, 10, 21, 6, 30));
  expect(parseTime('2024-02-29T23:59:59Z')).toBe(Date.UTC(2024, 1, 29, 23, 59, 59));
  expect(parseTime('2024-02-29T23:59:59.1239Z')).toBe(Date.UTC(2024, 1, 29, 23, 59, 59, 123));
  expect(parseTime('yesterday')).toBeUndefined();
});
