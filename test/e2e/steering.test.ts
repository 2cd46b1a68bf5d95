/** What people, files and other writers do to a release, on real processes with real traffic. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../src/core/model/run.ts';
import type { VirtualService } from '../../src/core/model/virtual-service.ts';
import type { RunRecord } from '../../src/core/release/state.ts';
import { observe, type Observer } from './support/observer.ts';
import { startSerin, type Serin } from './support/serin.ts';
import { openShop, release, type Shop, version } from './support/shop.ts';
import { failures, type Sent } from './support/traffic.ts';

let serin: Serin;
let observer: Observer;
beforeAll(async () => {
  serin = await startSerin({ workers: 1 });
  observer = await observe(serin.folder);
});
afterAll(async () => {
  observer.close();
  await serin.close();
});

interface Why {
  readonly outcome: string;
  readonly decisive: { readonly key: string; readonly params?: Readonly<Record<string, unknown>> };
  readonly timeline: readonly { readonly kind: string }[];
}

interface Plan {
  readonly plan: { readonly steps: readonly { readonly kind: string }[] };
  readonly policy: { readonly trigger: string; readonly onNewVersion: string; readonly oldVersion: string };
}

const recordOf = (run: Run | undefined): RunRecord | undefined => run?.status?.record as RunRecord | undefined;

/** Shares that the candidate was given, in order, from the run's history. */
async function weightsOf(shop: Shop, run: Run): Promise<readonly number[]> {
  const journal = await observer.store().journal(`run/${shop.namespace}/${run.metadata.name}`);
  return journal.filter(({ kind }) => kind === 'weight').map(({ body }) => Number(body['to']));
}

/** Waits until the judge has looked for so long beyond now. */
async function untilJudged(shop: Shop, forMs: number): Promise<void> {
  const from = recordOf(shop.runs().at(-1))?.evidence.lookedAt ?? 0;
  await observer.until(`the judge to look for ${forMs} ms`, () =>
    (recordOf(shop.runs().at(-1))?.evidence.lookedAt ?? 0) >= from + forMs ? true : undefined,
  );
}

const lastBy = (log: readonly Sent[], by: string): number =>
  Math.max(0, ...log.filter((one) => one.by === by).map(({ at }) => at));
const quick = [{ weight: 30 }, { pause: '1s' }, { weight: 100 }];
const byHand = [{ weight: 30 }, { pause: {} }, { weight: 100 }];

