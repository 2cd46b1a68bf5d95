/** What rules compile to. */
import { describe, expect, test } from 'vitest';
import { STICKY_ANNOTATION, type HttpRoute } from '../../model/virtual-service.ts';
import type { Route, RouteAction } from '../table.ts';
import { destinationRule, meshService, type Named, testMesh, virtualService } from './fixture.ts';

const services = [
  meshService({ name: 'web', versions: ['v1', 'v2'] }),
  meshService({ name: 'a' }),
  meshService({ name: 'b' }),
];
const rules = destinationRule(
  { name: 'web' },
  { host: 'web', subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })) },
);

function meshWith(http: HttpRoute, named: Partial<Named> = {}, more: Partial<Parameters<typeof testMesh>[0]> = {}) {
  return testMesh({
    services,
    destinationRules: [rules],
    virtualServices: [virtualService({ name: 'web', ...named }, { hosts: ['web'], http: [http] })],
    ...more,
  });
}

function routeOf(http: HttpRoute, named?: Partial<Named>): Route {
  const { table } = meshWith(http, named).compiled;
  const found = Object.values(table.routes)
    .flatMap(({ virtualHosts }) => virtualHosts)
    .find(({ name }) => name.startsWith('web.'))?.routes[0];
  return found ?? expect.fail('no route');
}

type Forward = Extract<RouteAction, { kind: 'forward' }>;

function forwardOf(http: HttpRoute, named?: Partial<Named>): Forward {
  const { action } = routeOf({ route: [{ destination: { host: 'web' } }], ...http }, named);
  return action.kind === 'forward' ? action : expect.fail('not forwarded');
}

describe('timeout and retries', () => {
  test('timeout is off by default', () => expect(forwardOf({}).timeoutMs).toBe(0));
  test('timeout', () => expect(forwardOf({ timeout: '1.5s' }).timeoutMs).toBe(1500));
  test('attempts 0 switches retries off', () => expect(forwardOf({ retries: { attempts: 0 } }).retry).toBeNull());
  test('attempts alone keep the default reasons', () => {
    expect(forwardOf({ retries: { attempts: 5 } }).retry).toMatchObject({
      attempts: 5,
      on: expect.arrayContaining(['refused-stream']),
    });
  });
  test('retryOn replaces the reasons; numbers are status codes', () => {
    expect(
      forwardOf({
        retries: {
          attempts: 3,
          retryOn: '5xx,503, 429',
          perTryTimeout: '2s',
          backoff: '10ms',
          retryIgnorePreviousHosts: false,
        },
      }).retry,
    ).toEqual({
      attempts: 3,
      on: ['5xx', 'retriable-status-codes'],
      statusCodes: [503, 429],
      perTryTimeoutMs: 2000,
      backoffBaseMs: 10,
      avoidPreviousHosts: false,
    });
  });
  test('a text that is no duration is said', () => {
    const mesh = meshWith({ timeout: 'soon', route: [{ destination: { host: 'web' } }] });
    expect(mesh.compiled.problems).toMatchObject([
      {
        place: { object: 'VirtualService default/web', field: 'spec.http[0].timeout' },
        text: { key: 'routing.badDuration' },
      },
    ]);
  });
});

describe('faults and mirrors', () => {
  test('a missing percentage is 0 %', () => {
    expect(
      routeOf({
        fault: { abort: { httpStatus: 500 }, delay: { fixedDelay: '1s' } },
        route: [{ destination: { host: 'web' } }],
      }).fault,
    ).toBeUndefined();
  });
  test('percentages are cut to millionths', () => {
    const fault = {
      delay: { fixedDelay: '7s', percentage: { value: 0.00019 } },
      abort: { httpStatus: 503, percentage: { value: 12.5 } },
    };
    expect(routeOf({ fault, route: [{ destination: { host: 'web' } }] }).fault).toEqual({
      delay: { ppm: 1, ms: 7000 },
      abort: { ppm: 125_000, status: 503 },
    });
  });
  test('the old whole percent of a delay', () => {
    const fault = { delay: { fixedDelay: '1s', percent: 50 } };
    expect(routeOf({ fault, route: [{ destination: { host: 'web' } }] }).fault).toEqual({
      delay: { ppm: 500_000, ms: 1000 },
    });
  });
  test('a gRPC status answers plain clients with 200', () => {
    const fault = { abort: { grpcStatus: 'UNAVAILABLE', percentage: { value: 100 } } };
    expect(routeOf({ fault, route: [{ destination: { host: 'web' } }] }).fault).toEqual({
      abort: { ppm: 1_000_000, status: 200, grpcStatus: 14 },
    });
  });
  test('a mirror without percentage gets everything, with 0 nothing', () => {
    const key = (host: string) => `outbound|80||${host}.default.svc.cluster.local`;
    expect(forwardOf({ mirror: { host: 'a' } }).mirrors).toEqual([{ cluster: key('a'), ppm: 1_000_000 }]);
    expect(forwardOf({ mirror: { host: 'a' }, mirrorPercentage: { value: 0 } }).mirrors).toBeUndefined();
    expect(
      forwardOf({
        mirrors: [{ destination: { host: 'a' }, percentage: { value: 0.5 } }, { destination: { host: 'b' } }],
      }).mirrors,
    ).toEqual([
      { cluster: key('a'), ppm: 5000 },
      { cluster: key('b'), ppm: 1_000_000 },
    ]);
  });
});

