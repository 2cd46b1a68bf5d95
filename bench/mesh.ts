/**
 * Requests of one mesh worker for each second of CPU time (what one core carries) beside nginx and HAProxy, in the same run on the same machine.
 * `./dev bench mesh [--seconds 5] [--rounds 3]`. Small answers, 64 connections, a 90/10 split, metrics on.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOurs } from './mesh/ours.ts';
import {
  bring,
  load,
  type LoadResult,
  startHaproxy,
  startNginxProxy,
  startUpstream,
  stopAll,
  untilOpen,
} from './mesh/programs.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    'node-flags': { type: 'string', default: '' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const GOAL = 0.75;
const ROUTES_GOAL = 0.9;

const PORTS = { upstream: [18_101, 18_102], ours: 18_110, nginx: 18_111, haproxy: 18_112 } as const;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function measure(folder: string): Promise<Record<string, LoadResult[]>> {
  const proxyCore = '0';
  const otherCore = cpus().length > 1 ? '1' : '0';
  const upstream = startUpstream(folder, PORTS.upstream, otherCore);
  const nginx = startNginxProxy(folder, PORTS.nginx, PORTS.upstream, proxyCore);
  const haproxy = startHaproxy(folder, PORTS.haproxy, PORTS.upstream, proxyCore);
  const flags = values['node-flags'] === '' ? [] : values['node-flags'].split(' ');
  const ours = await startOurs(folder, { port: PORTS.ours, upstream: PORTS.upstream, core: proxyCore, flags });
  await ours.serve(1);
  await Promise.all([PORTS.upstream[0], PORTS.nginx, PORTS.haproxy, PORTS.ours].map(untilOpen));
  const results: Record<string, LoadResult[]> = {};
  const one = async (name: string, proxy: ChildProcess, port: number): Promise<void> => {
    if (values.only !== undefined && !values.only.split(',').includes(name)) return;
    const result = await load(proxy, { port, seconds, core: otherCore });
    (results[name] ??= []).push(result);
    say(
      `  ${name.padEnd(14)} ${result.rps.toFixed(0).padStart(7)} requests/s  ${result.perCore.toFixed(0).padStart(7)} per core-second   p50 ${result.p50Ms.toFixed(2)} ms   p99 ${result.p99Ms.toFixed(2)} ms${result.errors > 0 ? `   ${result.errors} errors` : ''}`,
    );
  };
  await load(ours.process, { port: PORTS.ours, seconds: 2, core: otherCore });
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    await one('upstream', upstream, PORTS.upstream[0]);
    await one('nginx', nginx, PORTS.nginx);
    await ours.serve(1);
    await one('serin', ours.process, PORTS.ours);
    await ours.serve(1000);
    await one('serin 1000', ours.process, PORTS.ours);
    await one('haproxy', haproxy, PORTS.haproxy);
  }
  ours.close();
  return results;
}

function report(results: Readonly<Record<string, readonly LoadResult[]>>): void {
  const pairs = (a: string, b: string): number =>
    median((results[a] ?? []).map(({ perCore }, round) => perCore / (results[b]?.[round]?.perCore ?? Infinity)));
  const ratios = {
    'serin / nginx': pairs('serin', 'nginx'),
    'serin / haproxy': pairs('serin', 'haproxy'),
    '1000 routes / 1 route': pairs('serin 1000', 'serin'),
  };
  const medians = Object.fromEntries(
    Object.entries(results).map(([name, all]) => [name, Math.round(median(all.map(({ perCore }) => perCore)))]),
  );
  say('\nmedians (requests for each second of CPU time of the proxy):');
  for (const [name, rps] of Object.entries(medians)) say(`  ${name.padEnd(14)} ${String(rps).padStart(7)}`);
  say('ratios (median of pairs in the same round):');
  say(`  serin / nginx            ${ratios['serin / nginx'].toFixed(3)}   (goal ≥ ${GOAL})`);
  say(`  serin / haproxy          ${ratios['serin / haproxy'].toFixed(3)}`);
  say(`  1,000 routes / 1 route   ${ratios['1000 routes / 1 route'].toFixed(3)}   (goal ≥ ${ROUTES_GOAL})`);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'mesh.json');
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, cores: cpus().length, seconds, medians, ratios, results }, null, 2)}\n`,
  );
  say(`written to bench/results/mesh.json`);
}

const absent = bring({ wrk: 'wrk', nginx: 'nginx-light', haproxy: 'haproxy' });
if (absent.length > 0) {
  say(`skipped: ${absent.join(', ')} could not be installed here`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'serin-bench-mesh-'));
  try {
    report(await measure(folder));
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}