describe.concurrent('a run at the pace of people', () => {
  test('pause, resume, promote, set-weight and skip do what they say, and watch shows it', async () => {
    const steps = [
      { weight: 20 },
      { pause: '1h' },
      { weight: 40 },
      { pause: '1h' },
      { weight: 60 },
      { pause: '1h' },
      { weight: 80 },
      { pause: {} },
      { weight: 100 },
    ];
    const shop = await openShop(serin, observer, {
      namespace: 'pace',
      workloads: [version('v1')],
      release: release(steps),
    });
    const plan = await shop.json<Plan>(['plan', 'shop']);
    expect(plan.plan.steps.map(({ kind }) => kind)).toEqual([
      ...Array(4).fill(['setWeight', 'wait']).flat(),
      'promote',
    ]);
    expect(plan.policy).toMatchObject({ trigger: 'auto', onNewVersion: 'replace', oldVersion: 'scaleDown' });

    const traffic = shop.traffic(25);
    const watched = watchJson(shop);
    await shop.apply(version('v2'));
    await shop.until(({ desiredWeight }) => desiredWeight === 20);
    await shop.must(['pause', 'shop', '--reason', 'lunch'], 'ann');
    await shop.until(({ message }) => message?.includes('paused by ann: lunch') === true);
    const again = await shop.run(['pause', 'shop']);
    expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('paused already')]);
    const counted = (): number => recordOf(shop.runs().at(-1))?.step.countedMs ?? 0;
    const atPause = counted();
    await untilJudged(shop, 2500);
    expect(counted()).toBe(atPause);
    await shop.must(['resume', 'shop']);
    await observer.until('time at the step to go on', () => (counted() > atPause ? true : undefined));
    expect((await shop.run(['resume', 'shop'])).code).toBe(5);
    for (const weight of [40, 60]) {
      await shop.must(['promote', 'shop']);
      await shop.until(({ desiredWeight }) => desiredWeight === weight);
    }
    await shop.must(['set-weight', 'shop', '35']);
    await shop.until(({ desiredWeight }) => desiredWeight === 35);
    await shop.untilHeld('byHand');
    await untilJudged(shop, 1500);
    expect(shop.status()?.desiredWeight).toBe(35);
    await shop.must(['skip', 'shop']);
    await shop.until(({ desiredWeight }) => desiredWeight === 80);
    await shop.untilHeld('wait');
    await shop.must(['resume', 'shop']);
    const run = await shop.ended('v2');
    expect(run.status?.outcome).toBe('promoted');
    expect(await weightsOf(shop, run)).toEqual([20, 40, 60, 35, 80, 100]);
    expect(failures(await traffic.stop())).toEqual([]);

    const seen = await watched;
    expect(seen.code).toBe(0);
    expect(seen.desired).toEqual([20, 40, 60, 35, 80, 100]);
    expect(seen.holds).toEqual(expect.arrayContaining(['paused', 'byHand', 'wait']));
    const [told] = await shop.json<Record<string, unknown>[]>(['history', 'shop']);
    expect(told).toMatchObject({ run: 'shop-1', from: 'v1', to: 'v2', outcome: 'promoted', peak: 100 });
    const why = await shop.json<Why>(['why', 'shop']);
    expect(why).toMatchObject({ outcome: 'promoted', decisive: { key: 'run.reason.promoted' } });
    const commands = why.timeline.filter(({ kind }) => kind === 'command');
    const journal = await observer.store().journal('run/pace/shop-1');
    const steered = journal.filter(({ kind }) => kind === 'command').map(({ body }) => body['verb']);
    expect(commands).toHaveLength(steered.length);
    expect(steered).toEqual(['pause', 'resume', 'promote', 'promote', 'setWeight', 'skip', 'resume']);
  });

  test('only those named may approve', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'approval',
      workloads: [version('v1')],
      release: release([{ weight: 30 }, { approve: { by: ['ann'] } }, { weight: 100 }]),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.until(({ message }) => message?.includes('ends by: `serin approve` by one of: ann') === true);
    for (const verb of ['approve', 'promote']) {
      const refused = await shop.run([verb, 'shop'], 'bob');
      expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(/bob may not approve.*ann/)]);
    }
    expect((await shop.run(['resume', 'shop'], 'bob')).code).toBe(5);
    expect(shop.status()?.desiredWeight).toBe(30);
    await shop.must(['approve', 'shop'], 'ann');
    const run = await shop.ended('v2');
    expect(run.status?.outcome).toBe('promoted');
    expect(failures(await traffic.stop())).toEqual([]);
    expect(await shop.must(['why', 'shop'])).toMatch(/command +approve by ann/);
  });

  test('an abort says who and why; nothing goes to the candidate after it; the version waits for a start', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'abort',
      workloads: [version('v1')],
      release: release(byHand),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.untilHeld('wait');
    await shop.must(['abort', 'shop', '--reason', 'the numbers look odd'], 'ann');
    const abortedAt = Date.now();
    const run = await shop.ended('v2');
    expect(run.status).toMatchObject({ outcome: 'aborted', message: 'aborted by ann: the numbers look odd' });
    await observer.until('the candidate to be scaled down', () =>
      shop.deployment('shop-v2')?.spec.replicas === 0 ? true : undefined,
    );
    expect(await shop.must(['why', 'shop'])).toContain('aborted by ann: the numbers look odd');
    expect(shop.runs()).toHaveLength(1);
    await shop.must(['start', 'shop', '--version', 'v2']);
    await shop.until(({ run: name, desiredWeight }) => name === 'shop-2' && desiredWeight === 30);
    const full = await shop.json<{ status: { result: string } }>(['promote', 'shop', '--full']);
    expect(full.status.result).toBe('accepted');
    await shop.until(({ stable }) => stable?.version === 'v2');
    expect(shop.runs()[1]?.status?.outcome).toBe('promoted');
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    const between = log.filter(
      ({ by, at }) => by === 'v2' && at > abortedAt && at < (recordOf(shop.runs()[1])?.startedAt ?? 0),
    );
    expect(between).toEqual([]);
  });

  test('trigger: manual waits for a start; promote --full brings capacity before traffic', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'manual',
      workloads: [version('v1', {}, 2)],
      release: release(byHand, { trigger: 'manual' }),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.until(({ message }) => message?.includes('v2 waits for `serin start`') === true);
    expect(shop.runs()).toEqual([]);
    await shop.must(['start', 'shop', '--reason', 'release day'], 'ann');
    await shop.untilHeld('wait');
    const readyAt100: number[] = [];
    observer.onChange((object) => {
      if (object.kind !== 'VirtualService' || object.metadata.namespace !== 'manual') return;
      const [rule] = (object as VirtualService).spec.http ?? [];
      const share = rule?.route?.find(({ destination }) => destination.subset === 'v2')?.weight;
      if (share === 100) readyAt100.push(shop.deployment('shop-v2')?.status?.readyReplicas ?? 0);
    });
    await shop.must(['promote', 'shop', '--full']);
    const run = await shop.ended('v2');
    expect(run.status?.outcome).toBe('promoted');
    expect(readyAt100[0]).toBeGreaterThanOrEqual(2);
    expect(failures(await traffic.stop())).toEqual([]);
    const [told] = await shop.json<Record<string, unknown>[]>(['history', 'shop']);
    expect(told).toMatchObject({ cause: 'command', by: 'ann', to: 'v2' });
  });

  test('without traffic a run waits and says so; skip goes on without it', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'silent',
      workloads: [version('v1')],
      release: release(quick),
    });
    await shop.apply(version('v2'));
    await shop.until(({ message }) => message?.includes('serin skip') === true);
    await untilJudged(shop, 2000);
    expect(shop.status()?.desiredWeight).toBe(30);
    await shop.must(['skip', 'shop']);
    const run = await shop.ended('v2');
    expect(run.status?.outcome).toBe('promoted');
  });
});

