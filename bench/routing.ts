/**
 * `./dev bench routing`: what a change of a weight costs with 1,000 services, from the objects to the acknowledgement of every
 * worker, and what 1,000 routes on one listener cost a request beside one route. `--json` prints numbers only.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCompiler } from '../src/core/routing/compile/compile-table.ts';
import {
  destinationRule,
  meshInput,
  meshService,
  requestView,
  virtualService,
} from '../src/core/routing/compile/fixture.ts';
import type { MeshInput } from '../src/core/routing/compile/input.ts';
import { conditionsOf } from '../src/core/routing/match.ts';
import { prepareTable } from '../src/core/routing/prepare.ts';
import { type FindRoute, type Indexed, indexRoutes } from '../src/core/routing/route-index.ts';
import type { RequestMatch } from '../src/core/routing/table.ts';
import { startMeshHost } from '../src/engines/local/mesh-host/mesh-host.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';

const SERVICES = 1000;

interface Timing {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly goalMs?: number;
}

/** A thousand services with three pods, two subsets and a rule for a cookie each. */
function world(version: number, weight: number, base?: MeshInput): MeshInput {
  const routed = (index: number, share: number) => {
    const host = `service-${index}`;
    return virtualService(
      { name: host },
      {
        hosts: [host],
        http: [
          {
            match: [{ headers: { cookie: { regex: `^(.*;)?\\s*(group=${index % 20})(;.*)?$` } } }],
            route: [{ destination: { host, subset: 'v2' } }],
          },
          {
            name: 'primary',
            route: [
              { destination: { host, subset: 'v1' }, weight: 100 - share },
              { destination: { host, subset: 'v2' }, weight: share },
            ],
          },
        ],
      },
    );
  };
  if (base !== undefined) {
    const virtualServices = base.virtualServices.with(7, routed(7, weight));
    return { ...base, version, virtualServices };
  }
  const all = Array.from({ length: SERVICES }, (_, index) => index);
  const input = meshInput({
    services: all.map((index) => meshService({ name: `service-${index}`, versions: ['v1', 'v2', 'v1'] })),
    virtualServices: all.map((index) => routed(index, 10)),
    destinationRules: all.map((index) =>
      destinationRule(
        { name: `service-${index}` },
        { host: `service-${index}`, subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) },
      ),
    ),
  });
  // The caller's addresses: a few listeners, so that sockets are not what is measured.
  const callers = input.callers.map((caller) => ({ ...caller, calls: caller.calls.slice(0, 3).map(moved) }));
  return { ...input, version, callers };
}

function moved<T extends { readonly sockets: readonly { readonly address: string }[] }>(call: T): T {
  return { ...call, sockets: call.sockets.map((socket) => ({ ...socket, port: 28_080 })) };
}

function timing(what: string, samples: readonly number[], goalMs?: number): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (quantile: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
  return { what, p50Ms: at(0.5), p99Ms: at(0.99), ...(goalMs === undefined ? {} : { goalMs }) };
}

function timed(rounds: number, work: (round: number) => void): readonly number[] {
  return Array.from({ length: rounds }, (_, round) => {
    const from = performance.now();
    work(round);
    return performance.now() - from;
  });
}

function compiling(): readonly Timing[] {
  const first = world(1, 10);
  const compile = newCompiler();
  let input = first;
  let table = compile(input).table;
  let prepared = prepareTable(table);
  const nothing = timed(15, () => newCompiler()(first));
  const change = timed(60, (round) => {
    input = world(round + 2, round % 100, input);
    table = compile(input).table;
  });
  let line = '';
  const encode = timed(30, () => (line = JSON.stringify(table)));
  const decode = timed(30, () => void JSON.parse(line));
  const prepare = timed(30, () => (prepared = prepareTable(table, prepared)));
  return [
    timing('compile from nothing', nothing.slice(3)),
    timing('compile after a change of one weight', change.slice(10), 50),
    timing(`encode the table (${(line.length / 1e6).toFixed(1)} MB)`, encode.slice(5)),
    timing('decode it in a worker', decode.slice(5)),
    timing('prepare it in a worker', prepare.slice(5)),
  ];
}

