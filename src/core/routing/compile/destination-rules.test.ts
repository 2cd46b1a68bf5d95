/** Which DestinationRule counts, and what it does to clusters. */
import { describe, expect, test } from 'vitest';
import type { DestinationRule, TrafficPolicy } from '../../model/destination-rule.ts';
import type { Cluster } from '../table.ts';
import { destinationRule, identity, meshService, testMesh, virtualService } from './fixture.ts';

const web = meshService({ name: 'web', versions: ['v1', 'v2', 'v2'] });
const subset = (name: string, trafficPolicy?: TrafficPolicy) => ({
  name,
  labels: { version: name },
  ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
});
const random = { loadBalancer: { simple: 'RANDOM' } } as const;
const robin = { loadBalancer: { simple: 'ROUND_ROBIN' } } as const;

/** Cluster of a subset (or of the service) as a caller of that namespace gets it. */
function clusterOf(rules: readonly DestinationRule[], of = '', namespace = 'default'): Cluster | undefined {
  const mesh = testMesh({
    services: [web],
    destinationRules: rules,
    caller: identity('client', namespace),
    virtualServices:
      of === ''
        ? []
        : [
            virtualService(
              { name: 'web' },
              { hosts: ['web'], http: [{ route: [{ destination: { host: 'web', subset: of } }] }] },
            ),
          ],
  });
  return Object.values(mesh.compiled.table.clusters).find((cluster) => cluster.subset === of);
}

test('defaults', () => {
  expect(clusterOf([])).toMatchObject({ balance: { kind: 'leastRequest' }, connectTimeoutMs: 10_000, version: '' });
  expect(clusterOf([])?.outlier).toBeUndefined();
});

test('a subset takes the pods that carry all its labels; no labels take all', () => {
  const rules = [destinationRule({ name: 'd' }, { host: 'web', subsets: [subset('v2'), { name: 'all' }] })];
  expect(clusterOf(rules, 'v2')?.endpoints.map(({ pod }) => pod)).toEqual(['web-v2-2', 'web-v2-3']);
  expect(clusterOf(rules, 'v2')?.version).toBe('v2');
  expect(clusterOf(rules, 'all')?.endpoints).toHaveLength(3);
});

describe('selection', () => {
  const named = (name: string, namespace: string, policy: TrafficPolicy, more: object = {}) =>
    destinationRule({ name, namespace }, { host: 'web.default.svc.cluster.local', trafficPolicy: policy, ...more });
  const kindFor = (rules: readonly DestinationRule[], namespace: string) =>
    clusterOf(rules, '', namespace)?.balance.kind;

  test('the caller’s namespace, then the service’s, then the root namespace', () => {
    const root = named('r', 'istio-system', { loadBalancer: { simple: 'LEAST_REQUEST' } });
    const own = named('o', 'other', random);
    const theirs = named('t', 'default', robin);
    expect(kindFor([root, own, theirs], 'other')).toBe('random');
    expect(kindFor([root, own, theirs], 'third')).toBe('roundRobin');
    expect(kindFor([root, own], 'third')).toBe('leastRequest');
  });
  test('a private rule counts in its own namespace only', () => {
    const secret = named('s', 'default', random, { exportTo: ['.'] });
    expect(kindFor([secret], 'default')).toBe('random');
    expect(kindFor([secret], 'other')).toBe('leastRequest');
  });
  test('a gateway in the root namespace looks at the service’s namespace before the root’s public rules', () => {
    const root = named('r', 'istio-system', random);
    const theirs = named('t', 'default', robin);
    expect(kindFor([root, theirs], 'istio-system')).toBe('roundRobin');
  });
  test('the most specific host, without merging', () => {
    const wild = destinationRule({ name: 'w' }, { host: '*.default.svc.cluster.local', trafficPolicy: random });
    const exact = destinationRule({ name: 'e' }, { host: 'web', subsets: [subset('v1')] });
    expect(clusterOf([wild, exact])?.balance.kind).toBe('leastRequest');
    expect(clusterOf([wild])?.balance.kind).toBe('random');
  });
  test('callers that see different rules get clusters of their own', () => {
    const parts = { services: [web], destinationRules: [named('o', 'other', random), named('t', 'default', robin)] };
    const keys = Object.keys(testMesh({ ...parts, caller: identity('c', 'other') }).compiled.table.clusters);
    expect(keys).toEqual(['outbound|80||web.default.svc.cluster.local~other']);
  });
});