describe.concurrent('what becomes of versions', () => {
  test('oldVersion: keep, remove, scaleDown; a rollback to a scaled-down version brings its pods first', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'old',
      workloads: [version('v1')],
      release: release(quick, { onPromotion: { oldVersion: 'keep', scaleDownDelay: '1s' } }),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    expect((await shop.ended('v2')).status?.outcome).toBe('promoted');
    await shop.apply(release(quick, { onPromotion: { oldVersion: 'remove', scaleDownDelay: '1s' } }));
    await shop.apply(version('v3'));
    expect((await shop.ended('v3')).status?.outcome).toBe('promoted');
    await observer.until('v2 to be removed', () => (shop.deployment('shop-v2') === undefined ? true : undefined));
    expect(shop.deployment('shop-v1')?.spec.replicas).toBe(1);
    await shop.apply(release(quick));
    await shop.apply(version('v4'));
    expect((await shop.ended('v4')).status?.outcome).toBe('promoted');
    await observer.until('v3 to have no pods', () =>
      shop.deployment('shop-v3')?.spec.replicas === 0 && shop.pods('shop-v3-').length === 0 ? true : undefined,
    );
    await shop.must(['rollback', 'shop', '--to', 'v3']);
    await shop.until(({ stable, phase }) => stable?.version === 'v3' && phase === 'idle');
    await observer.until('v4 to have no pods', () => (shop.pods('shop-v4-').length === 0 ? true : undefined));
    await shop.must(['delete', 'release', 'shop']);
    await shop.govern(release(quick));
    expect(shop.status()?.stable?.version).toBe('v3');
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('v3');
  });

  test('replace: a newer version takes the place of the one on trial', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'replace',
      workloads: [version('v1')],
      release: release(byHand),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.untilHeld('wait');
    await shop.apply(version('v3'));
    const first = await shop.ended('v2');
    expect(first.status).toMatchObject({ outcome: 'superseded', message: 'a newer version arrived: v3' });
    await shop.until(({ candidate, desiredWeight }) => candidate?.version === 'v3' && desiredWeight === 30);
    const change = Date.now();
    await shop.untilHeld('wait');
    await shop.must(['resume', 'shop']);
    expect((await shop.ended('v3')).status?.outcome).toBe('promoted');
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(lastBy(log, 'v2')).toBeLessThan(change);
  });

  test('queue: a newer version waits for the end of the run, then has its own', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'queue',
      workloads: [version('v1')],
      release: release(byHand, { onNewVersion: 'queue' }),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.untilHeld('wait');
    await shop.apply(version('v3'));
    await observer.until('v3 to be in the line', () => {
      const { queue } = (shop.status()?.record ?? {}) as { queue?: readonly { version: { version: string } }[] };
      return queue?.some((one) => one.version.version === 'v3');
    });
    expect(shop.status()).toMatchObject({ candidate: { version: 'v2' }, desiredWeight: 30 });
    await shop.must(['resume', 'shop']);
    expect((await shop.ended('v2')).status?.outcome).toBe('promoted');
    await shop.until(({ candidate, desiredWeight }) => candidate?.version === 'v3' && desiredWeight === 30);
    expect(shop.runs()[1]?.spec).toMatchObject({ from: { version: 'v2' }, to: { version: 'v3' } });
    await shop.untilHeld('wait');
    await shop.must(['resume', 'shop']);
    expect((await shop.ended('v3')).status?.outcome).toBe('promoted');
    expect(failures(await traffic.stop())).toEqual([]);
  });
});

