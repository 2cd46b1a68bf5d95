import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvidenceLook, HarmSettings } from './harm.ts';
import { errorAlternatives, startHarm, updateHarm } from './harm.ts';

interface Golden {
  readonly harm: readonly {
    readonly pHist: number;
    readonly ratio: number;
    readonly tol: number;
    readonly phi: number;
    readonly rho: number;
    readonly hazard: number;
    readonly looks: readonly (readonly [number, number, number, number, number, number])[];
  }[];
}

/** Written by the reference of the design: share, candidate's and stable's requests, their failures, ln E afterwards. */
const golden = JSON.parse(readFileSync(new URL('evidence.golden.json', import.meta.url), 'utf8')) as Golden;

function expectClose(actual: number, wanted: number): void {
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
}

/** The formula as the design page writes it, without logarithms: good for short sequences only. */
function restated(settings: HarmSettings, history: number, looks: readonly EvidenceLook[]): number {
  const { ratio: R, tolerance: d, alternatives, phi } = settings;
  let idle = 0.5;
  let W = alternatives.map(() => 0.5 / alternatives.length);
  let [bad, seen] = [500 * history, 500];
  for (const { share: q, hazard: h, candidate, stable } of looks) {
    const p = bad / seen;
    const r = q / (1 - q);
    W = alternatives.map((psi, j) => {
      const odds = ((R * p + d) / (1 - R * p - d)) * psi;
      const theta = odds / (1 + odds);
      const mu = (p + r * (theta - d)) / (1 + r * R);
      const t = R * mu + d;
      const a = Math.min((theta - t) / (t * (1 - t)), 0.98 / Math.max(t, r * R * (1 - mu)));
      const factor =
        (1 + a * (1 - t)) ** candidate.bad *
        (1 - a * t) ** (candidate.requests - candidate.bad) *
        (1 - a * r * R * (1 - mu)) ** stable.bad *
        (1 + a * r * R * mu) ** (stable.requests - stable.bad);
      return ((W[j] ?? 0) + (h * idle) / alternatives.length) * factor ** (1 / phi);
    });
    idle *= 1 - h;
    bad += stable.bad;
    seen += stable.requests;
  }
  return idle + W.reduce((sum, w) => sum + w, 0);
}

const tally = fc
  .tuple(fc.integer({ min: 0, max: 25 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([requests, part]) => ({ requests, bad: Math.floor(requests * part) }));
const look = fc.record({
  share: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  hazard: fc.double({ min: 1e-5, max: 0.5, noNaN: true }),
  stable: tally,
  candidate: tally,
});

describe('evidence of harm', () => {
  it('agrees with the reference to 1e-12', () => {
    for (const one of golden.harm) {
      const settings = { ratio: one.ratio, tolerance: one.tol, phi: one.phi, alternatives: errorAlternatives };
      const history = { requests: 500, bad: 500 * one.pHist };
      let state = startHarm({ alternatives: errorAlternatives, history, placed: one.rho });
      for (const [share, nc, ns, ec, es, logE] of one.looks) {
        const stable = { requests: ns, bad: es };
        const candidate = { requests: nc, bad: ec };
        state = updateHarm(state, settings, { share, hazard: one.hazard, stable, candidate });
        expectClose(state.logE, logE);
      }
    }
  });

  it('agrees with the formula restated in plain numbers', () => {
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 4 }), fc.constantFrom(1, 1.5, 5), (looks, phi) => {
        const settings = { ratio: 1, tolerance: 0.001, phi, alternatives: errorAlternatives };
        const history = { requests: 500, bad: 2.5 };
        let state = startHarm({ alternatives: errorAlternatives, history, placed: 0.5 });
        for (const one of looks) state = updateHarm(state, settings, one);
        expectClose(state.logE, Math.log(restated(settings, 0.005, looks)));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('stays finite and survives JSON, whatever is counted', () => {
    const settings = { ratio: 1.25, tolerance: 0.001, phi: 1, alternatives: errorAlternatives };
    const wild = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      hazard: fc.constantFrom(0, 0.001, 0.5),
      stable: tally,
      candidate: tally,
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 40 }), fc.constantFrom(0, 2.5, 500), (looks, bad) => {
        let state = startHarm({ alternatives: errorAlternatives, history: { requests: 500, bad }, placed: 1 });
        for (const one of looks) state = updateHarm(state, settings, one);
        expect(Number.isFinite(state.logE)).toBe(true);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it('pays on average no more than it costs while both versions fail alike', () => {
    const settings = { ratio: 1, tolerance: 0, phi: 1, alternatives: errorAlternatives };
    const start = startHarm({ alternatives: errorAlternatives, history: { requests: 500, bad: 2.5 }, placed: 1 });
    for (const rate of [0.001, 0.005, 0.2, 0.9]) {
      for (const share of [0.02, 0.25, 0.9]) {
        const pay = (arm: 'stable' | 'candidate', bad: number): number => {
          const tallies = {
            stable: { requests: 0, bad: 0 },
            candidate: { requests: 0, bad: 0 },
            [arm]: { requests: 1, bad },
          };
          return Math.exp(updateHarm(start, settings, { ...tallies, share, hazard: 0 }).logE);
        };
        const candidate = rate * pay('candidate', 1) + (1 - rate) * pay('candidate', 0);
        const stable = rate * pay('stable', 1) + (1 - rate) * pay('stable', 0);
        expect(share * candidate + (1 - share) * stable).toBeLessThanOrEqual(1 + 1e-9);
      }
    }
  });
});
