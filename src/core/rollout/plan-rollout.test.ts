import { describe, expect, it } from 'vitest';
import type { IntOrString } from '../model/meta.ts';
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../model/workload.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION, REVISION_ANNOTATION } from '../model/workload.ts';
import { imageOf, newCluster, templateOf } from './cluster.fixture.ts';
import type { Cluster } from './cluster.fixture.ts';
import { conditionOf } from './conditions.ts';
import { limitsOf } from './limits.ts';
import { rolloutProgress } from './progress.ts';
import { revisionOf } from './revisions.ts';
import { planUndo, revisionsOf } from './undo.ts';

function rolling(maxSurge: IntOrString, maxUnavailable: IntOrString): DeploymentStrategy {
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** Sizes by image, zero sizes left out. */
function sizes(cluster: Cluster): Record<string, number> {
  const found = cluster.sets.map((set) => [imageOf(set) ?? '', set.spec.replicas ?? 1] as const);
  return Object.fromEntries(found.filter(([, size]) => size > 0));
}

/** A cluster with the ReplicaSets as given, oldest first, the first `ready` pods of each ready. */
function midRollout(spec: Partial<DeploymentSpec>, sets: readonly { readonly size: number; readonly ready: number }[]) {
  const cluster = newCluster({ ...spec, replicas: spec.replicas ?? 10 });
  const wanted = cluster.deployment.spec;
  // Wide open while the stage is set, so that any shape can stand on it.
  const open = { replicas: 50, strategy: rolling(50, 0) };
  for (const [at] of sets.entries()) {
    cluster.change({ ...open, template: templateOf(`v${at + 1}`) });
    cluster.look();
  }
  const noted = {
    'deployment.kubernetes.io/desired-replicas': String(wanted.replicas),
    'deployment.kubernetes.io/max-replicas': String(
      limitsOf({ ...cluster.deployment, spec: wanted }).maxSurge + (wanted.replicas ?? 1),
    ),
  };
  cluster.sets = cluster.sets.map((set, at) => ({
    ...set,
    metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...noted } },
    spec: { ...set.spec, replicas: sets[at]?.size ?? 0 },
  }));
  cluster.follow();
  for (const [at, { ready }] of sets.entries()) {
    const uid = cluster.sets[at]?.metadata.uid;
    const own = cluster.pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === uid);
    for (const pod of own.slice(0, ready)) cluster.setReady(pod, true);
  }
  cluster.change({ ...wanted, template: templateOf(`v${sets.length}`) });
  return cluster;
}

describe('limits', () => {
  const limits = (replicas: number, maxSurge: IntOrString, maxUnavailable: IntOrString) => {
    const deployment = newCluster({ replicas, strategy: rolling(maxSurge, maxUnavailable) }).deployment;
    const { maxSurge: surge, maxUnavailable: missing } = limitsOf(deployment);
    return [surge, missing];
  };
  it.each([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [4, '25%', '25%', 1, 1],
    [10, 2, 1, 2, 1],
    [10, 0, 0, 0, 1],
    [3, '1%', '1%', 1, 0],
    [30, '10%', '10%', 3, 3],
    [10, 0, '100%', 0, 10],
    [3, 0, 7, 0, 3],
    [0, '25%', '25%', 0, 0],
  ])('of %d with surge %s, unavailable %s: %d and %d', (...[replicas, surge, missing, up, down]) => {
    expect(limits(replicas, surge, missing)).toEqual([up, down]);
  });
  it('are nothing for Recreate', () => {
    expect(limitsOf(newCluster({ replicas: 4, strategy: { type: 'Recreate' } }).deployment)).toMatchObject({
      maxSurge: 0,
      maxUnavailable: 0,
    });
  });
});

