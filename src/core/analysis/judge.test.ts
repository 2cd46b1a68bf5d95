import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { say } from '../../texts/catalogue.ts';
import type { ArmCounts } from './counts.ts';
import { latencyBoundsMs, noCounts } from './counts.ts';
import { judge, startJudge } from './judge.ts';
import type { JudgeChoice } from './judge-settings.ts';
import { judgeSettings } from './judge-settings.ts';
import type { Judgement, JudgeState } from './judge-state.ts';

const choice: JudgeChoice = { stable: 'v2', candidate: 'v4', margins: [0.25, 0.04, 0.005] };

function arm(requests: number, failures = 0, pod = 'p-0'): ArmCounts {
  return { requests, failures, latency: [], byPod: { [pod]: { requests, failures } } };
}

/** All requests within one bucket. */
function timed(requests: number, ms: number): ArmCounts {
  const latency = latencyBoundsMs.map((bound, index) =>
    ms <= bound && ms > (latencyBoundsMs[index - 1] ?? 0) ? requests : 0,
  );
  return { requests, failures: 0, latency: [...latency, 0], byPod: {} };
}

interface Told {
  readonly share?: number;
  readonly stable?: ArmCounts;
  readonly candidate?: ArmCounts;
  readonly ageMs?: number;
  readonly tickMs?: number;
}

/** A judge with a clock of its own. */
function court(more: Partial<JudgeChoice> = {}): { readonly look: (told: Told, times?: number) => Judgement } {
  let state: JudgeState = startJudge(judgeSettings({ ...choice, ...more }));
  let now = 1_000_000;
  return {
    look({ share = 0.05, stable = noCounts, candidate = noCounts, ageMs = 0, tickMs = 1000 }, times = 1) {
      let judged: Judgement | undefined;
      for (let time = 0; time < times; time += 1) {
        now += tickMs;
        judged = judge(state, { now, share, stable, candidate, ageMs, tickMs });
        state = judged.state;
      }
      if (judged === undefined) throw new Error('look at least once');
      return judged;
    },
  };
}

const kinds = (judged: Judgement): readonly string[] => judged.findings.map((finding) => finding.kind);

describe('verdict', () => {
  it('is fail after a dozen failed requests, says so in both languages, and stays', () => {
    const { look } = court({ errors: { phi: 5 } });
    let failed = 0;
    let judged = look({ share: 0.02, stable: arm(49), candidate: arm(1, 1) });
    for (failed = 1; judged.verdict.kind !== 'fail' && failed < 20; failed += 1) {
      judged = look({ share: 0.02, stable: arm(49), candidate: arm(1, 1) });
    }
    expect(failed).toBeLessThanOrEqual(11);
    expect(judged.verdict).toMatchObject({ threshold: 100, phi: 5, share: 0.02 });
    expect(judged.verdict.evidence).toBeGreaterThanOrEqual(100);
    const sentence = say('en', judged.verdict.sentence);
    expect(sentence).toMatch(
      /^v4 failed \d+ of \d+ requests \(100%\), v2 0 of \d+ \(0%\): the evidence for harm reached \d+ \(threshold 100\)$/,
    );
    expect(say('zh', judged.verdict.sentence)).toContain('有害的证据达到');
    expect(look({ share: 0.02, stable: arm(49), candidate: arm(50) }, 500).verdict).toEqual(judged.verdict);
  });

  it('is pass when the margin of the weight is proven, inconclusive before', () => {
    const { look } = court();
    expect(look({ share: 0.06, stable: arm(47), candidate: arm(3) }, 20).verdict.kind).toBe('inconclusive');
    const judged = look({ share: 0.06, stable: arm(47), candidate: arm(3) }, 400);
    expect(judged.verdict.kind).toBe('pass');
    expect(say('en', judged.verdict.sentence)).toContain('shown to be worse by less than 4 percentage points');
  });

  it('finds a slow candidate, and names the boundary', () => {
    const { look } = court({ latency: { slowerThanMs: 500 } });
    look({ share: 0, stable: timed(50, 80) }, 20);
    let judged = look({ share: 0.1, stable: timed(45, 80), candidate: timed(5, 900) });
    for (let second = 0; second < 30 && judged.verdict.kind !== 'fail'; second += 1) {
      judged = look({ share: 0.1, stable: timed(45, 80), candidate: timed(5, 900) });
    }
    expect(judged.verdict.kind).toBe('fail');
    expect(say('en', judged.verdict.sentence)).toMatch(
      /^v4 answers too many requests slower than \d+ ms compared with v2/,
    );
  });

  it('gives the weight of latency to errors where latency is not measured', () => {
    const share = { share: 0.02, stable: arm(49), candidate: arm(1, 1) };
    expect(court().look(share).verdict.metrics).toMatchObject([{ metric: 'errors', weight: 1 }]);
    const metrics = court({ latency: {} }).look(share).verdict.metrics;
    expect(metrics.map((one) => one.metric)).toEqual(['errors', 'latency']);
    expect(metrics[0]?.weight).toBeCloseTo(0.625, 12);
    expect(metrics[1]?.weight).toBeCloseTo(0.375, 12);
  });
});

