import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../core/model/workload.ts';
import { openStore } from '../../../engines/local/store/open-store.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import { say } from '../../../texts/catalogue.ts';
import { appDeployment, imageOf, openStage } from '../../workload-controllers.fixture.ts';
import type { Stage } from '../../workload-controllers.fixture.ts';
import { pauseRollout, restartRollout, resumeRollout, rolloutHistory, rolloutStatus, undoRollout } from './rollout.ts';
import { scale } from './scale.ts';
import { setImage } from './set-image.ts';

let stage: Stage;
let store: Store;
const app = { namespace: 'default', name: 'app' };
const ref = { kind: 'Deployment', ...app };

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-commands-'));
  stage = await openStage({
    open: (clock) => {
      const opened = openStore({ path: join(folder, 'serin.db'), clock });
      const end = (): void => {
        opened[Symbol.dispose]();
        rmSync(folder, { recursive: true, force: true });
      };
      return { store: opened, end };
    },
  });
  store = stage.store;
  await stage.put(appDeployment({ replicas: 2 }));
  await stage.pass(5);
});

afterEach(() => stage.close());

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof Fault ? `${error.code} ${error.text.key}` : String(error);
}

async function image(version: string): Promise<void> {
  await setImage(store, { ref, images: { c: `app:${version}` } });
  await stage.pass(8);
}

describe('scale', () => {
  it('changes the wanted number, once', async () => {
    expect(await scale(store, { ref, replicas: 5, currentReplicas: 2 })).toMatchObject({ outcome: 'changed' });
    expect(await scale(store, { ref, replicas: 5 })).toMatchObject({ outcome: 'same' });
    await stage.pass(4);
    expect(await stage.pods()).toHaveLength(5);
  });

  it('scales a ReplicaSet too, which its Deployment then puts right', async () => {
    const name = (await stage.sets())[0]?.metadata.name ?? '';
    const change = await scale(store, { ref: { kind: 'ReplicaSet', namespace: 'default', name }, replicas: 1 });
    expect(change.outcome).toBe('changed');
    await stage.pass(5);
    expect(await stage.pods()).toHaveLength(2);
  });

  it('refuses what cannot be', async () => {
    expect(await faultOf(scale(store, { ref, replicas: 3, currentReplicas: 9 }))).toBe(
      'refused rollout.replicaMismatch',
    );
    expect(await faultOf(scale(store, { ref: { ...ref, name: 'x' }, replicas: 3 }))).toBe('notFound fault.notFound');
    const service = { ...ref, kind: 'Service' };
    await expect(async () => scale(store, { ref: service, replicas: 3 })).rejects.toThrow('Service cannot be scaled');
    await expect(async () => scale(store, { ref, replicas: 1.5 })).rejects.toThrow('whole number');
  });

  it('survives somebody who writes at the same time', async () => {
    let races = 2;
    const racing: Store = {
      ...store,
      write: async (batch) => {
        if (races > 0) {
          races -= 1;
          const live = await stage.deployment();
          const annotations = { ...live.metadata.annotations, race: String(races) };
          const other: Deployment = { ...live, metadata: { ...live.metadata, annotations } };
          await store.write([{ op: 'update', object: other }]);
        }
        return store.write(batch);
      },
    };
    await scale(racing, { ref, replicas: 7 });
    const live = await stage.deployment();
    expect(live.spec.replicas).toBe(7);
    expect(live.metadata.annotations?.['race']).toBe('0');
  });
});

describe('rollout', () => {
  it('pauses and resumes, saying where it was so already', async () => {
    expect((await resumeRollout(store, app)).outcome).toBe('same');
    expect((await pauseRollout(store, app)).outcome).toBe('changed');
    expect((await pauseRollout(store, app)).outcome).toBe('same');
    expect(await faultOf(restartRollout(store, app, stage.clock))).toBe('refused rollout.pausedRestart');
    expect(await faultOf(undoRollout(store, app))).toBe('refused rollout.pausedUndo');
    expect((await resumeRollout(store, app)).outcome).toBe('changed');
    expect((await stage.deployment()).spec).not.toHaveProperty('paused');
  });

  it('restarts: every pod is replaced', async () => {
    const before = (await stage.pods()).map(({ metadata }) => metadata.name);
    await restartRollout(store, app, stage.clock);
    await stage.pass(8);
    const after = (await stage.pods()).map(({ metadata }) => metadata.name);
    expect(after).toHaveLength(2);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  it('undoes to the revision before or to a named one, and lists what there is', async () => {
    await image('v2');
    await image('v3');
    expect((await rolloutHistory(store, app)).map(({ revision, template }) => [revision, imageOf(template)])).toEqual([
      [1, 'app:v1'],
      [2, 'app:v2'],
      [3, 'app:v3'],
    ]);
    expect(await undoRollout(store, { ...app, toRevision: 1 })).toMatchObject({ outcome: 'changed', revision: 1 });
    await stage.pass(8);
    expect(await undoRollout(store, { ...app, toRevision: 4 })).toMatchObject({ outcome: 'same', revision: 4 });
    expect(await undoRollout(store, app)).toMatchObject({ outcome: 'changed', revision: 3 });
    await stage.pass(8);
    expect(await stage.sizes()).toEqual({ 'app:v3': 2 });
    expect(await faultOf(undoRollout(store, { ...app, toRevision: 1 }))).toBe('notFound rollout.noRevision');
  });

  it('has nothing to go back to at first', async () => {
    expect(await faultOf(undoRollout(store, app))).toBe('notFound rollout.noEarlier');
  });

  it('says how far it is, in words', async () => {
    expect(say('en', (await rolloutStatus(store, app)).text)).toBe('deployment "app" successfully rolled out');
    stage.broken.add('app:v2');
    await image('v2');
    const { progress, text } = await rolloutStatus(store, app);
    expect(progress).toEqual({ state: 'waiting', for: 'updating', have: 1, want: 2 });
    expect(say('en', text)).toBe(
      'Waiting for deployment "app" rollout to finish: 1 out of 2 new replicas have been updated...',
    );
    expect(say('zh', text)).toContain('2 个新副本中已更新 1 个');
  });
});

describe('set image', () => {
  it('knows names and the star, and refuses a container that is not there', async () => {
    expect((await setImage(store, { ref, images: { '*': 'app:v9' } })).outcome).toBe('changed');
    expect((await setImage(store, { ref, images: { c: 'app:v9' } })).outcome).toBe('same');
    expect(imageOf((await stage.deployment()).spec.template)).toBe('app:v9');
    expect(await faultOf(setImage(store, { ref, images: { d: 'app:v9' } }))).toBe('notFound rollout.noContainer');
  });
});
