/**
 * How many requests fail until a bad version is gone, and how often a good one is taken back: real processes, real
 * traffic, counted by the callers. `./dev bench react [--only NAME] [--runs 20]`. Exits 1 where a goal is missed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startFleet, type Candidate, type Fleet } from './react/fleet.ts';
import { startLoad, type ServiceTally } from './react/load.ts';
import { gatewayPort } from './react/fleet.ts';

interface Case {
  readonly name: string;
  readonly about: string;
  readonly candidate: Candidate;
  /** Percent of requests that fail in every version. */
  readonly basePercent?: number;
  readonly rps: number;
  /** Runs side by side; the machine must carry `side * rps` requests a second. */
  readonly side: number;
  readonly canary: object;
  readonly limitSeconds: number;
  /** Seconds after the candidate's arrival from when, and for how long, both versions fail more. */
  readonly outage?: { readonly after: number; readonly for: number; readonly percent: number };
  readonly goals: (results: readonly Result[]) => readonly Goal[];
}

interface Goal {
  readonly text: string;
  readonly met: boolean;
}

interface Result {
  readonly outcome: string;
  /** Failed requests that the candidate caused: its own 5xx, and requests without an answer. */
  readonly failures: number;
  readonly candidateRequests: number;
  /** First failure → last request sent to the candidate, ms. */
  readonly exposureMs: number;
  /** Verdict (or accepted abort) in the journal → last request sent to the candidate, ms. */
  readonly afterVerdictMs: number;
  readonly seconds: number;
}

const auto = { auto: {} };
/** The same laws at a pace that suits a measurement: shorter stays, proof still collected. */
const brisk = { auto: { dwell: '5s', timeBox: '20s', bake: '20s', onInconclusive: 'promote' } };

const atMost = (text: string, value: number, limit: number): Goal => ({
  text: `${text} ${round(value)} (goal ≤ ${limit})`,
  met: value <= limit,
});
const allOf = (text: string, results: readonly Result[], outcome: string): Goal => {
  const count = results.filter((result) => result.outcome === outcome).length;
  return { text: `${text} ${count} of ${results.length}`, met: count === results.length };
};

const cases: readonly Case[] = [
  {
    name: 'total',
    about: 'fails every request, auto, no history, 50 rps',
    candidate: { failPercent: 100 },
    rps: 50,
    side: 10,
    canary: auto,
    limitSeconds: 60,
    goals: (results) => [
      allOf('taken back in', results, 'aborted'),
      atMost(
        'failed requests p50',
        quantile(
          results.map((r) => r.failures),
          0.5,
        ),
        12,
      ),
      atMost(
        'failed requests p95',
        quantile(
          results.map((r) => r.failures),
          0.95,
        ),
        16,
      ),
      atMost('verdict → last request, worst, ms', Math.max(...results.map((r) => r.afterVerdictMs)), 250),
    ],
  },
  {
    name: 'crash',
    about: 'crashes at its third request, 50 rps',
    candidate: { mode: 'crash' },
    rps: 50,
    side: 10,
    canary: auto,
    limitSeconds: 60,
    goals: (results) => [
      allOf('taken back in', results, 'aborted'),
      atMost('first failure → last request, worst, ms', Math.max(...results.map((r) => r.exposureMs)), 2000),
    ],
  },
  {
    name: 'refuse',
    about: 'refuses connections from its third request on, 50 rps',
    candidate: { mode: 'refuse' },
    rps: 50,
    side: 10,
    canary: auto,
    limitSeconds: 60,
    goals: (results) => [
      allOf('taken back in', results, 'aborted'),
      atMost('first failure → last request, worst, ms', Math.max(...results.map((r) => r.exposureMs)), 2000),
    ],
  },
  {
    name: 'good',
    about: 'a good version (both fail 0.5 %), 200 rps, shortened stays',
    candidate: { failPercent: 0.5 },
    basePercent: 0.5,
    rps: 200,
    side: 10,
    canary: brisk,
    limitSeconds: 400,
    goals: (results) => [allOf('promoted', results, 'promoted')],
  },
  {
    name: 'outage',
    about: 'a good version, and both versions fail 5 % more for 20 s, 200 rps, shortened stays',
    candidate: { failPercent: 0.5 },
    basePercent: 0.5,
    rps: 200,
    side: 10,
    canary: brisk,
    limitSeconds: 400,
    outage: { after: 25, for: 20, percent: 5 },
    goals: (results) => [allOf('promoted', results, 'promoted')],
  },
  {
    name: 'five',
    about: 'fails 5 percentage points more (0.5 % → 5.5 %), auto, no history, 50 rps',
    candidate: { failPercent: 5.5 },
    basePercent: 0.5,
    rps: 50,
    side: 20,
    canary: auto,
    limitSeconds: 1500,
    goals: (results) => [allOf('taken back in', results, 'aborted')],
  },
];

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function resultOf(fleet: Fleet, tally: ServiceTally, startedAt: number): Promise<Result> {
  const name = tally.host.replace('.test', '');
  const run = (await fleet.outcomes()).get(name);
  const journal = run === undefined ? [] : await fleet.journal(run.run);
  const end = journal.find((entry) => entry.kind === 'phase' && entry.body['to'] === 'aborting');
  const v2 = tally.versions.get('v2');
  const none = tally.versions.get('none');
  const firstFailure = Math.min(v2?.firstFailureAt ?? Infinity, none?.firstFailureAt ?? Infinity);
  const lastSent = Math.max(v2?.lastSentAt ?? 0, none?.lastSentAt ?? 0);
  return {
    outcome: run?.outcome ?? 'unfinished',
    failures: (v2?.failures ?? 0) + (none?.failures ?? 0),
    candidateRequests: (v2?.requests ?? 0) + (none?.requests ?? 0),
    exposureMs: Number.isFinite(firstFailure) ? lastSent - firstFailure : 0,
    afterVerdictMs: end === undefined ? 0 : Math.max(0, lastSent - end.at),
    seconds: ((journal.at(-1)?.at ?? Date.now()) - startedAt) / 1000,
  };
}

