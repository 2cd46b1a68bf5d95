import { describe, expect, it } from 'vitest';
import type { Random } from '../../../bench/judge/random.ts';
import { binomial, poisson, seeded } from '../../../bench/judge/random.ts';
import type { Tally } from './counts.ts';
import { failingPod } from './one-pod.ts';
import type { PodHistory } from './overdispersion.ts';
import { calibratePhi, groupsOf } from './overdispersion.ts';

const replay = { candidatePods: 2, windowMs: 600_000, alpha: 0.01, ratio: 1, tolerance: 0.001 };

/** 4 hours of 6 pods in ticks of 5 s, 50 requests per tick and pod. */
function history(bad: (random: Random, requests: number) => number): PodHistory {
  const random = seeded(42);
  const ticks = Array.from({ length: 2880 }, () =>
    Array.from({ length: 6 }, (): Tally => {
      const requests = poisson(random, 50);
      return { requests, bad: Math.min(requests, bad(random, requests)) };
    }),
  );
  return { tickMs: 5000, pods: ['a', 'b', 'c', 'd', 'e', 'f'], ticks };
}

describe('phi from the past', () => {
  it('is 1.5 where errors are independent, and says from how many replays', () => {
    const calibration = calibratePhi(
      history((random, requests) => binomial(random, requests, 0.005)),
      replay,
    );
    expect(calibration).toMatchObject({ phi: 1.5, replays: 24 * 15, exhausted: false });
    expect(calibration.alarms).toBeLessThanOrEqual(1);
  });

  it('is larger where errors come in clusters', () => {
    const clustered = history((random, requests) => {
      let bad = 0;
      for (let clusters = binomial(random, requests, 0.001); clusters > 0; clusters -= 1) bad += poisson(random, 6);
      return bad;
    });
    const calibration = calibratePhi(clustered, replay);
    expect(calibration.phi).toBeGreaterThanOrEqual(4);
    expect(calibration.alarms).toBeLessThanOrEqual(0.005 * calibration.replays);
  });

  it('says when no phi is large enough', () => {
    const oneBadPod = history((random, requests) => binomial(random, requests, 0.005));
    const ticks = oneBadPod.ticks.map((tick) =>
      tick.map((tally, pod) => (pod === 0 ? { ...tally, bad: tally.requests } : tally)),
    );
    expect(calibratePhi({ ...oneBadPod, ticks }, replay)).toMatchObject({ phi: 68, exhausted: true });
  });

  it('is 5 without a past, or where no pod would be left to compare with', () => {
    const empty = { tickMs: 5000, pods: ['a', 'b'], ticks: [] };
    expect(calibratePhi(empty, replay)).toMatchObject({ phi: 5, alarms: 0, replays: 0 });
    const pods = history(() => 0);
    expect(calibratePhi(pods, { ...replay, candidatePods: 6 }).phi).toBe(5);
  });

  it('replays every group of pods, and some of very many', () => {
    const groups = groupsOf(5, 2).map((group) => [...group].join(''));
    expect(groups).toEqual(['01', '02', '03', '04', '12', '13', '14', '23', '24', '34']);
    const many = groupsOf(20, 3);
    expect(many).toHaveLength(60);
    expect(new Set(many.map((group) => [...group].join(','))).size).toBe(60);
    expect(many.every((group) => group.size === 3)).toBe(true);
  });
});

describe('one failing pod', () => {
  const healthy = { requests: 40, failures: 0 };

  it('is found when more than four of five failures are its', () => {
    expect(failingPod({ a: healthy, b: healthy, c: { requests: 40, failures: 20 } })).toEqual({
      pod: 'c',
      part: 1,
      failures: 20,
      pods: 3,
    });
    expect(failingPod({ a: { requests: 40, failures: 4 }, c: { requests: 40, failures: 16 } })).toBeUndefined();
  });

  it('is not claimed for a lone pod, for few failures, without others to compare, or without a pod', () => {
    expect(failingPod({ c: { requests: 40, failures: 20 } })).toBeUndefined();
    expect(failingPod({ a: healthy, c: { requests: 40, failures: 4 } })).toBeUndefined();
    expect(failingPod({ a: { requests: 2, failures: 0 }, c: { requests: 40, failures: 20 } })).toBeUndefined();
    expect(failingPod({ a: healthy, '': { requests: 40, failures: 20 } })).toBeUndefined();
  });
});
