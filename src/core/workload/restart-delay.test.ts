import { describe, expect, it } from 'vitest';
import { isRestarted, nextRestartDelay, type BackOffSettings } from './restart-delay.ts';

/** Kubernetes' own. */
const kubernetesBackOff: BackOffSettings = { baseMs: 10_000, maxMs: 300_000, resetAfterMs: 600_000 };

describe('nextRestartDelay', () => {
  it('restarts at once, then 10 s doubling to 300 s', () => {
    const delays: number[] = [];
    let previous: number | undefined;
    for (let crash = 0; crash < 8; crash += 1) {
      previous = nextRestartDelay(kubernetesBackOff, previous, 1000);
      delays.push(previous / 1000);
    }
    expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('forgets after 10 minutes of running', () => {
    expect(nextRestartDelay(kubernetesBackOff, 300_000, 600_000)).toBe(0);
    expect(nextRestartDelay(kubernetesBackOff, 300_000, 599_999)).toBe(300_000);
  });
});

describe('isRestarted', () => {
  it('follows the policy', () => {
    expect([isRestarted(undefined, 0), isRestarted('Always', 1)]).toEqual([true, true]);
    expect([isRestarted('OnFailure', 0), isRestarted('OnFailure', 1)]).toEqual([false, true]);
    expect([isRestarted('Never', 0), isRestarted('Never', 1)]).toEqual([false, false]);
  });
});
