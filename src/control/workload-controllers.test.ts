import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/model/meta.ts';
import type { Pod } from '../core/model/pod.ts';
import type { ReplicaSet } from '../core/model/workload.ts';
import { POD_TEMPLATE_HASH_LABEL } from '../core/model/workload.ts';
import { conditionOf } from '../core/rollout/conditions.ts';
import { openStore } from '../engines/local/store/open-store.ts';
import { silentLog } from '../lib/log.ts';
import type { Store, Write } from '../ports/store.ts';
import { pauseRollout, resumeRollout, rolloutStatus, undoRollout } from './commands/workload/rollout.ts';
import { scale } from './commands/workload/scale.ts';
import { appDeployment, appTemplate, imageOf, openStage, reasons, seeded } from './workload-controllers.fixture.ts';
import type { Stage, StageOptions } from './workload-controllers.fixture.ts';
import { startWorkloadControllers } from './workload-controllers.ts';

let stage: Stage;
afterEach(() => stage.close());

const app = { namespace: 'default', name: 'app' };
const rolling = { strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } } as const;

function staged(options: Omit<StageOptions, 'open'> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'serin-control-'));
  return openStage({
    ...options,
    open: (clock) => {
      const store = openStore({ path: join(folder, 'serin.db'), clock });
      const end = (): void => {
        store[Symbol.dispose]();
        rmSync(folder, { recursive: true, force: true });
      };
      return { store, end };
    },
  });
}

async function settled(
  spec: Parameters<typeof appDeployment>[0],
  options?: Omit<StageOptions, 'open'>,
): Promise<Stage> {
  stage = await staged(options);
  await stage.put(appDeployment(spec));
  await stage.pass(8);
  expect((await rolloutStatus(stage.store, app)).progress).toEqual({ state: 'done' });
  stage.watchCounts();
  return stage;
}