describe('missing and doubtful counts', () => {
  it('silence of the candidate holds and never turns into harm', () => {
    const { look } = court({ errors: { phi: 1.5 } });
    look({ share: 0.05, stable: arm(47), candidate: arm(3) }, 10);
    const soon = look({ share: 0.05, stable: arm(47) }, 10);
    expect(soon.verdict.kind).toBe('noData');
    expect(soon.findings.find((finding) => finding.kind === 'candidateSilent')).toMatchObject({
      holds: true,
      expired: false,
    });
    const late = look({ share: 0.05, stable: arm(47) }, 3600);
    expect(late.verdict.kind).toBe('noData');
    expect(late.verdict.evidence).toBeLessThan(2);
    expect(late.findings.find((finding) => finding.kind === 'candidateSilent')).toMatchObject({ expired: true });
  });

  it('a smaller share than told is a mismatch, not harm; failing is found all the same', () => {
    const { look } = court({ errors: { phi: 1.5 } });
    const judged = look({ share: 0.2, stable: arm(49), candidate: arm(1) }, 600);
    expect(judged.verdict.kind).toBe('inconclusive');
    expect(judged.verdict.evidence).toBeLessThan(20);
    expect(kinds(judged)).toContain('mismatch');
    expect(look({ share: 0.2, stable: arm(49), candidate: arm(1, 1) }, 20).verdict.kind).toBe('fail');
  });

  it('old counts and impossible counts decide nothing', () => {
    const { look } = court();
    look({ stable: arm(47), candidate: arm(3) }, 5);
    const stale = look({ ageMs: 15_000 });
    expect([stale.verdict.kind, ...kinds(stale)]).toEqual(['error', 'stale']);
    const never = look({ ageMs: Infinity });
    expect(say('en', never.verdict.sentence)).toContain('No counts have arrived yet');
    const before = look({ stable: arm(47), candidate: arm(3) }).state.errors;
    const broken = look({ stable: arm(47), candidate: arm(3, 5) });
    expect([broken.verdict.kind, ...kinds(broken)]).toEqual(['error', 'invalidCounts']);
    expect(broken.state.errors).toEqual(before);
    expect(look({ stable: arm(Number.NaN), candidate: arm(3) }).verdict.kind).toBe('error');
  });

  it('clocks stand still while nobody calls', () => {
    const { look } = court();
    const active = look({ stable: arm(47), candidate: arm(3) }, 5).state.stay.activeMs;
    const judged = look({}, 300);
    expect(judged.state.stay.activeMs - active).toBeLessThan(11_000);
    expect([judged.verdict.kind, ...kinds(judged)]).toEqual(['noData', 'bothSilent']);
  });

  it('an outage of stable holds; one bad pod is named', () => {
    const { look } = court({ errors: { phi: 5 } });
    look({ stable: arm(47), candidate: arm(3) }, 120);
    expect(kinds(look({ stable: arm(47, 10), candidate: arm(3) }, 10))).toContain('outage');
    const pods = court({ errors: { phi: 5 } });
    pods.look({ stable: arm(47), candidate: arm(3, 0, 'v4-a') }, 10);
    const judged = pods.look({ stable: arm(47), candidate: arm(1, 1, 'v4-b') }, 6);
    expect(
      say('en', judged.findings.find((one) => one.kind === 'onePod')?.message ?? judged.verdict.sentence),
    ).toContain('v4-b');
  });
});

describe('state', () => {
  const tally = fc.nat(40).chain((requests) => fc.nat(requests).map((failures) => arm(requests, failures)));
  const looks = fc.array(
    fc.record({
      share: fc.constantFrom(0, 0.01, 0.05, 0.5, 0.9, 1),
      stable: tally,
      candidate: tally,
      ageMs: fc.constantFrom(0, 500, 20_000),
      tickMs: fc.constantFrom(0, 100, 1000, 60_000),
    }),
    { maxLength: 25 },
  );

  it('survives JSON at every look, is never changed in place, and gives the same answer twice', () => {
    fc.assert(
      fc.property(looks, fc.boolean(), (told, latency) => {
        let state = startJudge(judgeSettings({ ...choice, ...(latency && { latency: {} }) }));
        let now = 5_000_000;
        for (const look of told) {
          now += look.tickMs;
          const copy = JSON.stringify(state);
          const judged = judge(state, { ...look, now });
          expect(JSON.stringify(state)).toBe(copy);
          const again = judge(JSON.parse(copy) as JudgeState, { ...look, now });
          expect(again).toEqual(judged);
          expect(Number.isFinite(judged.verdict.evidence)).toBe(true);
          state = judged.state;
        }
      }),
      { seed: 21, numRuns: 150 },
    );
  });

  it('gathers the same evidence from looks of 100 ms as from looks of a second', () => {
    const run = (part: number): number => {
      const { look } = court({ errors: { phi: 1 } });
      look({ share: 0, stable: arm(1000, 5) });
      let logE = 0;
      for (let second = 0; second < 30; second += 1) {
        for (let step = 0; step < 1 / part; step += 1) {
          logE = look({ share: 0.5, stable: arm(10 * part), candidate: arm(10 * part, part / 10), tickMs: 1000 * part })
            .verdict.logE;
        }
      }
      return logE;
    };
    // Fractions of requests only serve to compare the cadences; the difference is that rates are learned sooner.
    expect(Math.abs(run(0.1) - run(1))).toBeLessThan(0.1);
  });
});
