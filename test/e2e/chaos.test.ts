/** The control plane is killed again and again while releases run, and so are mesh workers: nobody notices. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Run } from '../../src/core/model/run.ts';
import { observe, type Observer } from './support/observer.ts';
import { startSerin, type Serin } from './support/serin.ts';
import { openShop, release, type Shop, single, version } from './support/shop.ts';
import { failures } from './support/traffic.ts';

let serin: Serin;
let observer: Observer;
afterEach(async () => {
  observer.close();
  await serin.close();
});

const KILLS = 12;
const SEED = Number(process.env['SERIN_CHAOS_SEED'] ?? 20_261);

/** Park and Miller's generator: the same moments in every run of the test. */
function seeded(seed: number): () => number {
  let value = seed % 2_147_483_647;
  return () => (value = (value * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Kills the control plane some time after something happened to the release, and starts it again. */
async function killAtRandom(shop: Shop, random: () => number): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const seen = shop.statuses.length;
    // Nothing happens for a while: then this is the moment.
    await observer
      .until('an event', () => (shop.statuses.length > seen ? true : undefined), 5_000)
      .catch(() => undefined);
    await sleep(random() * 3_000);
    await serin.kill9();
    await sleep(random() * 500);
    await serin.restart();
    await observer.reconnect();
  }
}

/** Repeats a command line until what it is for has happened: the control plane may die before, while or after it answers. */
async function insist(what: string, act: () => Promise<unknown>, isDone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 30 && !isDone(); tries += 1) {
    await act();
    await observer.until(what, () => (isDone() ? true : undefined), 2_000).catch(() => undefined);
  }
  if (!isDone()) throw new Error(`in vain: ${what}; the release was ${JSON.stringify(shopStatus())}`);
}

let shopStatus: () => unknown = () => undefined;

const runTo = (shop: Shop, to: string): Run | undefined => shop.runs().findLast((run) => run.spec.to.version === to);
const hasEnded = (shop: Shop, to: string): boolean => runTo(shop, to)?.status?.outcome !== undefined;

async function begin(shop: Shop, name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  await insist(
    `a run to ${name}`,
    () => shop.apply(version(name, env)).catch(() => undefined),
    () => runTo(shop, name) !== undefined,
  );
}

async function good(shop: Shop, name: string): Promise<void> {
  await begin(shop, name);
  const asksTo = (): boolean => shop.status()?.desiredWeight === 60;
  await observer.until(`${name} at 60 %`, () => (asksTo() || hasEnded(shop, name) ? true : undefined), 60_000);
  await insist(
    `the promotion of ${name}`,
    () => shop.run(['resume', 'shop']),
    () => !asksTo(),
  );
  await shop.ended(name, 60_000);
}

async function bad(shop: Shop, name: string): Promise<void> {
  await begin(shop, name, { FAIL_PERCENT: '100' });
  await shop.ended(name, 60_000);
}

async function stopped(shop: Shop, name: string): Promise<void> {
  await begin(shop, name);
  await observer.until(`${name} at 20 %`, () => ((shop.status()?.desiredWeight ?? 0) > 0 ? true : undefined), 60_000);
  await insist(
    `the abort of ${name}`,
    () => shop.run(['abort', 'shop', '--reason', 'drill']),
    () => ['aborting', 'idle'].includes(shop.status()?.phase ?? '') || hasEnded(shop, name),
  );
  await shop.ended(name, 60_000);
}

/** Processes of a data folder: pods by the mark in their environment, control plane and workers by their command line. */
function processesOf(folder: string): readonly string[] {
  const mark = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'latin1');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        const isOurs = environ.includes(`SERIN_CONTAINER_ID=${mark}.`) || command.includes(folder);
        return isOurs ? [`${pid} ${command.replaceAll('\0', ' ')}`] : [];
      } catch {
        return [];
      }
    });
}

test('killed again and again: the same outcomes, nobody fails but by a bad version, nothing is left behind', async () => {
  serin = await startSerin({ workers: 1 });
  observer = await observe(serin.folder);
  const shop = await openShop(serin, observer, {
    namespace: 'chaos',
    workloads: [version('v1')],
    release: release([{ weight: 20 }, { pause: '1s' }, { weight: 60 }, { pause: {} }, { weight: 100 }]),
  });
  shopStatus = shop.status;
  const traffic = shop.traffic(40);
  let killing = true;
  const killer = killAtRandom(shop, seeded(SEED)).finally(() => (killing = false));
  const expected: (readonly [string, string])[] = [];
  for (let round = 1; killing; round += 1) {
    await good(shop, `good${round}`);
    expected.push([`good${round}`, 'promoted']);
    await bad(shop, `bad${round}`);
    expected.push([`bad${round}`, 'aborted']);
    await stopped(shop, `stop${round}`);
    expected.push([`stop${round}`, 'aborted']);
  }
  await killer;
  await shop.until(({ phase }) => phase === 'idle');
  const log = await traffic.stop();

  expect(failures(log).filter(({ by }) => by?.startsWith('bad') !== true)).toEqual([]);
  expect(log.at(-1)?.by).toBe(expected.findLast(([, outcome]) => outcome === 'promoted')?.[0]);
  expect(shop.runs().map((run) => [run.spec.to.version, run.status?.outcome])).toEqual(expected);
  for (const run of shop.runs()) {
    const journal = await observer.store().journal(`run/chaos/${run.metadata.name}`);
    const kinds = journal.map(({ kind }) => kind);
    expect([kinds[0], kinds.at(-1), kinds.filter((kind) => kind === 'finished').length]).toEqual([
      'started',
      'finished',
      1,
    ]);
  }
  const restarts = shop
    .pods()
    .flatMap(({ status }) => status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? []);
  expect(restarts.filter((count) => count > 0)).toEqual([]);
  expect(processesOf(serin.folder)).not.toEqual([]);
  await serin.must(['down']);
  expect(processesOf(serin.folder)).toEqual([]);
});

