/** Laws of rollouts under any order of events: late ReplicaSets, failing pods, changes in mid-rollout. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeploymentSpec } from '../model/workload.ts';
import { isActivePod } from './availability.ts';
import { imageOf, isUp, newCluster, templateOf } from './cluster.fixture.ts';
import type { Cluster } from './cluster.fixture.ts';
import { conditionOf } from './conditions.ts';
import { limitsOf } from './limits.ts';
import { revisionOf } from './revisions.ts';
import { planUndo } from './undo.ts';

const amount = fc.oneof(
  fc.nat(2),
  fc.nat(40).map((share) => `${share}%`),
);

const spec = fc.record<Partial<DeploymentSpec>>({
  replicas: fc.nat(9),
  minReadySeconds: fc.constantFrom(0, 5),
  revisionHistoryLimit: fc.constantFrom(0, 2, 10),
  strategy: fc.record({ rollingUpdate: fc.record({ maxSurge: amount, maxUnavailable: amount }) }),
});

type Step = {
  readonly kind: 'look' | 'follow' | 'ready' | 'finish' | 'fail' | 'template' | 'pause' | 'undo' | 'wait' | 'scale';
  readonly pick: number;
};

/** Mostly what moves a rollout on, now and then what disturbs it. */
function walks(scaling: number): fc.Arbitrary<Step[]> {
  const kind = fc.oneof(
    { weight: 80, arbitrary: fc.constantFrom<Step['kind']>('look', 'follow', 'ready') },
    { weight: 20, arbitrary: fc.constantFrom<Step['kind']>('finish', 'fail', 'template', 'undo', 'wait') },
    { weight: 10 * scaling, arbitrary: fc.constant<Step['kind']>('scale') },
    { weight: 1 + 3 * scaling, arbitrary: fc.constant<Step['kind']>('pause') },
  );
  return fc.array(fc.record<Step>({ kind, pick: fc.nat(11) }), { minLength: 60, maxLength: 120, size: 'max' });
}

function isFloorKept(cluster: Cluster, before: number): boolean {
  const { replicas, maxUnavailable } = limitsOf(cluster.deployment);
  return cluster.counts().available >= Math.min(before, replicas - maxUnavailable);
}

function at<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % Math.max(items.length, 1)];
}

function disturb(cluster: Cluster, { kind, pick }: Step): void {
  const active = cluster.pods.filter(isActivePod);
  const act: Readonly<Partial<Record<Step['kind'], () => void>>> = {
    ready: () => {
      const waiting = active.filter((one) => !isUp(one));
      const pod = at(waiting, pick);
      if (pod === undefined) return;
      // A pod that is chosen to go may not come to life before it is told: nobody promised to keep it.
      cluster.follow(cluster.sets.findIndex((set) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid));
      const isLeft = cluster.pods.some((one) => one.metadata.uid === pod.metadata.uid && isActivePod(one));
      if (isLeft) cluster.setReady(pod, true);
    },
    fail: () => {
      // What was already decided is carried out first: nobody can take back a deletion for a later failure.
      cluster.follow();
      const pod = at(
        cluster.pods.filter((one) => isActivePod(one) && isUp(one)),
        pick,
      );
      if (pod !== undefined) cluster.setReady(pod, false);
    },
    finish: () => {
      const pod = at(
        cluster.pods.filter((one) => !isActivePod(one)),
        pick,
      );
      if (pod !== undefined) cluster.finish(pod);
    },
    template: () => cluster.change({ template: templateOf(`v${pick % 4}`) }),
    pause: () => cluster.change({ paused: cluster.deployment.spec.paused !== true }),
    scale: () => cluster.change({ replicas: pick }),
    wait: () => {
      // The same for a pod that becomes available by the passing of time alone.
      cluster.follow();
      cluster.now += pick * 1000;
    },
    undo: () => {
      const plan = planUndo(cluster.deployment, cluster.sets);
      if (plan.outcome === 'changed') cluster.change({ template: plan.deployment.spec.template });
    },
  };
  act[kind]?.();
}