/** From the changed object to the acknowledgement of all workers. */
async function inForce(): Promise<Timing> {
  const dataDir = mkdtempSync(join(tmpdir(), 'serin-bench-routing-'));
  const host = await startMeshHost({
    socketPath: join(dataDir, 'control.sock'),
    workers: Math.max(1, availableParallelism() - 1),
    workerCommand: [process.execPath, join(import.meta.dirname, '../src/mesh/worker.ts')],
    dataDir,
    clock: systemClock,
    log: silentLog,
  });
  try {
    const compile = newCompiler();
    let input = world(1, 10);
    const push = async (): Promise<number> => {
      const from = performance.now();
      host.push(compile(input).table);
      const wanted = String(input.version);
      while ((await host.acknowledged()) !== wanted) await new Promise((resolve) => setImmediate(resolve));
      return performance.now() - from;
    };
    await push();
    const samples: number[] = [];
    for (let round = 0; round < 120; round++) {
      input = world(round + 2, round % 100, input);
      samples.push(await push());
    }
    return timing('a changed weight in force in every worker', samples.slice(20), 50);
  } finally {
    await host.close({ stopWorkers: true });
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Matching {
  readonly what: string;
  readonly oneNs: number;
  readonly thousandNs: number;
}

function finderOf(matches: readonly RequestMatch[]): FindRoute<Indexed> {
  const regexes = new Map();
  return indexRoutes(matches.map((match, position) => ({ position, conditions: conditionsOf(match, regexes) })));
}

function matching(): readonly Matching[] {
  const view = requestView({ path: '/team-500/app/x?y=z', headers: { 'x-user': 'user-500', cookie: 'a=b; c=d' } });
  const kinds: readonly (readonly [string, (index: number) => RequestMatch])[] = [
    ['by path prefix', (index) => ({ path: { kind: 'prefix', value: `/team-${index}/` } })],
    ['by regex on the path', (index) => ({ path: { kind: 'regex', value: `/team-${index}/.*` } })],
    ['by header', (index) => ({ headers: [{ name: 'x-user', match: { kind: 'exact', value: `user-${index}` } }] })],
  ];
  return kinds.map(([what, matchOf]) => {
    const one = finderOf([matchOf(500)]);
    const thousand = finderOf(Array.from({ length: 1000 }, (_, index) => matchOf(index)));
    const costs = (find: FindRoute<Indexed>): number => {
      const batches = timed(12, () => {
        for (let round = 0; round < 200_000; round++) if (find(view) === undefined) throw new Error('no match');
      });
      return (Math.min(...batches) * 1e6) / 200_000;
    };
    costs(one);
    costs(thousand);
    return { what, oneNs: costs(one), thousandNs: costs(thousand) };
  });
}

/** Work of the mesh for one small request on one core, as `bench mesh` measures it: what 1,000 routes are compared with. */
const REQUEST_NS = 20_000;

const timings = [...compiling(), await inForce()];
const matches = matching();
const results = { services: SERVICES, timings, matches };
if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  console.log(`With ${SERVICES} services:`);
  for (const { what, p50Ms, p99Ms, goalMs } of timings) {
    const goal = goalMs === undefined ? '' : `   goal < ${goalMs} ms: ${p99Ms < goalMs ? 'met' : 'MISSED'}`;
    console.log(
      `  ${what.padEnd(46)} p50 ${p50Ms.toFixed(1).padStart(6)} ms   p99 ${p99Ms.toFixed(1).padStart(6)} ms${goal}`,
    );
  }
  console.log('\nFinding the route of a request:');
  for (const { what, oneNs, thousandNs } of matches) {
    const share = (100 * (thousandNs - oneNs)) / REQUEST_NS;
    console.log(
      `  ${what.padEnd(22)} 1 route ${oneNs.toFixed(0).padStart(5)} ns   1,000 routes ${thousandNs.toFixed(0).padStart(5)} ns` +
        `   adds ${share.toFixed(1)} % to a request of ${REQUEST_NS / 1000} µs   goal ≤ 10 %: ${share <= 10 ? 'met' : 'MISSED'}`,
    );
  }
}
mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
writeFileSync(join(import.meta.dirname, 'results/routing.json'), `${JSON.stringify(results, null, 2)}\n`);