test('CORS', () => {
  expect(
    routeOf({
      corsPolicy: {
        allowOrigins: [{ exact: 'https://a' }, { regex: '(?=x)' }],
        allowMethods: ['GET', 'PUT'],
        maxAge: '90s',
        allowCredentials: true,
        unmatchedPreflights: 'IGNORE',
      },
      route: [{ destination: { host: 'web' } }],
    }).cors,
  ).toEqual({
    allowOrigins: [{ kind: 'exact', value: 'https://a' }],
    allowMethods: 'GET,PUT',
    allowHeaders: '',
    exposeHeaders: '',
    maxAgeSeconds: 90,
    allowCredentials: true,
    forwardUnmatchedPreflights: false,
  });
});

describe('headers and Host', () => {
  const destination = { host: 'web' };
  test('sorted, lower case; Host becomes the authority', () => {
    const route = routeOf({
      headers: {
        request: { set: { 'X-B': '1', 'X-A': '2', Host: 'new' }, remove: ['X-C'] },
        response: { add: { y: 'z' } },
      },
      route: [{ destination }],
    });
    expect(route.requestHeaders).toEqual({
      remove: ['x-c'],
      set: [
        ['x-a', '2'],
        ['x-b', '1'],
      ],
    });
    expect(route.responseHeaders).toEqual({ add: [['y', 'z']] });
    expect(route.action).toMatchObject({ rewrite: { authority: 'new' } });
  });
  test('rewrite.authority, then set, then add, then the lone destination', () => {
    const authority = (http: HttpRoute) => forwardOf(http).rewrite?.authority;
    const lone = [{ destination, headers: { request: { set: { host: 'd' } } } }];
    const headers = { request: { set: { ':authority': 'c' }, add: { host: 'x' } } };
    expect(authority({ rewrite: { authority: 'b' }, headers, route: lone })).toBe('b');
    expect(authority({ headers, route: lone })).toBe('c');
    expect(authority({ route: lone })).toBe('d');
  });
  test('of several destinations each keeps its own level; a lone one comes last', () => {
    const headers = { request: { set: { a: 'd' }, remove: ['b'] } };
    const both = routeOf({
      headers: { request: { set: { a: 'r' } } },
      route: [
        { destination, headers, weight: 100 },
        { destination: { host: 'a' }, weight: 0 },
      ],
    });
    expect(both.requestHeaders).toEqual({ set: [['a', 'r']] });
    expect(both.action).toMatchObject({ destinations: [{ requestHeaders: { remove: ['b'], set: [['a', 'd']] } }] });
    const one = routeOf({ headers: { request: { set: { a: 'r' } } }, route: [{ destination, headers }] });
    expect(one.requestHeaders).toEqual({ remove: ['b'], set: [['a', 'r']], after: { set: [['a', 'd']] } });
    expect(one.action).toMatchObject({ destinations: [{ weight: 1 }] });
  });
  test('an unknown format command is said and changes nothing', () => {
    const mesh = meshWith({ headers: { request: { set: { a: '50%', b: '%REQ(x)%' } } }, route: [{ destination }] });
    expect(mesh.compiled.problems).toMatchObject([
      { place: { field: 'spec.http[0].headers.request.set["a"]' }, text: { key: 'routing.badFormat' } },
    ]);
  });
});

test('direct responses keep status and body', () => {
  expect(routeOf({ directResponse: { status: 418, body: { string: 'tea' } } }).action).toEqual({
    kind: 'respond',
    status: 418,
    body: 'tea',
  });
});

describe('sticky users', () => {
  const weighted: HttpRoute = {
    name: 'primary',
    route: [
      { destination: { host: 'web', subset: 'v1' }, weight: 70 },
      { destination: { host: 'web', subset: 'v2' }, weight: 30 },
    ],
  };
  const annotated = (policies: unknown) => ({ annotations: { [STICKY_ANNOTATION]: JSON.stringify(policies) } });
  const policy = { key: { cookie: 'user' }, salt: 's', first: 'web#v2' };

  test('the first arm takes the lowest buckets', () => {
    const forward = forwardOf(weighted, annotated([policy]));
    expect(forward.sticky).toEqual({ cookie: 'user', salt: 's' });
    expect(forward.destinations.map(({ cluster, weight }) => [cluster.split('|')[2], weight])).toEqual([
      ['v2', 30],
      ['v1', 70],
    ]);
  });
  test('a policy may name its rule', () => {
    expect(forwardOf(weighted, annotated([{ ...policy, route: 'other' }])).sticky).toBeUndefined();
    expect(forwardOf(weighted, annotated([{ ...policy, route: 'primary' }])).sticky).toBeDefined();
  });
  test('a malformed annotation is said', () => {
    const mesh = meshWith(weighted, annotated({ key: 1 }));
    expect(mesh.problems()).toEqual(['routing.stickyMalformed']);
    expect(mesh.ask()).toBe('web#v1 70 % / web#v2 30 %');
  });
});