async function sleep(ms: number): Promise<void> {
  await new Promise((wake) => setTimeout(wake, ms));
}

/** One batch of runs side by side. */
async function runBatch(item: Case, size: number): Promise<Result[]> {
  const fleet = await startFleet({ size, canary: JSON.stringify(item.canary), basePercent: item.basePercent ?? 0 });
  try {
    const hosts = fleet.names.map((name) => `${name}.test`);
    const load = startLoad({ port: gatewayPort, hosts, rps: item.rps, limitMs: (item.limitSeconds + 30) * 1000 });
    await sleep(3000);
    const startedAt = Date.now();
    await fleet.bring(item.candidate);
    let outage: 'ahead' | 'on' | 'over' = item.outage === undefined ? 'over' : 'ahead';
    for (;;) {
      await sleep(1000);
      const seconds = (Date.now() - startedAt) / 1000;
      if (item.outage !== undefined && outage === 'ahead' && seconds >= item.outage.after) {
        fleet.outage(item.outage.percent);
        outage = 'on';
      }
      if (item.outage !== undefined && outage === 'on' && seconds >= item.outage.after + item.outage.for) {
        fleet.outage(0);
        outage = 'over';
      }
      const outcomes = [...(await fleet.outcomes()).values()];
      const finished = outcomes.filter((run) => run.outcome !== undefined).length;
      process.stderr.write(`\r${item.name}: ${finished} of ${size} ended after ${seconds.toFixed(0)} s   `);
      if (finished === size || seconds > item.limitSeconds) break;
    }
    process.stderr.write('\n');
    await load.stop();
    return await Promise.all(load.tallies.map((tally) => resultOf(fleet, tally, startedAt)));
  } finally {
    await fleet.close();
  }
}

/** What a rule of five failed looks of 60 s each would have cost: the share that failed stays for six looks. */
function fixedRule(results: readonly Result[]): number {
  const rates = results.map((result) => result.failures / Math.max(1, result.exposureMs / 1000));
  return quantile(rates, 0.5) * 60 * 6;
}

const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string', default: '20' } } });
const wanted = Number(values.runs);
const report: object[] = [];
let missed = 0;
for (const item of cases.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name))) {
  const results: Result[] = [];
  while (results.length < wanted) results.push(...(await runBatch(item, Math.min(item.side, wanted - results.length))));
  const goals = item.goals(results);
  missed += goals.filter((goal) => !goal.met).length;
  console.log(`\n${item.name}: ${item.about}; ${results.length} runs, ${item.side} side by side`);
  for (const goal of goals) console.log(`  ${goal.met ? '✔' : '✘'} ${goal.text}`);
  console.log(
    `  failed requests p50 ${quantile(
      results.map((r) => r.failures),
      0.5,
    )}, p95 ${quantile(
      results.map((r) => r.failures),
      0.95,
    )}; ` +
      `exposure p50 ${round(
        quantile(
          results.map((r) => r.exposureMs),
          0.5,
        ) / 1000,
      )} s; run p50 ${round(
        quantile(
          results.map((r) => r.seconds),
          0.5,
        ),
      )} s`,
  );
  if (item.name === 'total' || item.name === 'five') {
    const cost = fixedRule(results);
    const ours = quantile(
      results.map((r) => r.failures),
      0.5,
    );
    console.log(
      `  a fixed rule (60 s windows, 5 failures) on this traffic: about ${Math.round(cost)} failed requests, ${round(cost / ours)} × ours`,
    );
  }
  report.push({ name: item.name, about: item.about, results });
}
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/react.json', `${JSON.stringify(report, null, 1)}\n`);
process.exit(missed === 0 ? 0 : 1);