describe('rules of one host and namespace', () => {
  test('are merged by age: subsets of both, the first policy, the first of equal names', () => {
    const old = destinationRule({ name: 'x', age: 1 }, { host: 'web', subsets: [subset('v1', random)] });
    const young = destinationRule(
      { name: 'a', age: 2 },
      { host: 'web.default.svc.cluster.local', trafficPolicy: robin, subsets: [subset('v1'), subset('v2')] },
    );
    expect(clusterOf([young, old], 'v1')?.balance.kind).toBe('random');
    expect(clusterOf([young, old], 'v2')?.balance.kind).toBe('roundRobin');
  });
  test('but not where they are exported differently', () => {
    const old = destinationRule({ name: 'x', age: 1 }, { host: 'web', subsets: [subset('v1')] });
    const young = destinationRule({ name: 'a', age: 2 }, { host: 'web', exportTo: ['.'], subsets: [subset('v2')] });
    expect(clusterOf([young, old], 'v2')).toBeUndefined();
  });
  test('workloadSelector is said and has no effect', () => {
    const mesh = testMesh({
      services: [web],
      destinationRules: [
        destinationRule(
          { name: 'd' },
          { host: 'web', trafficPolicy: random, workloadSelector: { matchLabels: { a: 'b' } } },
        ),
      ],
    });
    expect(mesh.problems()).toEqual(['routing.workloadSelector']);
  });
});

describe('overlay', () => {
  const top: TrafficPolicy = {
    loadBalancer: { simple: 'RANDOM' },
    connectionPool: {
      tcp: { maxConnections: 7, connectTimeout: '1s' },
      http: { http1MaxPendingRequests: 3, maxRetries: 0 },
    },
    outlierDetection: { consecutive5xxErrors: 2, interval: '1s' },
  };
  const port = { number: 80 };
  const of = (policy: TrafficPolicy, inSubset?: TrafficPolicy) =>
    clusterOf(
      [destinationRule({ name: 'd' }, { host: 'web', trafficPolicy: policy, subsets: [subset('v1', inSubset)] })],
      'v1',
    );

  test('a subset replaces block by block', () => {
    expect(of(top, robin)).toMatchObject({
      balance: { kind: 'roundRobin' },
      maxConnections: 7,
      connectTimeoutMs: 1000,
      maxPendingRequests: 3,
      outlier: { consecutive5xx: 2, intervalMs: 1000, baseEjectionMs: 30_000, maxEjectionPct: 10, minHealthPct: 0 },
    });
    expect(of(top)?.maxRetries).toBeUndefined();
  });
  test('a port-level entry replaces everything, also with nothing', () => {
    const cluster = of({ ...top, portLevelSettings: [{ port, ...robin }] });
    expect(cluster?.balance.kind).toBe('roundRobin');
    expect(cluster?.maxConnections).toBeUndefined();
    expect(cluster?.outlier).toBeUndefined();
  });
  test('so does one of the subset', () => {
    const cluster = of(top, { portLevelSettings: [{ port, connectionPool: { tcp: { maxConnections: 1 } } }] });
    expect(cluster).toMatchObject({ balance: { kind: 'leastRequest' }, maxConnections: 1 });
  });
  test('an entry for another port does nothing', () => {
    expect(of({ ...top, portLevelSettings: [{ port: { number: 81 }, ...robin }] })?.balance.kind).toBe('random');
  });
});

