import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SafetyLook, SafetySettings } from './safety.ts';
import { startSafety, updateSafety } from './safety.ts';

interface Golden {
  readonly safety: readonly {
    readonly margin: number;
    readonly phi: number;
    readonly rho: number;
    readonly hazard: number;
    readonly looks: readonly (readonly [number, number, number, number, number, number, number])[];
  }[];
}

/** Written by the reference of the design: share, expected rate, requests and failures of both arms, ln E afterwards. */
const golden = JSON.parse(readFileSync(new URL('evidence.golden.json', import.meta.url), 'utf8')) as Golden;

function expectClose(actual: number, wanted: number): void {
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
}

/** The formula as the design page writes it, without logarithms. */
function restated({ margin: m, phi }: SafetySettings, looks: readonly SafetyLook[]): number {
  const c = [0.35, 0.7, 1];
  let idle = 0.25;
  let W = c.map(() => 0.25);
  for (const { share: q, hazard: h, expected: mu, candidate, stable } of looks) {
    const r = q / (1 - q);
    W = c.map((bold, j) => {
      const a = Math.min((bold * m) / (mu * (1 - mu) * (1 + r) + m), 0.98 / Math.max(1 - m - mu, r * mu));
      const factor =
        (1 + a * (m + mu - 1)) ** candidate.bad *
        (1 + a * (m + mu)) ** (candidate.requests - candidate.bad) *
        (1 + a * r * (1 - mu)) ** stable.bad *
        (1 - a * r * mu) ** (stable.requests - stable.bad);
      return ((W[j] ?? 0) + (h * idle) / 3) * factor ** (1 / phi);
    });
    idle *= 1 - h;
  }
  return idle + W.reduce((sum, w) => sum + w, 0);
}

const tally = fc
  .tuple(fc.integer({ min: 0, max: 25 }), fc.double({ min: 0, max: 0.3, noNaN: true }))
  .map(([requests, part]) => ({ requests, bad: Math.floor(requests * part) }));

describe('evidence of safety', () => {
  it('agrees with the reference to 1e-12', () => {
    for (const one of golden.safety) {
      let state = startSafety(one.rho);
      for (const [share, expected, nc, ns, ec, es, logE] of one.looks) {
        const stable = { requests: ns, bad: es };
        const candidate = { requests: nc, bad: ec };
        state = updateSafety(state, one, { share, expected, hazard: one.hazard, stable, candidate });
        expectClose(state.logE, logE);
      }
    }
  });

  it('agrees with the formula restated in plain numbers', () => {
    const look = fc.record({
      share: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
      hazard: fc.double({ min: 1e-5, max: 0.5, noNaN: true }),
      expected: fc.double({ min: 0.0001, max: 0.3, noNaN: true }),
      stable: tally,
      candidate: tally,
    });
    const margin = fc.constantFrom(0.005, 0.01, 0.05, 0.25);
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 4 }), margin, fc.constantFrom(1, 5), (looks, m, phi) => {
        let state = startSafety();
        for (const one of looks) state = updateSafety(state, { margin: m, phi }, one);
        expectClose(state.logE, Math.log(restated({ margin: m, phi }, looks)));
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it('grows with good requests, and a smaller margin takes more of them', () => {
    const requestsUntilProven = (margin: number): number => {
      let state = startSafety();
      let requests = 0;
      while (state.logE < Math.log(20)) {
        const candidate = { requests: 10, bad: 0 };
        const stable = { requests: 10, bad: 0 };
        state = updateSafety(
          state,
          { margin, phi: 1 },
          { share: 0.5, hazard: 1 / 240, expected: 0.001, candidate, stable },
        );
        requests += 10;
      }
      return requests;
    };
    expect(requestsUntilProven(0.005)).toBeGreaterThan(3 * requestsUntilProven(0.025));
    expect(requestsUntilProven(0.005)).toBeLessThan(2000);
  });
});