function expectFinished(cluster: Cluster): void {
  if (cluster.deployment.spec.paused === true) cluster.change({ paused: false });
  const plan = cluster.settle();
  const { replicas } = limitsOf(cluster.deployment);
  const sized = cluster.sets.filter((set) => (set.spec.replicas ?? 1) > 0);
  expect(cluster.counts()).toEqual({ active: replicas, available: replicas });
  expect(sized.length).toBe(replicas === 0 ? 0 : 1);
  for (const set of sized) expect(imageOf(set)).toBe(imageOf(cluster.deployment));
  expect(plan.status).toMatchObject({ replicas, updatedReplicas: replicas, availableReplicas: replicas });
  expect(conditionOf(plan.status.conditions, 'Available')?.status).toBe('True');
  expect(conditionOf(plan.status.conditions, 'Progressing')?.status).toBe('True');
  const limit = cluster.deployment.spec.revisionHistoryLimit ?? 10;
  expect(cluster.sets.length).toBeLessThanOrEqual(limit + 1);
  const current = cluster.sets.find((set) => imageOf(set) === imageOf(cluster.deployment));
  const newest = Math.max(...cluster.sets.map(revisionOf));
  expect(current === undefined ? 0 : revisionOf(current)).toBe(newest);
}

it('never has more pods than the surge allows, never takes availability below the floor, and finishes', () => {
  fc.assert(
    fc.property(spec, walks(0), (wanted, walk) => {
      const cluster = newCluster(wanted);
      cluster.settle();
      const { replicas, maxSurge } = limitsOf(cluster.deployment);
      for (const step of walk) {
        const before = cluster.counts().available;
        if (step.kind === 'look') cluster.look();
        else if (step.kind === 'follow') cluster.follow(step.pick % Math.max(cluster.sets.length, 1));
        else {
          disturb(cluster, step);
          continue;
        }
        expect(isFloorKept(cluster, before)).toBe(true);
        expect(cluster.counts().active).toBeLessThanOrEqual(replicas + maxSurge);
      }
      expectFinished(cluster);
    }),
    { seed: 11, numRuns: 400 },
  );
});

it('finishes at the wanted size when it is scaled at any moment, paused or not', () => {
  fc.assert(
    fc.property(spec, walks(1), (wanted, walk) => {
      const cluster = newCluster(wanted);
      for (const step of walk) {
        if (step.kind === 'follow') cluster.follow(step.pick % Math.max(cluster.sets.length, 1));
        else if (step.kind !== 'look') disturb(cluster, step);
        else {
          const sizes = (): number => cluster.sets.reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
          const before = sizes();
          cluster.look();
          const { replicas, maxSurge } = limitsOf(cluster.deployment);
          expect(sizes()).toBeLessThanOrEqual(Math.max(before, replicas + maxSurge));
        }
      }
      expectFinished(cluster);
    }),
    { seed: 12, numRuns: 300 },
  );
});

it('Recreate never runs old and new pods at once', () => {
  fc.assert(
    fc.property(walks(0), fc.nat(5), (walk, replicas) => {
      const cluster = newCluster({ replicas, strategy: { type: 'Recreate' } });
      cluster.settle();
      for (const step of walk) {
        if (step.kind === 'look') cluster.look();
        else if (step.kind === 'follow') cluster.follow(step.pick % Math.max(cluster.sets.length, 1));
        else disturb(cluster, step);
        const owners = new Set(cluster.pods.map((pod) => pod.metadata.ownerReferences?.[0]?.uid));
        expect(owners.size).toBeLessThanOrEqual(1);
      }
      expectFinished(cluster);
    }),
    { seed: 13, numRuns: 200 },
  );
});

it('undo to a revision brings exactly its template back', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 2, maxLength: 8 }), fc.nat(20), (versions, pick) => {
      const cluster = newCluster({ replicas: 2 });
      cluster.settle();
      for (const version of versions) {
        cluster.change({ template: templateOf(`v${version}`) });
        cluster.settle();
      }
      const target = at(cluster.sets, pick);
      if (target === undefined) throw new Error('no ReplicaSet was made');
      const plan = planUndo(cluster.deployment, cluster.sets, revisionOf(target));
      if (plan.outcome === 'changed') cluster.change({ template: plan.deployment.spec.template });
      else expect(plan.outcome).toBe('same');
      expect(imageOf(cluster.deployment)).toBe(imageOf(target));
      const before = cluster.sets.length;
      expectFinished(cluster);
      expect(cluster.sets.length).toBe(before);
    }),
    { seed: 14, numRuns: 150 },
  );
});
