/**
 * `./dev bench judge`: what a look costs, and what a bad version costs under our rule beside a fixed rule (60 s windows,
 * 5 failed windows, 99 % success, 5 % steps) on simulated traffic. `--json` prints numbers only, `--runs N` changes the
 * number of runs of each row.
 */
import type { ArmCounts } from '../src/core/analysis/counts.ts';
import { latencyBoundsMs } from '../src/core/analysis/counts.ts';
import { errorAlternatives, startHarm, updateHarm } from '../src/core/analysis/harm.ts';
import { judge, startJudge } from '../src/core/analysis/judge.ts';
import { judgeSettings } from '../src/core/analysis/judge-settings.ts';
import { paceMargins, paceSettings } from '../src/core/analysis/pace-settings.ts';
import { binomial, seeded } from './judge/random.ts';
import type { Trial, World } from './judge/world.ts';
import { quantile, runFixedRule, runTrial } from './judge/world.ts';

interface Cost {
  readonly what: string;
  readonly microseconds: number;
}

interface Row {
  readonly world: string;
  readonly rule: string;
  readonly rolledBackPercent: number;
  readonly failedP50: number | null;
  readonly failedP95: number | null;
  readonly secondsP50: number | null;
  readonly promotedSecondsP50: number | null;
}

const fixedRule = { windowSeconds: 60, failures: 5, successRate: 0.99, stepWeight: 5 };

function costs(): readonly Cost[] {
  const random = seeded(1);
  const rounds = 10_000;
  // The best of several batches: the others measured the compiler, or somebody else's work on the machine.
  const time = (what: string, work: () => void): Cost => {
    const batches = Array.from({ length: 6 }, () => {
      const from = process.hrtime.bigint();
      for (let round = 0; round < rounds; round += 1) work();
      return Number(process.hrtime.bigint() - from) / rounds / 1000;
    });
    return { what, microseconds: Math.min(...batches) };
  };
  const settings = { ratio: 1, tolerance: 0.001, phi: 1.5, alternatives: errorAlternatives };
  let harm = startHarm({ alternatives: errorAlternatives, history: { requests: 500, bad: 2.5 }, placed: 0.5 });
  const look = { share: 0.05, hazard: 1 / 900, stable: { requests: 47, bad: 0 }, candidate: { requests: 3, bad: 0 } };
  const one = time('one e-process (errors, 7 alternatives)', () => {
    harm = updateHarm(harm, settings, look);
  });
  const whole = [false, true].map((latency) => {
    const margins = paceMargins(paceSettings({}, {}));
    let state = startJudge(judgeSettings({ stable: 'v1', candidate: 'v2', margins, ...(latency && { latency: {} }) }));
    let now = 1e12;
    return time(`one look of the judge, ${latency ? 'errors and latency' : 'errors only'}`, () => {
      now += 1000;
      const bad = binomial(random, 47, 0.005);
      const arms = { stable: arm(47, bad, latency), candidate: arm(3, 0, latency) };
      state = judge(state, { now, share: 0.06, ...arms, ageMs: 0, tickMs: 1000 }).state;
    });
  });
  return [one, ...whole];
}

function arm(requests: number, failures: number, timed: boolean): ArmCounts {
  const latency = timed ? latencyBoundsMs.map((_, bucket) => (bucket === 6 ? requests : 0)).concat(0) : [];
  return { requests, failures, latency, byPod: { 'pod-0': { requests, failures } } };
}

interface Result {
  readonly outcome: string;
  readonly failed: number;
  readonly seconds: number;
}

function row(world: string, rule: string, results: readonly Result[]): Row {
  const back = results.filter((one) => one.outcome === 'rolledBack');
  const promoted = results.filter((one) => one.outcome === 'promoted');
  const at = (all: readonly Result[], key: 'failed' | 'seconds', part: number): number | null =>
    all.length === 0
      ? null
      : quantile(
          all.map((one) => one[key]),
          part,
        );
  return {
    world,
    rule,
    rolledBackPercent: (100 * back.length) / results.length,
    failedP50: at(back, 'failed', 0.5),
    failedP95: at(back, 'failed', 0.95),
    secondsP50: at(back, 'seconds', 0.5),
    promotedSecondsP50: at(promoted, 'seconds', 0.5),
  };
}

function worlds(): readonly { readonly name: string; readonly world: World }[] {
  const steady = (candidate: number): World => ({
    requestsPerSecond: 50,
    stable: () => 0.005,
    candidate: () => candidate,
  });
  const outage = (second: number): number => (second > 60 && second < 480 ? 0.05 : 0.005);
  const late = (second: number): number => (second > 240 ? 1 : 0.005);
  return [
    { name: 'every request fails', world: steady(1) },
    { name: '+5 percentage points', world: steady(0.055) },
    { name: '+1 percentage point', world: steady(0.015) },
    { name: 'every request fails from 240 s', world: { ...steady(0), candidate: late } },
    { name: 'both fail 5 % for 420 s', world: { requestsPerSecond: 50, stable: outage, candidate: outage } },
    { name: 'good', world: steady(0.005) },
  ];
}

function table(runs: number): readonly Row[] {
  const rows: Row[] = [];
  for (const { name, world } of worlds()) {
    const trials = Array.from({ length: runs }, (_, index): Omit<Trial, 'phi'> => ({
      random: seeded(index + 1),
      world,
      seconds: 5400,
    }));
    rows.push(
      row(
        name,
        'fixed',
        trials.map((trial) => runFixedRule({ ...trial, phi: 1 }, fixedRule)),
      ),
    );
    for (const phi of [5, 1.5]) {
      const ours = trials.map((trial, index) => runTrial({ ...trial, random: seeded(index + 1), phi }));
      rows.push(row(name, `serin, phi ${phi}`, ours));
    }
  }
  return rows;
}

function print(rows: readonly Row[], cost: readonly Cost[]): void {
  for (const { what, microseconds } of cost) process.stdout.write(`${what.padEnd(52)} ${microseconds.toFixed(1)} µs\n`);
  const head = ['50 requests/s, 0.5 % base rate', 'rule', 'back %', 'failed p50', 'p95', 'after s', 'promoted s'];
  const text = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));
  const cells = rows.map((one) => [
    one.world,
    one.rule,
    text(one.rolledBackPercent),
    text(one.failedP50),
    text(one.failedP95),
    text(one.secondsP50),
    text(one.promotedSecondsP50),
  ]);
  const line = (parts: readonly string[]): string =>
    parts.map((part, index) => (index < 2 ? part.padEnd(index === 0 ? 32 : 15) : part.padStart(10))).join(' ');
  process.stdout.write(`\n${[head, ...cells].map(line).join('\n')}\n`);
}

const runsAt = process.argv.indexOf('--runs');
const runs = runsAt === -1 ? 100 : Number(process.argv[runsAt + 1]);
if (!Number.isInteger(runs) || runs < 1) throw new TypeError('--runs needs a whole number above 0');
const cost = costs();
const rows = table(runs);
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ cost, rows }, null, 2)}\n`);
else print(rows, cost);