describe('delegates', () => {
  const root = virtualService(
    { name: 'web' },
    {
      hosts: ['web'],
      http: [
        {
          name: 'root',
          match: [{ uri: { prefix: '/a' } }],
          timeout: '9s',
          delegate: { name: 'part', namespace: 'other' },
        },
        { route: [{ destination: { host: 'b' } }] },
      ],
    },
  );
  const withDelegate = (http: readonly HttpRoute[], exportTo?: readonly string[]) =>
    testMesh({
      services,
      virtualServices: [
        root,
        virtualService({ name: 'part', namespace: 'other' }, { http, ...(exportTo === undefined ? {} : { exportTo }) }),
      ],
    });
  const a = { host: 'a.default.svc.cluster.local' };

  test('matches are ANDed, the delegate’s fields win, the root fills gaps, names are joined', () => {
    const mesh = withDelegate([{ name: 'leaf', match: [{ uri: { prefix: '/a/b' } }], route: [{ destination: a }] }]);
    expect(mesh.ask({ path: '/a/b' }, { to: 'web' })).toBe('a');
    expect(mesh.ask({ path: '/a' }, { to: 'web' })).toBe('b');
    const route = Object.values(mesh.compiled.table.routes)[0]?.virtualHosts[0]?.routes[0];
    expect(route).toMatchObject({
      name: 'root-leaf',
      action: { timeoutMs: 9000 },
      origin: 'VirtualService default/web http[0] → VirtualService other/part http[0].match[0]',
    });
  });
  test('conflicting rules are dropped and said; the next rule of the root takes over', () => {
    const mesh = withDelegate([{ match: [{ uri: { regex: '/a.*' } }], route: [{ destination: a }] }]);
    expect(mesh.ask({ path: '/a' }, { to: 'web' })).toBe('b');
    expect(mesh.problems()).toEqual(['routing.delegateConflict']);
  });
  test('a delegate that is missing or not exported: the next rule', () => {
    const missing = testMesh({ services, virtualServices: [root] });
    expect(missing.ask({ path: '/a' }, { to: 'web' })).toBe('b');
    expect(missing.problems()).toEqual(['routing.delegateMissing']);
    expect(withDelegate([{ route: [{ destination: a }] }], ['.']).ask({ path: '/a' }, { to: 'web' })).toBe('b');
  });
  test.each([
    ['exact inside the prefix', { uri: { exact: '/a/x' } }, 'a'],
    ['exact outside', { uri: { exact: '/b' } }, 'b'],
    ['another header besides', { headers: { h: { exact: '1' } } }, 'a'],
    ['other case rules', { uri: { prefix: '/a' }, ignoreUriCase: true }, 'b'],
  ])('%s', (_name, match, expected) => {
    const mesh = withDelegate([{ match: [match], route: [{ destination: a }] }]);
    expect(mesh.ask({ path: '/a/x', headers: { h: '1' } }, { to: 'web' })).toBe(expected);
  });
});

test('a port that is not HTTP/1.1 is forwarded without parsing, by the tcp rules or pinned as the http rules say', () => {
  const db = meshService({ name: 'db', ports: [{ port: 3306, name: 'tcp-db' }], versions: ['v1', 'v2'] });
  const grpc = meshService({ name: 'rpc', ports: [{ port: 50_051, name: 'grpc' }], versions: ['v1', 'v2'] });
  const subsets = ['v1', 'v2'].map((version) => ({ name: version, labels: { version } }));
  const split = (host: string) => [
    { destination: { host, subset: 'v1' }, weight: 90 },
    { destination: { host, subset: 'v2' }, weight: 10 },
  ];
  const mesh = testMesh({
    services: [db, grpc],
    destinationRules: [
      destinationRule({ name: 'db' }, { host: 'db', subsets }),
      destinationRule({ name: 'rpc' }, { host: 'rpc', subsets }),
    ],
    virtualServices: [
      virtualService({ name: 'db' }, { hosts: ['db'], tcp: [{ route: split('db') }] }),
      virtualService({ name: 'rpc' }, { hosts: ['rpc'], http: [{ route: split('rpc') }] }),
    ],
  });
  expect(mesh.ask({}, { to: 'db' })).toBe('db#v1 90 % / db#v2 10 %');
  expect(mesh.ask({}, { to: 'rpc' })).toBe('rpc#v1 90 % / rpc#v2 10 %');
  expect(mesh.problems()).toEqual(['routing.http2AsTcp']);
});
