import { describe, expect, it } from 'vitest';
import { countProbe, noProbeYet, probeTiming } from './probe-count.ts';

const verdicts = (answers: string, timing = probeTiming({})): string[] => {
  let count = noProbeYet;
  return answers.split('').map((answer) => {
    count = countProbe(count, answer === '+', timing);
    return count.verdict;
  });
};

describe('countProbe', () => {
  it('has the defaults of Kubernetes', () => {
    expect(probeTiming({})).toEqual({
      initialDelayMs: 0,
      periodMs: 10_000,
      timeoutMs: 1000,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  it('needs three failures in a row, and one success', () => {
    expect(verdicts('+--+---+')).toEqual([
      'success',
      'success',
      'success',
      'success',
      'success',
      'success',
      'failure',
      'success',
    ]);
  });

  it('honours a success threshold', () => {
    expect(verdicts('+-++', probeTiming({ successThreshold: 2 }))).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'success',
    ]);
  });
});