describe.concurrent('candidates that cannot serve', () => {
  test('one that never becomes ready is aborted at the deadline, and traffic never left stable', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'unready',
      workloads: [version('v1')],
      release: release(quick, { progressDeadline: '3s' }),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2', { UNREADY: 'yes' }));
    const run = await shop.ended('v2');
    expect(run.status).toMatchObject({ outcome: 'aborted', message: 'v2 was not ready within 3 s' });
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(new Set(log.map(({ by }) => by))).toEqual(new Set(['v1']));
    expect(shop.statuses.every(({ desiredWeight }) => (desiredWeight ?? 0) === 0)).toBe(true);
  });

  test('one that crashes at once is aborted for that reason', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'crash',
      workloads: [version('v1')],
      release: release(quick),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2', { CRASH: 'yes' }));
    const run = await shop.ended('v2');
    expect(run.status?.outcome).toBe('aborted');
    expect(recordOf(run)?.reason?.key).toBe('run.reason.crashLoop');
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(new Set(log.map(({ by }) => by))).toEqual(new Set(['v1']));
    expect(await shop.must(['get', 'events'])).toMatch(/Aborted/);
  });
});

describe.concurrent('others at the same objects', () => {
  test('a release deleted during a run leaves all traffic on stable and nothing behind that does harm', async () => {
    const shop = await openShop(serin, observer, {
      namespace: 'deleted',
      workloads: [version('v1')],
      release: release(byHand),
    });
    const traffic = shop.traffic(25);
    await shop.apply(version('v2'));
    await shop.untilHeld('wait');
    await observer.until('v2 to answer', () => (traffic.log.some(({ by }) => by === 'v2') ? true : undefined));
    await shop.must(['delete', 'release', 'shop']);
    const deletedAt = Date.now();
    const route = await observer.until('all traffic on stable', () => {
      const [rule] = observer.get<VirtualService>('VirtualService', 'deleted', 'shop')?.spec.http ?? [];
      const [only, second] = rule?.route ?? [];
      return second === undefined ? only : undefined;
    });
    expect(route.destination.subset).toBe('v1');
    await new Promise((wake) => setTimeout(wake, 1500));
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(lastBy(log, 'v1')).toBeGreaterThan(deletedAt + 1000);
    expect(lastBy(log, 'v2')).toBeLessThan(deletedAt + 1000);
    expect(shop.runs()).toEqual([]);
    expect((await shop.run(['get', 'release', 'shop'])).code).not.toBe(0);
    // The same with everything around it: nothing waits for ever, and nothing stays.
    await shop.govern(release(byHand));
    await serin.must(['delete', 'namespace', 'deleted']);
    expect((await serin.run(['get', 'namespace', 'deleted'])).code).not.toBe(0);
    expect(observer.list('VirtualService', 'deleted')).toEqual([]);
  });

  test('somebody applies the file with the old weights each second: the run still ends right, nobody fails', async () => {
    const virtualService = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'routes' },
      spec: {
        hosts: ['shop'],
        http: [{ name: 'primary', route: [{ destination: { host: 'shop', subset: 'v1' }, weight: 100 }] }],
      },
    };
    const rule = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'shop' },
      spec: { host: 'shop', subsets: [{ name: 'v1', labels: { version: 'v1' } }] },
    };
    const shop = await openShop(serin, observer, {
      namespace: 'writer',
      workloads: [version('v1'), rule, virtualService],
      release: release([{ weight: 30 }, { pause: '2s' }, { weight: 60 }, { pause: '2s' }, { weight: 100 }], {
        traffic: { istio: { virtualService: { name: 'routes', routes: ['primary'] } } },
      }),
    });
    const traffic = shop.traffic(40);
    let writing = true;
    let written = 0;
    const writer = (async () => {
      while (writing) {
        await shop.apply(rule, virtualService);
        written += 1;
        await new Promise((wake) => setTimeout(wake, 1000));
      }
    })();
    await shop.apply(version('v2'));
    const run = await shop.ended('v2', 90_000);
    writing = false;
    await writer;
    expect(run.status?.outcome).toBe('promoted');
    await shop.until(({ stable, conditions }) => {
      return (
        stable?.version === 'v2' && conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
      );
    });
    expect(written).toBeGreaterThan(2);
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('v2');
    expect(await shop.must(['get', 'events'])).toMatch(/RouteChanged/);
  });
});

