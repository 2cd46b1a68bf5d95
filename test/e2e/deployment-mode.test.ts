/** One Deployment whose pod template changes: adoption, runs, sizes and undo, on real processes with real traffic. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pod } from '../../src/core/model/pod.ts';
import type { Run } from '../../src/core/model/run.ts';
import type { RunRecord } from '../../src/core/release/state.ts';
import { observe, type Observer } from './support/observer.ts';
import { startSerin, type Serin } from './support/serin.ts';
import { openShop, release, type Shop, single } from './support/shop.ts';
import { failures } from './support/traffic.ts';

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

const workload = { deployment: 'shop' };
const quick = [{ weight: 30 }, { pause: '1s' }, { weight: 100 }];
const byHand = [{ weight: 30 }, { pause: {} }, { weight: 100 }];

/** A shop that runs `one` and is released by its template. */
async function released(
  namespace: string,
  spec: Parameters<typeof release>[1],
  steps: Parameters<typeof release>[0] = quick,
): Promise<Shop> {
  const shop = await openShop(serin, observer, {
    namespace,
    workloads: [single({ VERSION: 'one' })],
    release: release(steps, { workload, ...spec }),
  });
  await untilAdopted(shop, 1);
  return shop;
}

/** The Deployment keeps no pods of its own any more; the version made from it has all. */
async function untilAdopted({ namespace, pods }: Shop, size: number): Promise<void> {
  await observer.until(`the adoption in ${namespace}`, () => {
    const all = pods().map(({ metadata }) => metadata.name);
    return all.length === size && all.every((name) => /^shop-[0-9a-f]{10}-/.test(name)) ? true : undefined;
  });
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
const names = (pods: readonly Pod[]): readonly string[] => pods.map(({ metadata }) => metadata.name).toSorted();

/** The Deployment of a version of a run. */
function armOf(run: Run | undefined, side: 'from' | 'to'): string {
  if (run === undefined) throw new Error('no run');
  return run.spec[side].deployment;
}

/** Pods of the Deployment of a version. */
const podsOf = (shop: Shop, deployment: string): readonly string[] =>
  names(shop.pods(`${deployment}-`).filter(isReady));

async function untilStable(shop: Shop, run: Run): Promise<void> {
  await shop.until(({ stable, phase }) => stable?.hash === run.spec.to.hash && phase === 'idle');
}

/** Waits for the end of a run that started after `known` runs. */
async function nextRun(shop: Shop, known: number): Promise<Run> {
  return observer.until(`the end of run ${known + 1} in ${shop.namespace}`, () => {
    const run = shop.runs()[known];
    return run?.status?.outcome === undefined ? undefined : run;
  });
}

describe.concurrent('one Deployment whose template changes', () => {
  test('is adopted, promoted without a re-roll, and a bad template is taken back, without a failed request of its own', async () => {
    const shop = await openShop(serin, observer, { namespace: 'adopt', workloads: [single({ VERSION: 'one' }, 2)] });
    const traffic = shop.traffic(25);
    await shop.govern(release(byHand, { workload }));
    await untilAdopted(shop, 2);
    expect(shop.deployment('shop')?.spec.replicas).toBe(2);

    await shop.apply(single({ VERSION: 'two' }, 2));
    await shop.untilHeld('wait');
    const candidate = armOf(shop.runs()[0], 'to');
    const [tested] = podsOf(shop, candidate);
    expect(tested).toBeDefined();
    await shop.must(['resume', 'shop']);
    const two = await nextRun(shop, 0);
    expect(two.status?.outcome).toBe('promoted');
    const atPromotion = podsOf(shop, candidate);
    expect(atPromotion).toHaveLength(2);
    expect(atPromotion).toContain(tested);
    await observer.until('the old version to have no pods', () =>
      shop.pods(`${armOf(two, 'from')}-`).length === 0 ? true : undefined,
    );
    expect(shop.deployment(armOf(two, 'from'))?.spec.replicas).toBe(0);
    expect(podsOf(shop, candidate)).toEqual(atPromotion);
    expect(failures(traffic.log)).toEqual([]);
    expect(names(shop.pods())).toEqual(atPromotion);

    await shop.apply(single({ VERSION: 'bad', FAIL_PERCENT: '100' }, 2));
    const bad = await nextRun(shop, 1);
    expect(bad.status?.outcome).toBe('aborted');
    await shop.until(({ phase, stable }) => phase === 'idle' && stable?.deployment === candidate);
    expect(podsOf(shop, candidate)).toEqual(atPromotion);
    expect(failures(traffic.log).every(({ by }) => by === 'bad')).toBe(true);

    await shop.apply(single({ VERSION: 'three' }, 2));
    await shop.untilHeld('wait');
    await shop.must(['resume', 'shop']);
    const three = await nextRun(shop, 2);
    expect(three.spec.from.hash).toBe(two.spec.to.hash);
    expect(three.status?.outcome).toBe('promoted');
    const log = await traffic.stop();
    expect(failures(log).every(({ by }) => by === 'bad')).toBe(true);
    expect(log.at(-1)?.by).toBe('three');
  });

  test('a template that goes back during its run ends the run; the stable pods never change', async () => {
    const shop = await released('revert', {}, byHand);
    const before = names(shop.pods());
    const traffic = shop.traffic(25);
    await shop.apply(single({ VERSION: 'two' }));
    await shop.untilHeld('wait');
    await shop.apply(single({ VERSION: 'one' }));
    const run = await nextRun(shop, 0);
    expect(run.status?.outcome).toBe('aborted');
    await observer.until('the candidate to go', () => (names(shop.pods()).join() === before.join() ? true : undefined));
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('one');
    expect(shop.runs()).toHaveLength(1);
  });

  test('serin scale changes the size during a run, and oldVersion: remove leaves one version', async () => {
    const shop = await released('scale', { onPromotion: { oldVersion: 'remove', scaleDownDelay: '1s' } }, byHand);
    const traffic = shop.traffic(25);
    await shop.apply(single({ VERSION: 'two' }));
    await shop.untilHeld('wait');
    const [run] = shop.runs();
    await shop.must(['scale', 'deploy', 'shop', '--replicas=3']);
    await observer.until('three pods of stable', () =>
      podsOf(shop, armOf(run, 'from')).length === 3 ? true : undefined,
    );
    await shop.must(['resume', 'shop']);
    const two = await nextRun(shop, 0);
    expect(two.status?.outcome).toBe('promoted');
    expect(podsOf(shop, armOf(two, 'to'))).toHaveLength(3);
    await observer.until('the old version to be removed', () =>
      shop.deployment(armOf(two, 'from')) === undefined ? true : undefined,
    );
    await shop.must(['scale', 'deploy', 'shop', '--replicas=1']);
    await observer.until('one pod', () => (shop.pods().length === 1 ? true : undefined));
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('two');
  });

  test('undo is the old template: a new run to the old content, at once where its pods are warm', async () => {
    const shop = await released('undo', { onPromotion: { scaleDownDelay: '1h' } });
    const [warm] = names(shop.pods());
    const { version, hash, deployment = '' } = shop.status()?.stable ?? {};
    const traffic = shop.traffic(25);
    await shop.apply(single({ VERSION: 'two' }));
    const two = await nextRun(shop, 0);
    expect(two.status?.outcome).toBe('promoted');
    await untilStable(shop, two);
    await shop.apply(single({ VERSION: 'one' }));
    const back = await nextRun(shop, 1);
    expect(back.spec).toMatchObject({ cause: 'newVersion', to: { version, hash, deployment } });
    expect(back.status?.outcome).toBe('promoted');
    const journal = await observer.store().journal(`run/undo/${back.metadata.name}`);
    const ready = journal.find(({ kind, body }) => kind === 'phase' && body['to'] === 'stepping');
    expect((ready?.at ?? Infinity) - ((back.status?.record as RunRecord | undefined)?.startedAt ?? 0)).toBeLessThan(
      1000,
    );
    await untilStable(shop, back);
    expect(podsOf(shop, deployment)).toEqual([warm]);

    await shop.must(['rollback', 'shop']);
    const again = await nextRun(shop, 2);
    expect(again).toMatchObject({ spec: { cause: 'rollback', to: { hash: two.spec.to.hash } } });
    expect(again.status?.outcome).toBe('promoted');
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('two');
  });

  test('without its release the Deployment runs its own pods again', async () => {
    const shop = await released('leave', {});
    const traffic = shop.traffic(25);
    await shop.apply(single({ VERSION: 'two' }));
    const two = await nextRun(shop, 0);
    await untilStable(shop, two);
    await shop.must(['delete', 'release', 'shop']);
    await observer.until('the versions to go', () =>
      shop.deployment(armOf(two, 'to')) === undefined && shop.deployment(armOf(two, 'from')) === undefined
        ? true
        : undefined,
    );
    await observer.until('one pod', () => (shop.pods().length === 1 ? true : undefined));
    const log = await traffic.stop();
    expect(failures(log)).toEqual([]);
    expect(log.at(-1)?.by).toBe('two');
    expect(shop.deployment('shop')?.status?.readyReplicas).toBe(1);
  });
});