describe('consistent hashing', () => {
  const by = (header: string): TrafficPolicy => ({ loadBalancer: { consistentHash: { httpHeaderName: header } } });
  const hashOf = (rule: Parameters<typeof destinationRule>[1], namedPort?: number) => {
    const destination = {
      host: 'web',
      subset: 'v1',
      ...(namedPort === undefined ? {} : { port: { number: namedPort } }),
    };
    const mesh = testMesh({
      services: [web],
      destinationRules: [destinationRule({ name: 'd' }, rule)],
      virtualServices: [virtualService({ name: 'web' }, { hosts: ['web'], http: [{ route: [{ destination }] }] })],
    });
    const action = Object.values(mesh.compiled.table.routes)[0]?.virtualHosts[0]?.routes[0]?.action;
    return action?.kind === 'forward' ? action : expect.fail('not forwarded');
  };
  const port = { number: 80 };

  test('subset and port, subset, port, all', () => {
    const all = { host: 'web', trafficPolicy: by('all'), subsets: [subset('v1')] };
    expect(hashOf(all).hash).toEqual([{ header: 'all' }]);
    expect(hashOf({ ...all, subsets: [subset('v1', by('subset'))] }).hash).toEqual([{ header: 'subset' }]);
    const onPort = { ...by('all'), portLevelSettings: [{ port, ...by('port') }] };
    expect(hashOf({ ...all, trafficPolicy: onPort }, 80).hash).toEqual([{ header: 'port' }]);
  });
  test('a port-level hash counts only where the destination names the port', () => {
    const rule = {
      host: 'web',
      trafficPolicy: { portLevelSettings: [{ port, ...by('port') }] },
      subsets: [subset('v1')],
    };
    expect(hashOf(rule).hash).toBeUndefined();
    expect(hashOf(rule, 80).hash).toEqual([{ header: 'port' }]);
  });
  test('without VirtualService it counts', () => {
    const mesh = testMesh({
      services: [web],
      destinationRules: [
        destinationRule(
          { name: 'd' },
          { host: 'web', trafficPolicy: { portLevelSettings: [{ port, ...by('X-User') }] } },
        ),
      ],
    });
    const action = Object.values(mesh.compiled.table.routes)[0]?.virtualHosts[0]?.routes[0]?.action;
    expect(action).toMatchObject({ hash: [{ header: 'x-user' }], retry: { avoidPreviousHosts: false } });
  });
  test('retries then stay on the host', () => {
    expect(hashOf({ host: 'web', trafficPolicy: by('a'), subsets: [subset('v1')] }).retry?.avoidPreviousHosts).toBe(
      false,
    );
  });
  test('cookies', () => {
    const cookie = (ttl?: string) => ({
      host: 'web',
      trafficPolicy: {
        loadBalancer: { consistentHash: { httpCookie: { name: 'u', ...(ttl === undefined ? {} : { ttl }) } } },
      },
      subsets: [subset('v1')],
    });
    expect(hashOf(cookie()).hash).toEqual([{ cookie: { name: 'u' } }]);
    expect(hashOf(cookie('0s')).hash).toEqual([{ cookie: { name: 'u', ttlMs: 0 } }]);
  });
  test('rings', () => {
    const balance = (hash: object) =>
      clusterOf([
        destinationRule(
          { name: 'd' },
          { host: 'web', trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, ...hash } } } },
        ),
      ])?.balance;
    expect(balance({})).toEqual({ kind: 'ringHash', minimumSize: 1024 });
    expect(balance({ ringHash: { minimumRingSize: 7 } })).toEqual({ kind: 'ringHash', minimumSize: 7 });
    expect(balance({ maglev: {} })).toEqual({ kind: 'maglev', tableSize: 65_537 });
  });
});

test('what this mesh does not do is said', () => {
  const mesh = testMesh({
    services: [web],
    destinationRules: [
      destinationRule(
        { name: 'd' },
        {
          host: 'web',
          trafficPolicy: {
            tls: { mode: 'SIMPLE' },
            loadBalancer: { simple: 'PASSTHROUGH', warmup: { duration: '1s' }, localityLbSetting: {} },
            tunnel: {},
          },
        },
      ),
    ],
  });
  expect(mesh.problems().toSorted()).toEqual([
    'routing.notHonoured',
    'routing.notHonoured',
    'routing.notHonoured',
    'routing.notHonoured',
    'routing.upstreamTls',
  ]);
});