describe('a Deployment', () => {
  it('gets its pods, named and owned as in Kubernetes', async () => {
    await settled({ replicas: 3 });
    const [set] = await stage.sets();
    const pods = await stage.pods();
    expect(pods).toHaveLength(3);
    const hash = set?.metadata.labels?.[POD_TEMPLATE_HASH_LABEL] ?? '';
    expect(set?.metadata.name).toBe(`app-${hash}`);
    for (const { metadata } of pods) {
      expect(metadata.name).toMatch(new RegExp(`^app-${hash}-[a-z0-9]{5}$`));
      expect(metadata.labels).toEqual({ app: 'app', [POD_TEMPLATE_HASH_LABEL]: hash });
      expect(metadata.ownerReferences).toMatchObject([
        { kind: 'ReplicaSet', name: set?.metadata.name, controller: true },
      ]);
    }
    expect((await stage.deployment()).status).toMatchObject({ readyReplicas: 3, observedGeneration: 1 });
    expect(await reasons(stage.store, 'Deployment')).toEqual(['ScalingReplicaSet']);
    expect(await reasons(stage.store, 'ReplicaSet')).toEqual(['SuccessfulCreate']);
  });

  it('rolls within maxSurge 2 and maxUnavailable 1, and back with undo', async () => {
    await settled({ replicas: 10, ...rolling });
    await stage.change({ template: appTemplate('v2') });
    await stage.pass(30);
    expect(await stage.sizes()).toEqual({ 'app:v2': 10 });
    expect(stage.seen.most).toBeLessThanOrEqual(12);
    expect(stage.seen.least).toBeGreaterThanOrEqual(9);
    expect((await rolloutStatus(stage.store, app)).progress).toEqual({ state: 'done' });
    const undone = await undoRollout(stage.store, app);
    expect(undone).toMatchObject({ outcome: 'changed', revision: 1 });
    await stage.pass(30);
    expect(await stage.sizes()).toEqual({ 'app:v1': 10 });
    expect((await stage.sets()).length).toBe(2);
  });

  it('recreates: all old pods are gone before the first new one', async () => {
    await settled({ replicas: 3, strategy: { type: 'Recreate' } });
    await stage.change({ template: appTemplate('v2') });
    for (let second = 0; second < 10; second += 1) {
      await stage.pass(1);
      expect(new Set((await stage.pods()).map(imageOf)).size).toBeLessThanOrEqual(1);
    }
    expect(await stage.sizes()).toEqual({ 'app:v2': 3 });
    expect(stage.seen.least).toBe(0);
  });

  it('stands still while paused in mid-rollout and goes on when resumed', async () => {
    await settled({ replicas: 10, ...rolling });
    await stage.change({ template: appTemplate('v2') });
    await stage.pass(3);
    await pauseRollout(stage.store, app);
    await stage.pass(3);
    const held = await stage.sizes();
    expect(Object.keys(held)).toEqual(expect.arrayContaining(['app:v1', 'app:v2']));
    await stage.pass(20);
    expect(await stage.sizes()).toEqual(held);
    expect((await rolloutStatus(stage.store, app)).progress).toMatchObject({ state: 'waiting', for: 'paused' });
    await resumeRollout(stage.store, app);
    await stage.pass(30);
    expect(await stage.sizes()).toEqual({ 'app:v2': 10 });
  });

  it('follows a change of scale in mid-rollout', async () => {
    await settled({ replicas: 10, ...rolling });
    stage.broken.add('app:v2');
    await stage.change({ template: appTemplate('v2') });
    await stage.pass(5);
    expect(await stage.sizes()).toEqual({ 'app:v1': 9, 'app:v2': 3 });
    await scale(stage.store, { ref: { kind: 'Deployment', ...app }, replicas: 20 });
    await stage.pass(5);
    expect(await stage.sizes()).toEqual({ 'app:v1': 17, 'app:v2': 5 });
    stage.broken.clear();
    await stage.pass(40);
    expect(await stage.sizes()).toEqual({ 'app:v2': 20 });
  });

  it('says that a version makes no progress, keeps the old one serving, and recovers with undo', async () => {
    await settled({ replicas: 4, progressDeadlineSeconds: 30 });
    stage.broken.add('app:v2');
    await stage.change({ template: appTemplate('v2') });
    await stage.pass(25);
    expect((await rolloutStatus(stage.store, app)).progress.state).toBe('waiting');
    await stage.pass(10);
    expect((await rolloutStatus(stage.store, app)).progress).toEqual({ state: 'late' });
    expect(stage.seen.least).toBeGreaterThanOrEqual(3);
    await undoRollout(stage.store, app);
    await stage.pass(15);
    expect(await stage.sizes()).toEqual({ 'app:v1': 4 });
    expect((await rolloutStatus(stage.store, app)).progress).toEqual({ state: 'done' });
  });

  it('replaces a pod that somebody deletes, and gives all back when it is deleted itself', async () => {
    await settled({ replicas: 2 });
    const [pod] = await stage.pods();
    await stage.store.write([
      { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: pod?.metadata.name ?? '' } },
    ]);
    await stage.pass(4);
    expect(await stage.pods()).toHaveLength(2);
    expect((await stage.pods()).map(({ metadata }) => metadata.name)).not.toContain(pod?.metadata.name);
    await stage.store.write([{ op: 'delete', ref: { kind: 'Deployment', ...app } }]);
    await stage.pass(4);
    expect(await stage.pods()).toEqual([]);
    expect(await stage.sets()).toEqual([]);
  });

  it('counts a collision where its ReplicaSet’s name is taken', async () => {
    await settled({ replicas: 1 });
    const name = (await stage.sets())[0]?.metadata.name ?? '';
    await stage.store.write([{ op: 'delete', ref: { kind: 'Deployment', ...app } }]);
    await stage.pass(2);
    const spec = {
      replicas: 0,
      selector: { matchLabels: { x: 'y' } },
      template: { ...appTemplate('v1'), metadata: { labels: { x: 'y' } } },
    };
    await stage.put({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace: 'default' },
      spec,
    } as Omit<ReplicaSet, 'metadata'> & { metadata: { name: string } });
    await stage.put(appDeployment({ replicas: 1 }));
    await stage.pass(4);
    expect((await stage.deployment()).status?.collisionCount).toBe(1);
    expect(await stage.pods()).toHaveLength(1);
  });
});

