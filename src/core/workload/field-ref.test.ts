import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import { fieldValue, resourceValue } from './field-ref.ts';
import { quantity } from './quantity.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'reviews-v1-abc',
    namespace: 'shop',
    uid: 'uid-1',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'reviews', 'app.kubernetes.io/part-of': 'shop' },
    annotations: { note: 'x' },
  },
  spec: { containers: [{ name: 'main' }] },
};
const facts = { podIP: '127.64.0.1', hostIP: '127.0.0.1', nodeName: 'here' };

describe('fieldValue', () => {
  it.each([
    ['metadata.name', 'reviews-v1-abc'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'uid-1'],
    ["metadata.labels['app']", 'reviews'],
    ["metadata.labels['app.kubernetes.io/part-of']", 'shop'],
    ["metadata.labels['none']", ''],
    ["metadata.annotations['note']", 'x'],
    ['status.podIP', '127.64.0.1'],
    ['status.hostIP', '127.0.0.1'],
    ['spec.nodeName', 'here'],
    ['spec.serviceAccountName', 'default'],
    ['spec.replicas', undefined],
    ['constructor', undefined],
  ])('%s', (path, expected) => {
    expect(fieldValue(pod, path, facts)).toBe(expected);
  });
});

describe('resourceValue', () => {
  const capacity = { cpus: 4, memoryBytes: 8 * 2 ** 30 };
  const container = { name: 'main', resources: { limits: { cpu: '1500m', memory: '64Mi' } } };

  it('rounds up, divides, and falls back to the machine', () => {
    expect(resourceValue(container, { resource: 'limits.cpu' }, capacity)).toBe('2');
    expect(resourceValue(container, { resource: 'limits.cpu', divisor: '1m' }, capacity)).toBe('1500');
    expect(resourceValue(container, { resource: 'limits.memory', divisor: '1Mi' }, capacity)).toBe('64');
    expect(resourceValue(container, { resource: 'requests.memory' }, capacity)).toBe(String(64 * 2 ** 20));
    expect(resourceValue({ name: 'x' }, { resource: 'limits.cpu' }, capacity)).toBe('4');
    expect(resourceValue({ name: 'x' }, { resource: 'requests.cpu' }, capacity)).toBe('0');
    expect(resourceValue({ name: 'x' }, { resource: 'limits.gpu' }, capacity)).toBeUndefined();
  });

  it('reads quantities', () => {
    expect([quantity('2'), quantity('0.5'), quantity('1Gi'), quantity('1e3'), quantity('5E')]).toEqual([
      2,
      0.5,
      2 ** 30,
      1000,
      5e18,
    ]);
    expect([quantity('x'), quantity('1Qi'), quantity('')]).toEqual([undefined, undefined, undefined]);
  });
});