describe('one step of a rolling update (as Kubernetes’ own table tests)', () => {
  const step = (limits: readonly [IntOrString, IntOrString], sets: Parameters<typeof midRollout>[1]) => {
    const cluster = midRollout({ strategy: rolling(...limits) }, sets);
    cluster.look();
    return cluster.sets.map((set) => set.spec.replicas);
  };
  it.each<[string, readonly [IntOrString, IntOrString], readonly [number, number, number, number], number[]]>([
    ['no room without surge', [0, 1], [10, 9, 0, 0], [9, 0]],
    ['surge 2', [2, 0], [10, 10, 0, 0], [10, 2]],
    ['room left by missing old pods', [2, 0], [5, 5, 0, 0], [5, 7]],
    ['surge used up', [2, 0], [10, 10, 2, 0], [10, 2]],
    ['new one too large', [2, 0], [10, 10, 11, 0], [10, 10]],
    ['unavailable 2', [0, 2], [10, 10, 0, 0], [8, 0]],
    ['unhealthy old pods go first', [0, 2], [10, 8, 0, 0], [8, 0]],
    ['one unhealthy and one healthy', [0, 2], [10, 9, 0, 0], [8, 0]],
    ['new pods that are not available hold old ones', [0, 2], [8, 8, 2, 0], [8, 2]],
    ['even unhealthy old ones', [0, 2], [8, 6, 2, 0], [8, 2]],
    ['available new pods free old ones', [0, 2], [8, 8, 2, 2], [6, 2]],
  ])('%s', (...[, limits, [oldSize, oldReady, newSize, newReady], expected]) => {
    expect(
      step(limits, [
        { size: oldSize, ready: oldReady },
        { size: newSize, ready: newReady },
      ]),
    ).toEqual(expected);
  });
});

describe('scaling in mid-rollout (as Kubernetes’ own table tests)', () => {
  it.each<[number, number, number[], number[]]>([
    [5, 10, [3, 2], [6, 4]],
    [5, 3, [3, 2], [2, 1]],
    [9, 4, [1, 8], [0, 4]],
    [7, 10, [2, 3, 2], [3, 4, 3]],
    [13, 8, [3, 8, 2], [2, 5, 1]],
    [3, 4, [1, 1, 1], [1, 1, 2]],
    [5, 0, [3, 2], [0, 0]],
    [10, 12, [10], [12]],
    [10, 5, [10, 0], [5, 0]],
  ])('from %d to %d: %j becomes %j', (...[before, after, from, to]) => {
    const cluster = midRollout(
      { replicas: before, strategy: rolling(0, 1) },
      from.map((size) => ({ size, ready: 0 })),
    );
    cluster.change({ replicas: after });
    cluster.look();
    expect(cluster.sets.map((set) => set.spec.replicas)).toEqual(to);
  });

  it('shares the surge too', () => {
    const cluster = midRollout({ replicas: 10, strategy: rolling(2, 0) }, [
      { size: 9, ready: 9 },
      { size: 3, ready: 0 },
    ]);
    cluster.change({ replicas: 20 });
    cluster.look();
    // 22 pods are allowed where 12 were: 9 → 16.5 and 3 → 5.5, each rounded, and the largest takes what is over.
    expect(cluster.sets.map((set) => set.spec.replicas)).toEqual([17, 5]);
  });
});

