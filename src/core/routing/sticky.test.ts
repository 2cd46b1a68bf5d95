import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseByKey, chooseDestination, wantsCookie } from './choose.ts';
import { requestView } from './compile/fixture.ts';
import { type PreparedForward, prepareTable } from './prepare.ts';
import { BUCKETS, mintedCookie, stickyBucket, stickyKeyOf } from './sticky.ts';
import type { StickyChoice } from './table.ts';

/** A rule with these weights; the first is the candidate. */
function forwardWith(weights: readonly number[], sticky?: StickyChoice): PreparedForward {
  const destinations = weights.map((weight, index) => ({ cluster: `c${index}`, weight }));
  const action = {
    kind: 'forward',
    destinations,
    timeoutMs: 0,
    retry: null,
    ...(sticky === undefined ? {} : { sticky }),
  } as const;
  const table = prepareTable({
    version: 1,
    listeners: [],
    clusters: {},
    routes: {
      r: {
        unknownHost: 'notFound',
        virtualHosts: [{ name: 'v', domains: ['*'], routes: [{ name: '', origin: '', action }] }],
      },
    },
  });
  return table.routes.get('r')?.virtualHosts[0]?.routes[0]?.forward ?? expect.fail('no route');
}

const salted = (salt: string): StickyChoice => ({ cookie: 'user', salt });

test('bucket < weight · 100 decides, for every weight with two decimals', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 9999 }), (key, salt, hundredths) => {
      const forward = forwardWith([hundredths / 100, 100 - hundredths / 100], salted(salt));
      const isCandidate = stickyBucket(key, salt) < hundredths;
      expect(chooseByKey(forward, key).position).toBe(isCandidate ? 0 : 1);
    }),
    { seed: 20_261, numRuns: 2000 },
  );
});

test('a growing weight never sends anyone back', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.tuple(fc.nat(9999), fc.nat(9999)), (key, salt, pair) => {
      const [small = 0, large = 0] = pair.toSorted((a, b) => a - b);
      const at = (hundredths: number): number =>
        chooseByKey(forwardWith([hundredths + 0.001, 10_000 - hundredths], salted(salt)), key).position;
      if (at(small) === 0) expect(at(large)).toBe(0);
    }),
    { seed: 20_262, numRuns: 1000 },
  );
});

describe('the distribution is uniform within binomial noise', () => {
  const users = 200_000;
  const kinds: readonly (readonly [string, (n: number) => string])[] = [
    ['numbers', (n) => String(n)],
    ['user names', (n) => `user-${n}`],
    ['addresses', (n) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`],
    ['long tokens', (n) => `eyJhbGciOiJIUzI1NiJ9.${n.toString(36).padStart(40, 'x')}`],
    ['Chinese names', (n) => `用户${n}`],
  ];

  test.each(kinds)('%s', (_name, keyOf) => {
    for (const salt of ['', 'run-1', 'reviews-v2-7f9c']) {
      const cells = new Int32Array(100);
      for (let n = 0; n < users; n++) {
        const cell = Math.floor(stickyBucket(keyOf(n), salt) / 100);
        cells[cell] = (cells[cell] ?? 0) + 1;
      }
      const expected = users / 100;
      const chiSquared = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 99 degrees of freedom: mean 99, standard deviation 14; a fair hash exceeds 170 once in 10,000 tries.
      expect(chiSquared).toBeLessThan(170);
      expect(chiSquared).toBeGreaterThan(45);
    }
  });

  test('two salts are independent', () => {
    let both = 0;
    for (let n = 0; n < users; n++) {
      if (stickyBucket(`u${n}`, 'a') < 1000 && stickyBucket(`u${n}`, 'b') < 1000) both++;
    }
    const expected = users * 0.01;
    expect(Math.abs(both - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });
});

/** Changing the hash would move users in the middle of a run. */
const GOLDEN: readonly number[] = [1166, 4043, 7022, 5621];

test('buckets are whole numbers below 10,000, and stay what they are for ever', () => {
  expect(['', 'a', 'jason', '用户1'].map((key) => stickyBucket(key, 'run-1'))).toEqual(GOLDEN);
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, salt) => {
      const bucket = stickyBucket(key, salt);
      expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true);
    }),
    { seed: 20_263 },
  );
});

test('salt and key do not run into each other', () => {
  expect(stickyBucket('c', 'ab')).not.toBe(stickyBucket('bc', 'a'));
});

describe('where the key comes from', () => {
  const request = requestView({
    path: '/a?user=q',
    from: '10.0.0.7',
    headers: { cookie: ['a=1; user=c1', 'user=c2'], 'x-user': 'h' },
  });
  test.each([
    [{ cookie: 'user', salt: '' }, 'c1'],
    [{ cookie: 'nobody', salt: '' }, undefined],
    [{ header: 'x-user', salt: '' }, 'h'],
    [{ query: 'user', salt: '' }, 'q'],
    [{ sourceAddress: true, salt: '' }, '10.0.0.7'],
  ] as const)('%o', (choice, key) => {
    expect(stickyKeyOf(choice, request)).toBe(key);
  });

  test('a cookie in a second header line is found', () => {
    const second = requestView({ headers: { cookie: ['a=1', 'user=c2'] } });
    expect(stickyKeyOf(salted(''), second)).toBe('c2');
  });

  test('without the key: by weight, or a cookie is minted', () => {
    const forward = forwardWith([30, 70], { cookie: 'user', mintSeconds: 60, salt: '' });
    expect(wantsCookie(forward, requestView())).toBe(true);
    expect(wantsCookie(forward, request)).toBe(false);
    expect(wantsCookie(forwardWith([30, 70], salted('')), requestView())).toBe(false);
    expect(chooseDestination(forward, requestView(), 0.29).position).toBe(0);
    expect(chooseDestination(forward, requestView(), 0.3).position).toBe(1);
  });

  test('minted cookies', () => {
    expect(mintedCookie({ cookie: 'u', mintSeconds: 60, salt: '' }, 'k')).toBe(
      'u=k; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
    );
    expect(mintedCookie({ cookie: 'u', mintSeconds: 0, salt: '' }, 'k')).toBe('u=k; Path=/; HttpOnly; SameSite=Lax');
    expect(mintedCookie(salted(''), 'k')).toBeUndefined();
  });
});

test('weights are met within binomial noise, and are relative', () => {
  const forward = forwardWith([1, 2, 5]);
  const counts = [0, 0, 0];
  const draws = 80_000;
  for (let n = 0; n < draws; n++) {
    const { position } = chooseDestination(forward, requestView(), (n + 0.5) / draws);
    counts[position] = (counts[position] ?? 0) + 1;
  }
  expect(counts).toEqual([10_000, 20_000, 50_000]);
});