test('a stable version that breaks after its promotion is left at once by a rollback', async () => {
  const doom = join(mkdtempSync(join(tmpdir(), 'serin-doom-')), 'doom');
  const shop = await openShop(serin, observer, {
    namespace: 'doom',
    workloads: [version('v1')],
    release: release(quick, { onPromotion: { oldVersion: 'keep' } }),
  });
  const traffic = shop.traffic(25);
  await shop.apply(version('v2', { DOOM: doom }));
  expect((await shop.ended('v2')).status?.outcome).toBe('promoted');
  expect(failures(traffic.log)).toEqual([]);
  writeFileSync(doom, '');
  await observer.until('v2 to have no ready pod', () =>
    (shop.deployment('shop-v2')?.status?.readyReplicas ?? 0) === 0 ? true : undefined,
  );
  await shop.must(['rollback', 'shop', '--reason', 'v2 is down'], 'ann');
  const rolledBackAt = Date.now();
  await shop.until(({ stable, phase }) => stable?.version === 'v1' && phase === 'idle');
  const log = await traffic.stop();
  expect(failures(log).every(({ at }) => at < rolledBackAt + 1000)).toBe(true);
  expect(log.at(-1)?.by).toBe('v1');
  rmSync(dirname(doom), { recursive: true });
});

test('a rollback to the warm old version is one action, and it serves within a second', async () => {
  const shop = await openShop(serin, observer, {
    namespace: 'warm',
    workloads: [version('v1')],
    release: release(quick, { onPromotion: { scaleDownDelay: '1h' } }),
  });
  const traffic = shop.traffic(50);
  await shop.apply(version('v2'));
  expect((await shop.ended('v2')).status?.outcome).toBe('promoted');
  await shop.until(({ phase }) => phase === 'idle');
  const [pod] = shop.pods('shop-v1-');
  const asked = observer.until('the command', () =>
    observer.list('Command', 'warm')[0] === undefined ? undefined : Date.now(),
  );
  await shop.must(['rollback', 'shop']);
  const askedAt = await asked;
  await shop.until(({ stable, phase }) => stable?.version === 'v1' && phase === 'idle');
  const log = await traffic.stop();
  expect(failures(log)).toEqual([]);
  expect(lastBy(log, 'v2') - askedAt).toBeLessThan(1000);
  expect(log.at(-1)).toMatchObject({ by: 'v1', pod: pod?.metadata.name });
});

interface Watched {
  readonly code: number | null;
  readonly desired: readonly number[];
  readonly holds: readonly string[];
}

/** `serin watch -o json` until the run ends: shares of the candidate and reasons to wait, each once in a row. */
function watchJson(shop: Shop): Promise<Watched> {
  const child = spawn(process.execPath, [resolve('src/main.ts'), 'watch', 'shop', '-o', 'json', '-n', shop.namespace], {
    env: { ...process.env, SERIN_DATA: serin.folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done) => {
    child.once('close', (code) => {
      interface View {
        readonly arms: readonly { readonly role: string; readonly desired: number }[];
        readonly holds: readonly { readonly reason: string }[];
      }
      const views = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as View);
      const shares = views.flatMap(({ arms }) => arms.find(({ role }) => role === 'candidate')?.desired ?? []);
      done({
        code,
        desired: shares.filter((share, index) => share > 0 && share !== shares[index - 1]),
        holds: [...new Set(views.flatMap(({ holds }) => holds.map(({ reason }) => reason)))],
      });
    });
  });
}