describe('course of a rolling update', () => {
  it('with surge 2 and unavailable 1 of 10', () => {
    const cluster = newCluster({ replicas: 10, strategy: rolling(2, 1) });
    cluster.settle();
    cluster.change({ template: templateOf('v2') });
    cluster.look();
    expect(sizes(cluster)).toEqual({ 'a:v1': 10, 'a:v2': 2 });
    cluster.look();
    expect(sizes(cluster)).toEqual({ 'a:v1': 9, 'a:v2': 2 });
    cluster.look();
    // The tenth old pod is still there: nothing grows before its ReplicaSet has let it go.
    expect(sizes(cluster)).toEqual({ 'a:v1': 9, 'a:v2': 2 });
    cluster.follow();
    cluster.look();
    expect(sizes(cluster)).toEqual({ 'a:v1': 9, 'a:v2': 3 });
    expect(cluster.settle().status).toMatchObject({
      updatedReplicas: 10,
      availableReplicas: 10,
      unavailableReplicas: 0,
    });
    expect(sizes(cluster)).toEqual({ 'a:v2': 10 });
  });

  it('waits for minReadySeconds and says when to look again', () => {
    const cluster = newCluster({ replicas: 1, minReadySeconds: 10, strategy: rolling(1, 0) });
    cluster.look();
    cluster.follow();
    cluster.setReady(cluster.pods[0] ?? expect.fail('no pod'), true);
    const plan = cluster.look();
    expect(plan.status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    expect(plan.requeueAfterMs).toBe(9999);
    cluster.now += 9998;
    expect(cluster.look().status.availableReplicas).toBe(1);
  });

  it('numbers revisions, gives an old one a new number at its return, and keeps the history limit', () => {
    const cluster = newCluster({ replicas: 1, revisionHistoryLimit: 2 });
    for (const version of ['v1', 'v2', 'v3', 'v1', 'v4', 'v5']) {
      cluster.change({ template: templateOf(version) });
      cluster.settle();
    }
    const history = cluster.sets.map((set) => [imageOf(set), revisionOf(set)]);
    expect(history).toEqual([
      ['a:v1', 4],
      ['a:v4', 5],
      ['a:v5', 6],
    ]);
    expect(cluster.deployment.metadata.annotations?.[REVISION_ANNOTATION]).toBe('6');
    expect(cluster.sets[0]?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1');
  });

  it('replaces every pod at a restart, and none when only the hash label or an empty map differs', () => {
    const cluster = newCluster({ replicas: 1 });
    cluster.settle();
    const template = cluster.deployment.spec.template;
    cluster.change({ template: { ...template, metadata: { ...template.metadata, annotations: {} } } });
    expect(cluster.look().actions).toEqual([]);
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    cluster.change({ template: { ...template, metadata: { ...template.metadata, annotations } } });
    expect(cluster.look().actions.map(({ kind }) => kind)).toEqual(['create', 'annotate']);
  });
});

describe('conditions', () => {
  const progress = (cluster: Cluster) => conditionOf(cluster.deployment.status?.conditions, 'Progressing');

  it('tell the way from creation to the end', () => {
    const cluster = newCluster({ replicas: 2, strategy: rolling(0, 1) });
    cluster.look();
    expect(progress(cluster)).toMatchObject({ status: 'True', reason: 'NewReplicaSetCreated' });
    expect(conditionOf(cluster.deployment.status?.conditions, 'Available')?.status).toBe('False');
    cluster.follow();
    cluster.look();
    expect(progress(cluster)?.reason).toBe('ReplicaSetUpdated');
    cluster.settle();
    expect(progress(cluster)).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(rolloutProgress(cluster.deployment)).toEqual({ state: 'done' });
  });

  it('say that the deadline has passed, counting from the last progress, and recover', () => {
    const cluster = newCluster({ replicas: 2, strategy: rolling(1, 0), progressDeadlineSeconds: 60 });
    cluster.settle();
    cluster.change({ template: templateOf('v2') });
    cluster.look();
    cluster.follow();
    cluster.now += 30_000;
    expect(cluster.look().requeueAfterMs).toBe(60_000);
    cluster.now += 59_998;
    cluster.look();
    expect(progress(cluster)?.status).toBe('True');
    cluster.look();
    expect(progress(cluster)).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(rolloutProgress(cluster.deployment)).toEqual({ state: 'late' });
    cluster.settle();
    expect(progress(cluster)?.reason).toBe('NewReplicaSetAvailable');
  });

  it('stop the deadline while paused, and nothing is rolled then', () => {
    const cluster = newCluster({ replicas: 2, progressDeadlineSeconds: 60 });
    cluster.settle();
    cluster.change({ paused: true, template: templateOf('v2') });
    cluster.now += 3_600_000;
    cluster.settle();
    expect(sizes(cluster)).toEqual({ 'a:v1': 2 });
    expect(progress(cluster)).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    expect(rolloutProgress(cluster.deployment)).toEqual({ state: 'waiting', for: 'paused', have: 0, want: 2 });
    cluster.change({ paused: false });
    cluster.look();
    expect(progress(cluster)?.reason).toBe('NewReplicaSetCreated');
    cluster.settle();
    expect(sizes(cluster)).toEqual({ 'a:v2': 2 });
  });

  it('pass on the failure of a ReplicaSet', () => {
    const cluster = newCluster({ replicas: 1 });
    cluster.look();
    const failure = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'no',
      lastTransitionTime: '',
    } as const;
    cluster.sets = cluster.sets.map((set) => ({ ...set, status: { replicas: 0, conditions: [failure] } }));
    expect(conditionOf(cluster.look().status.conditions, 'ReplicaFailure')).toMatchObject({ reason: 'FailedCreate' });
    cluster.sets = cluster.sets.map((set) => ({ ...set, status: { replicas: 0 } }));
    expect(conditionOf(cluster.look().status.conditions, 'ReplicaFailure')).toBeUndefined();
  });
});

describe('a Deployment that a Release runs', () => {
  const owned = (cluster: Cluster, annotations: Record<string, string>): void => {
    const { metadata } = cluster.deployment;
    const all = { ...metadata.annotations, [RELEASE_OWNED_ANNOTATION]: 'shop', ...annotations };
    cluster.deployment = { ...cluster.deployment, metadata: { ...metadata, annotations: all } };
  };

  it('is not rolled, and scaled only as the Release says', () => {
    const cluster = newCluster({ replicas: 3 });
    cluster.settle();
    owned(cluster, {});
    cluster.change({ template: templateOf('v2'), replicas: 5 });
    cluster.settle();
    expect(sizes(cluster)).toEqual({ 'a:v1': 3 });
    expect(rolloutProgress(cluster.deployment)).toEqual({ state: 'released', release: 'shop' });
    owned(cluster, { [KEEP_REPLICAS_ANNOTATION]: 'none' });
    cluster.settle();
    expect(sizes(cluster)).toEqual({ 'a:v1': 3 });
    owned(cluster, { [KEEP_REPLICAS_ANNOTATION]: '0' });
    cluster.settle();
    expect(cluster.pods).toEqual([]);
    expect(cluster.sets).toHaveLength(1);
  });

  it('makes no ReplicaSet of its own, and rolls again once the Release is gone', () => {
    const cluster = newCluster({ replicas: 2 });
    owned(cluster, {});
    cluster.settle();
    expect(cluster.sets).toEqual([]);
    cluster.deployment = { ...cluster.deployment, metadata: { ...cluster.deployment.metadata, annotations: {} } };
    cluster.settle();
    expect(sizes(cluster)).toEqual({ 'a:v1': 2 });
  });
});

describe('undo', () => {
  function history(): Cluster {
    const cluster = newCluster({ replicas: 1 });
    for (const version of ['v1', 'v2', 'v3']) {
      const annotations = { ...cluster.deployment.metadata.annotations, 'kubernetes.io/change-cause': version };
      cluster.deployment = { ...cluster.deployment, metadata: { ...cluster.deployment.metadata, annotations } };
      cluster.change({ template: templateOf(version) });
      cluster.settle();
    }
    return cluster;
  }
  const undone = (cluster: Cluster, toRevision?: number): Deployment | string => {
    const plan = planUndo(cluster.deployment, cluster.sets, toRevision);
    return plan.outcome === 'changed' ? plan.deployment : plan.outcome;
  };

  it('goes to the revision before, or to a named one, with its change cause', () => {
    const cluster = history();
    expect(undone(cluster)).toMatchObject({
      metadata: { annotations: { 'kubernetes.io/change-cause': 'v2', [REVISION_ANNOTATION]: '3' } },
      spec: { template: templateOf('v2') },
    });
    expect(undone(cluster, 1)).toMatchObject({ spec: { template: templateOf('v1') } });
  });

  it('says what cannot be', () => {
    const cluster = history();
    expect(undone(cluster, 3)).toBe('same');
    expect(planUndo(cluster.deployment, cluster.sets, 9)).toEqual({ outcome: 'missing', known: [1, 2, 3] });
    expect(planUndo(cluster.deployment, cluster.sets.slice(2))).toEqual({ outcome: 'missing', known: [3] });
    cluster.change({ paused: true });
    expect(undone(cluster)).toBe('paused');
  });

  it('lists revisions with their causes', () => {
    const list = revisionsOf(history().sets);
    expect(list.map(({ revision, changeCause }) => [revision, changeCause])).toEqual([
      [1, 'v1'],
      [2, 'v2'],
      [3, 'v3'],
    ]);
    expect(list[2]?.template).toEqual(templateOf('v3'));
  });
});
