import { expect, test } from 'vitest';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { Release, ReleaseSpec } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Deployment, ReplicaSet } from '../model/workload.ts';
import { canonical, contentHash } from './hash.ts';
import type { Workloads } from './versions.ts';
import { findArms, versionHash } from './versions.ts';

let uid = 0;

function metadata(name: string, more: Partial<Deployment['metadata']> = {}): Deployment['metadata'] {
  uid += 1;
  const creationTimestamp = new Date(uid * 1000).toISOString();
  return {
    name,
    namespace: 'default',
    uid: `u${uid}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp,
    ...more,
  };
}

function template(labels: Record<string, string>, image = 'a'): PodTemplate {
  return { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
}

function deployment(name: string, labels: Record<string, string>, image?: string): Deployment {
  const spec = { replicas: 2, selector: { matchLabels: labels }, template: template(labels, image) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata(name), spec };
}

function workloads(
  spec: Partial<ReleaseSpec>,
  deployments: readonly Deployment[],
  selector?: Record<string, string>,
): Workloads {
  const full: ReleaseSpec = { service: 'reviews', workload: { versions: {} }, strategy: { canary: {} }, ...spec };
  const release: Release = {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: metadata('reviews'),
    spec: full,
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('reviews'),
    spec: { selector: selector ?? { app: 'reviews' } },
  };
  return { release, service, deployments, replicaSets: () => [], pods: () => [] };
}

const v = (version: string): Record<string, string> => ({ app: 'reviews', version });

test('versions are the Deployments that the Service selects, oldest first', () => {
  const found = findArms(
    workloads({}, [
      deployment('reviews-v1', v('v1')),
      deployment('other', { app: 'x' }),
      deployment('reviews-v2', v('v2'), 'b'),
    ]),
  );
  expect(found.versions.map((one) => [one.version, one.deployment, one.labels])).toEqual([
    ['v1', 'reviews-v1', { version: 'v1' }],
    ['v2', 'reviews-v2', { version: 'v2' }],
  ]);
  expect(found.versions[0]?.hash).not.toBe(found.versions[1]?.hash);
});

test.each([
  ['no Service', { ...workloads({}, []), service: undefined }, 'run.problem.noService'],
  ['a Service without selector', workloads({}, [], {}), 'run.problem.noSelector'],
  ['a template without version', workloads({}, [deployment('a', { app: 'reviews' })]), 'run.problem.noVersionLabel'],
  ['one version twice', workloads({}, [deployment('a', v('v1')), deployment('b', v('v1'))]), 'run.problem.sameVersion'],
  ['no workload', workloads({ workload: {} }, []), 'run.problem.workload'],
  ['two workloads', workloads({ workload: { versions: {}, deployment: 'a' } }, []), 'run.problem.workload'],
  ['a missing Deployment', workloads({ workload: { deployment: 'a' } }, []), 'run.problem.noDeployment'],
])('%s is refused with the reason', (_name, from, key) => {
  const { blocked, versions } = findArms(from);
  expect(blocked?.key).toBe(key);
  expect(versions).toEqual([]);
});

test('deployment mode: the label of the template where it is free, else with a piece of the hash', () => {
  const original = deployment('reviews', v('v1'), 'new');
  const labels = { 'serin.dev/release': 'reviews' };
  const made = deployment('reviews-old', v('v1'), 'old');
  const old: Deployment = { ...made, metadata: { ...made.metadata, labels, annotations: { 'serin.dev/hash': 'old' } } };
  const alone = findArms(workloads({ workload: { deployment: 'reviews' } }, [original]));
  expect(alone.versions.map((one) => one.version)).toEqual(['v1']);
  const both = findArms(workloads({ workload: { deployment: 'reviews' } }, [original, old]));
  expect(both.versions.map((one) => one.version)).toEqual(['v1', expect.stringMatching(/^v1-[0-9a-f]{6}$/)]);
  expect(both.original).toMatchObject({ hash: versionHash(original.spec.template), claimed: false, wanted: 2 });
});

test('only pods of the template in force count', () => {
  const one = deployment('reviews-v1', v('v1'));
  const set = (name: string, image: string): ReplicaSet => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadata(name),
    spec: { selector: {}, template: template({ ...v('v1'), 'pod-template-hash': name }, image) },
  });
  const pod = (name: string, restarts: number, waiting?: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(name),
    spec: { containers: [] },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: waiting ? 'False' : 'True', reason: '', message: '', lastTransitionTime: '' },
      ],
      containerStatuses: [
        {
          name: 'main',
          ready: waiting === undefined,
          restartCount: restarts,
          image: '',
          state: waiting === undefined ? {} : { waiting: { reason: waiting } },
        },
      ],
    },
  });
  const [now, before] = [set('now', 'a'), set('before', 'z')];
  const found = findArms({
    ...workloads({}, [one]),
    replicaSets: () => [now, before],
    pods: (owner) => (owner === now ? [pod('p1', 1), pod('p2', 3, 'CrashLoopBackOff')] : [pod('p3', 9)]),
  });
  expect(found.arms['reviews-v1']).toMatchObject({ ready: 1, pods: 2, restarts: 4, crashing: 1, replicas: 2 });
});

test('a restart is no new content, an environment variable is', () => {
  const plain = template(v('v1'));
  const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
  expect(versionHash({ ...plain, metadata: { ...plain.metadata, annotations } })).toBe(versionHash(plain));
  const container = { name: 'main', image: 'a', env: [{ name: 'A', value: '1' }] };
  expect(versionHash({ ...plain, spec: { containers: [container] } })).not.toBe(versionHash(plain));
});

test('the hash knows content, not the order of keys or absent members', () => {
  expect(contentHash({ a: 1, b: [2, null] })).toBe(contentHash({ b: [2, null], a: 1, c: undefined, d: null }));
  expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: '1' }));
  expect(contentHash('x')).toMatch(/^[0-9a-f]{16}$/);
  expect(canonical({ b: 1, a: { d: true, c: 'x' } })).toBe('{"a":{"c":"x","d":true},"b":1}');
  const many = new Set(Array.from({ length: 20_000 }, (_, index) => contentHash({ index })));
  expect(many.size).toBe(20_000);
});