/** Kills the control plane a moment from now, and starts it again. */
async function killIn(ms: number): Promise<void> {
  await sleep(ms);
  await serin.kill9();
  await serin.restart();
  await observer.reconnect();
}

test('killed while it adopts a Deployment, releases it and gives it back: nobody fails', async () => {
  const random = seeded(SEED + 1);
  serin = await startSerin({ workers: 1 });
  observer = await observe(serin.folder);
  const shop = await openShop(serin, observer, { namespace: 'adopt', workloads: [single({ VERSION: 'one' }, 2)] });
  const traffic = shop.traffic(40);
  await shop.apply(release([{ weight: 50 }, { pause: '1s' }, { weight: 100 }], { workload: { deployment: 'shop' } }));
  await killIn(random() * 1_500);
  await killIn(random() * 1_500);
  await observer.until('the original to keep no pods', () => (shop.pods('shop-').length === 2 ? true : undefined));
  await observer.until('a stable version', () => shop.status()?.stable);
  await shop.apply(single({ VERSION: 'two' }, 2));
  await killIn(random() * 3_000);
  await observer.until('the promotion', () => (shop.runs()[0]?.status?.outcome === 'promoted' ? true : undefined));
  await shop.must(['delete', 'release', 'shop', '--wait=false']);
  await killIn(random() * 1_500);
  await observer.until('the original to have its pods back, and nobody else', () => {
    const deployments = observer.list('Deployment', 'adopt').length;
    const isGone = observer.get('Release', 'adopt', 'shop') === undefined;
    return isGone && deployments === 1 && shop.pods().length === 2 ? true : undefined;
  });
  expect(observer.list('VirtualService', 'adopt')).toEqual([]);
  const log = await traffic.stop();
  expect(failures(log)).toEqual([]);
  expect(log.at(-1)?.by).toBe('two');
});

test('a release that is deleted in the moment of a kill is given up after it', async () => {
  serin = await startSerin({ workers: 1 });
  observer = await observe(serin.folder);
  const shop = await openShop(serin, observer, {
    namespace: 'deleted',
    workloads: [version('v1')],
    release: release([{ weight: 50 }, { pause: {} }, { weight: 100 }]),
  });
  const traffic = shop.traffic(40);
  await shop.apply(version('v2'));
  await shop.untilHeld('wait');
  const ref = { kind: 'Release', namespace: 'deleted', name: 'shop' };
  await observer.store().write([{ op: 'delete', ref }]);
  await serin.kill9();
  await serin.restart();
  await observer.reconnect();
  const restartedAt = Date.now();
  await observer.until('the end of the release', () =>
    observer.get('Release', 'deleted', 'shop') === undefined ? true : undefined,
  );
  await sleep(1_500);
  const log = await traffic.stop();
  expect(failures(log)).toEqual([]);
  expect(log.filter(({ by, at }) => by === 'v2' && at > restartedAt + 1_000)).toEqual([]);
  expect(log.some(({ by, at }) => by === 'v1' && at > restartedAt + 1_000)).toBe(true);
});

interface Mesh {
  readonly workers: readonly { readonly pid: number; readonly live: boolean; readonly tableVersion: number }[];
}

test('a mesh worker that is killed is back within two seconds; only what was under way in it fails', async () => {
  serin = await startSerin({ workers: 2 });
  observer = await observe(serin.folder);
  const shop = await openShop(serin, observer, {
    namespace: 'worker',
    workloads: [version('v1')],
    release: release([{ weight: 100 }]),
  });
  const traffic = shop.traffic(100);
  await observer.client().get<Mesh>('/v1/mesh');
  for (let kill = 0; kill < 3; kill += 1) {
    const { workers } = await observer.client().get<Mesh>('/v1/mesh');
    expect(workers.map(({ live }) => live)).toEqual([true, true]);
    const victim = workers[kill % 2];
    if (victim === undefined) throw new Error('no worker');
    const before = traffic.log.length;
    while (traffic.log.length < before + 50) await sleep(20);
    const killedAt = Date.now();
    process.kill(victim.pid, 'SIGKILL');
    const isBack = async (): Promise<boolean> => {
      const now = (await observer.client().get<Mesh>('/v1/mesh')).workers;
      return now.every(({ pid, live, tableVersion }) => live && tableVersion > 0 && pid !== victim.pid);
    };
    while (!(await isBack())) {
      if (Date.now() > killedAt + 20_000) throw new Error('the worker does not come back');
      await sleep(20);
    }
    expect(Date.now() - killedAt).toBeLessThan(2_000);
    const failed = failures(traffic.log).filter(({ doneAt }) => doneAt >= killedAt);
    expect(failed.filter(({ at }) => at > killedAt + 100)).toEqual([]);
    expect(failed.length).toBeLessThan(20);
  }
  const log = await traffic.stop();
  expect(failures(log).length).toBeLessThan(log.length / 10);
});
