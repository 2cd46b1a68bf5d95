import { describe, expect, test } from 'vitest';
import type { OutlierPolicy } from '../../core/routing/table.ts';
import { makeBalancer } from './balancer.ts';
import { buildMaglev } from './maglev.ts';
import { eject, observeAnswer, review, type Watched } from './outlier.ts';
import { buildRing, ringHost } from './ring-hash.ts';

/** Mulberry32: the same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hosts = (count: number): { name: string; active: number }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `10.0.0.${index}:80`, active: 0 }));

describe('balancers', () => {
  test('round robin goes around', () => {
    const three = hosts(3);
    const next = makeBalancer({ kind: 'roundRobin' }, three, 1);
    const seen = Array.from({ length: 6 }, () => three.indexOf(next(undefined, () => 0)));
    expect(seen).toEqual([1, 2, 0, 1, 2, 0]);
  });

  test('random is even', () => {
    const four = hosts(4);
    const pick = makeBalancer({ kind: 'random' }, four, 0);
    const random = numbers(1);
    const counts = four.map(() => 0);
    for (let i = 0; i < 8000; i++) {
      const at = four.indexOf(pick(undefined, random));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(6 * Math.sqrt(8000 * 0.25 * 0.75));
  });

  test('least request takes the less busy of two', () => {
    const busy = [
      { name: 'a', active: 10 },
      { name: 'b', active: 0 },
    ];
    const pick = makeBalancer({ kind: 'leastRequest' }, busy, 0);
    const random = numbers(2);
    let first = 0;
    for (let i = 0; i < 4000; i++) if (pick(undefined, random).name === 'a') first++;
    // Only where both draws hit it: a quarter.
    expect(Math.abs(first - 1000)).toBeLessThan(6 * Math.sqrt(4000 * 0.25 * 0.75));
  });

  test.each([{ kind: 'ringHash', minimumSize: 1024 } as const, { kind: 'maglev', tableSize: 65_537 } as const])(
    '$kind: one key, one host; without a key any',
    (policy) => {
      const five = hosts(5);
      const pick = makeBalancer(policy, five, 0);
      const again = makeBalancer(policy, hosts(5), 7);
      const random = numbers(3);
      const counts = new Map<string, number>();
      for (let user = 0; user < 5000; user++) {
        const { name } = pick(`user-${user}`, random);
        expect(again(`user-${user}`, random).name).toBe(name);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(count).toBeGreaterThan(500);
      expect(new Set(Array.from({ length: 50 }, () => pick(undefined, random).name)).size).toBe(5);
    },
  );

  test('when a host goes, ring and maglev move few of the others’ keys', () => {
    const names = hosts(5).map(({ name }) => name);
    const fewer = names.slice(0, 4);
    const [ring, smaller] = [buildRing(names, 1024), buildRing(fewer, 1024)];
    const [table, after] = [buildMaglev(names, 65_537), buildMaglev(fewer, 65_537)];
    let onRing = 0;
    let onTable = 0;
    let kept = 0;
    for (let i = 0; i < 4000; i++) {
      const key = Math.imul(i + 1, 0x9e3779b1) >>> 0;
      const before = names[ringHost(ring, key)];
      if (before === names[4]) continue;
      kept++;
      if (fewer[ringHost(smaller, key)] !== before) onRing++;
      const slot = key % table.length;
      const owner = table[slot] ?? 0;
      if (owner < 4 && after[slot] !== owner) onTable++;
    }
    // The ring keeps its size, so the hosts that stay get new points, which take some keys from each other.
    expect(onRing / kept).toBeLessThan(0.2);
    expect(onTable / kept).toBeLessThan(0.15);
  });
});

describe('outlier detection', () => {
  const policy: OutlierPolicy = {
    consecutive5xx: 3,
    consecutiveGatewayErrors: 2,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionPct: 50,
    minHealthPct: 0,
  };
  const watched = (): Watched => ({ failuresInRow: 0, gatewayFailuresInRow: 0, ejections: 0, ejectedUntil: 0 });

  test('failures in a row; an answer in between starts anew; gateway errors have their own count', () => {
    const host = watched();
    expect([500, 500, 200, 500, 500, 500].map((status) => observeAnswer(policy, host, status))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    const other = watched();
    expect([503, 0].map((status) => observeAnswer(policy, other, status))).toEqual([false, true]);
  });

  test('the share of ejected hosts is bounded: three hosts and 10 percent, and nobody goes', () => {
    const three = [watched(), watched(), watched()];
    const [host] = three;
    if (host === undefined) throw new Error('three hosts');
    expect(eject({ ...policy, maxEjectionPct: 10 }, three, { host, now: 1000 })).toBe(false);
    expect(eject({ ...policy, maxEjectionPct: 34 }, three, { host, now: 1000 })).toBe(true);
    expect(host.ejectedUntil).toBe(31_000);
  });

  test('the time grows with each ejection, ends, and good conduct is forgiven', () => {
    const host = watched();
    const all = [host, watched()];
    eject(policy, all, { host, now: 0 });
    expect(review(all, 29_999)).toBe(false);
    expect(review(all, 30_000)).toBe(true);
    eject(policy, all, { host, now: 40_000 });
    expect(host.ejectedUntil).toBe(100_000);
    review(all, 100_000);
    for (let i = 1; i <= 2; i++) review(all, 100_000 + i * 10_000);
    expect(host.ejections).toBe(0);
  });
});
