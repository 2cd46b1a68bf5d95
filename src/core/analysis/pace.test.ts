import { describe, expect, it } from 'vitest';
import { say } from '../../texts/catalogue.ts';
import type { ArmCounts } from './counts.ts';
import { noCounts } from './counts.ts';
import { judge, startJudge } from './judge.ts';
import { judgeSettings } from './judge-settings.ts';
import type { JudgeState } from './judge-state.ts';
import type { PaceStep } from './pace.ts';
import { nextWeight } from './pace.ts';
import { marginAt, paceMargins, paceSettings, startWeight, weightAfter } from './pace-settings.ts';
import type { PaceSettings } from './pace-settings.ts';

const standard = paceSettings({}, {});

function arm(requests: number, failures = 0): ArmCounts {
  return { requests, failures, latency: [], byPod: {} };
}

interface Run {
  readonly pace: PaceSettings;
  readonly weight: number;
  readonly seconds: number;
  readonly stable: ArmCounts;
  readonly candidate: ArmCounts;
  readonly phi?: number;
}

function stepAfter(run: Run): PaceStep {
  let state: JudgeState = startJudge(
    judgeSettings({
      stable: 'v1',
      candidate: 'v2',
      margins: paceMargins(run.pace),
      limits: run.pace,
      errors: { phi: run.phi ?? 1.5 },
    }),
  );
  let now = 1_000_000;
  const share = run.weight / 100;
  for (let second = 0; second < run.seconds; second += 1) {
    now += 1000;
    const { stable, candidate } = run;
    state = judge(state, { now, share, stable, candidate, ageMs: 0, tickMs: 1000 }).state;
  }
  return nextWeight(state, { now, weight: run.weight, pace: run.pace });
}

const good = { pace: standard, stable: arm(47), candidate: arm(3) };

describe('weights', () => {
  it('begin with about one request a second, between 1 and 25 percent', () => {
    expect([0.5, 5, 30, 50, 500, 50_000].map((rps) => startWeight(standard, rps))).toEqual([25, 20, 3.33, 2, 1, 1]);
    expect([0, Number.NaN].map((rps) => startWeight(standard, rps))).toEqual([1, 1]);
    expect(startWeight(paceSettings({ weights: [30, 5] }, {}), 50)).toBe(5);
  });

  it('go up the ladder, leaving out a rung just above', () => {
    const ladder = [1];
    for (let weight = 1; weight < 100; ladder.push(weight)) weight = weightAfter(standard, weight);
    expect(ladder).toEqual([1, 2, 5, 10, 25, 50, 90, 100]);
    expect(weightAfter(standard, 20)).toBe(50);
    expect(weightAfter(paceSettings({ weights: [20, 25] }, {}), 20)).toBe(25);
  });

  it('ask for a margin that keeps the budget', () => {
    expect([1, 2, 5, 10, 25, 50, 90, 100].map((weight) => marginAt(weight, standard))).toEqual([
      0.25, 0.125, 0.05, 0.025, 0.01, 0.005, 0.005, 0.005,
    ]);
    expect(paceMargins(standard)).toEqual([0.25, 0.125, 0.05, 0.025, 0.01, 0.005]);
  });
});

describe('next weight', () => {
  it('stays for the dwell, and says how long', () => {
    const step = stepAfter({ ...good, weight: 5, seconds: 12 });
    expect(step).toMatchObject({ kind: 'stay', until: 1_030_000 });
    expect(say('en', step.reason)).toBe('Stays at 5% for at least 30 s of traffic: 18 s left');
  });

  it('says which proof is missing, then goes on', () => {
    const waiting = stepAfter({ ...good, weight: 5, seconds: 40, phi: 5 });
    expect(waiting.kind).toBe('stay');
    expect(say('en', waiting.reason)).toMatch(
      /^For 10% it must be shown that v2 is worse by less than 2.5 percentage points: proof [\d.]+ of 20 after 120 requests at 5%/,
    );
    const proven = stepAfter({ ...good, weight: 5, seconds: 200 });
    expect(proven).toMatchObject({ kind: 'advance', weight: 10 });
  });

  it('bakes at the last weight, then promotes', () => {
    const last = { pace: standard, weight: 90, stable: arm(5), candidate: arm(45) };
    expect(stepAfter({ ...last, seconds: 200 })).toMatchObject({ kind: 'stay', reason: { key: 'release.pace.bake' } });
    expect(stepAfter({ ...last, seconds: 301, phi: 5 })).toMatchObject({ kind: 'advance', weight: 100 });
  });

  it('at the end of the time box goes on only where the measured difference is within the margin', () => {
    const slow = { weight: 50, seconds: 601, phi: 5 };
    const fine = stepAfter({ ...slow, pace: standard, stable: arm(1), candidate: arm(1) });
    expect(fine).toMatchObject({ kind: 'advance', weight: 90, reason: { key: 'release.pace.timeBoxWithin' } });
    const worse = { ...slow, stable: arm(1), candidate: arm(1, 0.01) };
    const outcomes = (['hold', 'rollback', 'promote'] as const).map(
      (onInconclusive) => stepAfter({ ...worse, pace: paceSettings({ onInconclusive }, {}) }).kind,
    );
    expect(outcomes).toEqual(['stay', 'rollback', 'advance']);
  });

  it('stays while the judge holds or has no data, and goes back when the judge failed it', () => {
    expect(stepAfter({ ...good, weight: 5, seconds: 300, candidate: noCounts }).kind).toBe('stay');
    expect(stepAfter({ ...good, weight: 5, seconds: 0 })).toMatchObject({ reason: { key: 'release.pace.noLookYet' } });
    expect(stepAfter({ ...good, weight: 5, seconds: 60, candidate: arm(3, 3) }).kind).toBe('rollback');
  });
});