describe('a ReplicaSet', () => {
  it('lets go of a pod whose labels change, and makes another', async () => {
    await settled({ replicas: 2 });
    const pod = (await stage.pods())[0];
    if (pod === undefined) throw new Error('no pod');
    const labels = { ...pod.metadata.labels, app: 'debug' };
    const next: Pod = { ...pod, metadata: { ...pod.metadata, labels } };
    await stage.store.write([{ op: 'update', object: next }]);
    await stage.pass(4);
    const pods = await stage.pods();
    expect(pods).toHaveLength(3);
    const freed = pods.find(({ metadata }) => metadata.name === pod.metadata.name);
    expect(freed?.metadata.ownerReferences).toBeUndefined();
    const back: Pod = {
      ...(freed ?? pod),
      metadata: { ...(freed ?? pod).metadata, labels: pod.metadata.labels ?? {} },
    };
    await stage.store.write([{ op: 'update', object: back }]);
    await stage.pass(4);
    expect(await stage.pods()).toHaveLength(2);
  });

  it('ends pods that are not ready first, then the youngest', async () => {
    await settled({ replicas: 2 });
    const old = (await stage.pods()).map(({ metadata }) => metadata.name);
    await stage.change({ replicas: 3 });
    await stage.pass(4);
    stage.startMs = Number.POSITIVE_INFINITY;
    await stage.change({ replicas: 4 });
    await stage.pass(2);
    const unready = (await stage.pods()).find((pod) => pod.status?.phase !== 'Running');
    await stage.change({ replicas: 3 });
    await stage.pass(2);
    expect((await stage.pods()).map(({ metadata }) => metadata.name)).not.toContain(unready?.metadata.name);
    await stage.change({ replicas: 2 });
    await stage.pass(2);
    expect((await stage.pods()).map(({ metadata }) => metadata.name)).toEqual(old);
  });

  it('tells in its status why it cannot make pods, and recovers', async () => {
    let isFull = true;
    const wrap = (store: Store): Store => ({
      ...store,
      write: (batch: readonly Write[]) =>
        isFull && batch.some((write) => write.op === 'create' && write.object.kind === 'Pod')
          ? Promise.reject(new Error('the disk is full'))
          : store.write(batch),
    });
    stage = await staged({ wrap });
    await stage.put(appDeployment({ replicas: 1 }));
    await stage.pass(3);
    const failure = conditionOf((await stage.deployment()).status?.conditions, 'ReplicaFailure');
    expect(failure).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringContaining('disk is full'),
    });
    isFull = false;
    await stage.pass(60);
    expect(await stage.pods()).toHaveLength(1);
    expect(conditionOf((await stage.deployment()).status?.conditions, 'ReplicaFailure')).toBeUndefined();
  });
});

describe('at rest', () => {
  it('the controllers neither read nor write', async () => {
    let calls = 0;
    const wrap = (store: Store): Store => ({
      ...store,
      get: <T extends KubeObject>(...given: Parameters<Store['get']>) => {
        calls += 1;
        return store.get<T>(...given);
      },
      list: <T extends KubeObject>(...given: Parameters<Store['list']>) => {
        calls += 1;
        return store.list<T>(...given);
      },
      write: (batch) => {
        calls += 1;
        return store.write(batch);
      },
    });
    await settled({ replicas: 3 }, { wrap });
    calls = 0;
    await stage.pass(300);
    expect(calls).toBe(0);
  });
});

describe('a crash between any two writes', () => {
  /** A store whose user dies after its n-th write, before it hears of it, and does nothing any more. */
  function mortal(store: Store, writes: number): { readonly store: Store; isDead(): boolean } {
    let left = writes;
    const never = (): Promise<never> => new Promise(() => undefined);
    return {
      isDead: () => left <= 0,
      store: {
        ...store,
        write: async (batch) => {
          if (left <= 0) return never();
          const result = await store.write(batch);
          left -= 1;
          return left > 0 ? result : never();
        },
      },
    };
  }

  async function walk(seed: number): Promise<number> {
    const random = seeded(seed);
    let crashes = 0;
    let life = mortal(stage.store, 1);
    const restart = async (writes: number): Promise<void> => {
      stage.controllers.cache.close();
      life = mortal(stage.store, writes);
      const { clock } = stage;
      stage.controllers = startWorkloadControllers({ store: life.store, clock, log: silentLog, random });
      await stage.controllers.ready;
    };
    await stage.controllers.close();
    await restart(1 + Math.floor(random() * 6));
    await stage.put(appDeployment({ replicas: 4, ...rolling, revisionHistoryLimit: 2 }));
    for (let step = 0; step < 25; step += 1) {
      if (step % 6 === 2) await stage.change({ template: appTemplate(`v${Math.floor(random() * 4)}`) });
      if (step % 9 === 7) await stage.change({ replicas: 1 + Math.floor(random() * 6) });
      await stage.pass(1);
      if (!life.isDead()) continue;
      crashes += 1;
      await restart(1 + Math.floor(random() * 6));
    }
    await restart(Number.POSITIVE_INFINITY);
    await stage.pass(40);
    return crashes;
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('ends where it would have ended without (walk %d)', async (seed) => {
    stage = await staged({ seed });
    expect(await walk(seed)).toBeGreaterThan(5);
    const { spec } = await stage.deployment();
    expect(await stage.sizes()).toEqual({ [imageOf(spec.template)]: spec.replicas });
    expect(await stage.pods()).toHaveLength(spec.replicas ?? 1);
    expect((await stage.sets()).length).toBeLessThanOrEqual(3);
    expect((await rolloutStatus(stage.store, app)).progress).toEqual({ state: 'done' });
  });
});
