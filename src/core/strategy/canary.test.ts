import { expect, test } from 'vitest';
import { say } from '../../texts/catalogue.ts';
import type { ReleaseSpec } from '../model/release.ts';
import { compile, judgeFor } from '../release/compile.ts';
import { describePlan, firstWeight } from './plan.ts';

const base: ReleaseSpec = { service: 'reviews', workload: { versions: {} }, strategy: { canary: {} } };
const steps = (canary: NonNullable<ReleaseSpec['strategy']['canary']>): ReleaseSpec => ({
  ...base,
  strategy: { canary },
});

test('a list becomes a plan: looks where no pause stands, and the last step promotes', () => {
  const { plan, refused } = compile(
    steps({
      steps: [
        { weight: 5 },
        { pause: '2m' },
        { weight: 30 },
        { weight: 50 },
        { approve: { by: ['ada'] } },
        { weight: 100 },
      ],
    }),
  );
  expect(refused).toBeUndefined();
  expect(plan.steps).toEqual([
    { kind: 'setWeight', weight: 5, lookMs: 0 },
    { kind: 'wait', forMs: 120_000 },
    { kind: 'setWeight', weight: 30, lookMs: 10_000 },
    { kind: 'setWeight', weight: 50, lookMs: 0 },
    { kind: 'approve', by: ['ada'] },
    { kind: 'promote' },
  ]);
  expect(firstWeight(plan)).toBe(5);
  expect(describePlan(plan).map((one) => say('en', one))).toEqual([
    'give the candidate 5% of the traffic',
    'stay for 120 s of traffic',
    'give the candidate 30% of the traffic and watch it for at least 10 s',
    'give the candidate 50% of the traffic',
    'wait for an approval by one of: ada',
    'give the candidate all traffic; it becomes stable',
  ]);
});

test('a list that ends before 100 is promoted after it', () => {
  expect(compile(steps({ steps: [{ weight: 5 }, { pause: {} }] })).plan.steps.at(-1)).toEqual({ kind: 'promote' });
});

test('without a list the pace follows the evidence', () => {
  const { plan } = compile(steps({ auto: { dwell: '10s' } }));
  expect(plan.steps).toMatchObject([
    { kind: 'auto', pace: { dwellMs: 10_000, bakeMs: 300_000, startByRate: true } },
    { kind: 'promote' },
  ]);
  expect(firstWeight(plan)).toBeNull();
});

test.each([
  [steps({ steps: [{ weight: 5 }, { pause: 'soon' }] }), 'spec.strategy.canary.steps[1].pause'],
  [{ ...base, progressDeadline: '10 minutes' }, 'spec.progressDeadline'],
  [steps({ auto: { bake: '?' } }), 'spec.strategy.canary.auto.bake'],
])('a duration that is none is refused with its field', (spec, field) => {
  expect(compile(spec).refused?.field).toBe(field);
});

test('percent of the release become fractions of the judge', () => {
  const spec: ReleaseSpec = {
    ...steps({ steps: [{ weight: 10 }, { weight: 50 }] }),
    analysis: {
      alpha: 5,
      errors: { tolerance: 0.2, ratio: 2, phi: 1.5 },
      latency: { slowerThan: '250ms' },
      noDataTimeout: '30s',
    },
    traffic: { sticky: { cookie: 'user' } },
  };
  const arms = {
    from: { version: 'v1', hash: 'a', deployment: 'a' },
    to: { version: 'v2', hash: 'b', deployment: 'b' },
  };
  expect(judgeFor(spec, { plan: compile(spec).plan, ...arms })).toMatchObject({
    stable: 'v1',
    candidate: 'v2',
    alpha: 0.05,
    errors: { tolerance: 0.002, ratio: 2, phi: 1.5 },
    latency: { slowerThanMs: 250 },
    noDataTimeoutMs: 30_000,
    split: 'user',
    margins: [0.025, 0.005],
  });
});
