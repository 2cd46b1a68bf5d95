import { expect, test } from 'vitest';
import { STICKY_ANNOTATION } from '../model/virtual-service.ts';
import {
  destinationRule,
  gateway,
  identity,
  meshInput,
  meshService,
  requestView,
  testMesh,
  virtualService,
} from './compile/fixture.ts';
import { compileTable } from './compile/compile-table.ts';
import { explainRoute, findListener } from './explain.ts';
import { prepareTable } from './prepare.ts';
import { stickyBucket } from './sticky.ts';

const services = [meshService({ name: 'reviews', versions: ['v1', 'v2'], ports: [{ port: 9080 }] })];
const destinationRules = [
  destinationRule(
    { name: 'r' },
    { host: 'reviews', subsets: ['v1', 'v2', 'v3'].map((version) => ({ name: version, labels: { version } })) },
  ),
];
const to = (subset: string, weight?: number) => ({
  destination: { host: 'reviews', subset },
  ...(weight === undefined ? {} : { weight }),
});
const policy = { route: 'primary', key: { cookie: 'user' }, salt: 's', first: 'reviews#v2' };
const virtualServices = [
  virtualService(
    { name: 'reviews', annotations: { [STICKY_ANNOTATION]: JSON.stringify([policy]) } },
    {
      hosts: ['reviews'],
      http: [
        { name: 'jason', match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [to('v3')] },
        { name: 'never', match: [{ port: 1 }], route: [to('v1')] },
        { name: 'post', match: [{ method: { exact: 'POST' }, uri: { prefix: '/x' } }], route: [to('v1')] },
        { name: 'primary', rewrite: { uri: '/new/' }, route: [to('v1', 70), to('v2', 30)] },
        { name: 'behind', route: [to('v1')] },
      ],
    },
  ),
];
const mesh = testMesh({ services, destinationRules, virtualServices });

test('each rule: matched, the first condition that failed, not tried, or left out', () => {
  const trace = mesh.trace({ host: 'reviews', path: '/a/../b?c', headers: { 'end-user': 'ann' } });
  expect(trace).toMatchObject({
    listener: { kind: 'mesh', caller: { workload: 'client', namespace: 'default' }, nominalPort: 9080 },
    path: '/b?c',
    virtualHost: { name: 'reviews.default.svc.cluster.local:9080' },
    outcome: { kind: 'forward', path: '/new/b?c' },
  });
  expect(trace.rules).toEqual([
    {
      origin: 'VirtualService default/reviews http[0].match[0]',
      name: 'jason',
      result: 'failed',
      failed: {
        subject: 'header',
        name: 'end-user',
        expected: { kind: 'exact', value: 'jason' },
        inverted: false,
        found: 'ann',
      },
    },
    {
      origin: 'VirtualService default/reviews http[2].match[0]',
      name: 'post',
      result: 'failed',
      failed: { subject: 'path', name: '', expected: { kind: 'prefix', value: '/x' }, inverted: false, found: '/b' },
    },
    { origin: 'VirtualService default/reviews http[3]', name: 'primary', result: 'matched' },
    {
      origin: 'VirtualService default/reviews http[1].match[0]',
      name: '',
      result: 'dropped',
      why: { key: 'routing.droppedPort', params: { expected: 1, found: 9080 } },
    },
    {
      origin: 'VirtualService default/reviews http[4]',
      name: '',
      result: 'dropped',
      why: { key: 'routing.droppedBehind' },
    },
  ]);
});

test('a sticky user’s arm is exact', () => {
  const bucket = stickyBucket('ann', 's');
  const { outcome } = mesh.trace({ headers: { cookie: 'user=ann' } });
  if (outcome.kind !== 'forward') expect.fail('not forwarded');
  expect(outcome.sticky).toEqual({ key: 'ann', bucket, mints: false });
  expect(outcome.destinations.map(({ subset, sharePct, chosen }) => [subset, sharePct, chosen])).toEqual([
    ['v2', 30, bucket < 3000],
    ['v1', 70, bucket >= 3000],
  ]);
});

test('without the key only the shares are known', () => {
  const { outcome } = mesh.trace();
  if (outcome.kind !== 'forward') expect.fail('not forwarded');
  expect(outcome.sticky).toEqual({ key: null, bucket: null, mints: false });
  expect(outcome.destinations.some(({ chosen }) => chosen)).toBe(false);
});

test('an arm without pods is said', () => {
  const { outcome } = mesh.trace({ headers: { 'end-user': 'jason' } });
  expect(outcome).toMatchObject({ destinations: [{ subset: 'v3', pods: [], state: 'noPods', chosen: true }] });
});

test('the trace survives JSON', () => {
  const trace = mesh.trace();
  expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
});

test('which listener takes a request', () => {
  const input = meshInput({
    services,
    gateways: [
      gateway({ name: 'g' }, { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] }),
    ],
    gatewayWorkloads: [
      { identity: identity('gw', 'istio-system'), sockets: [{ address: '127.0.0.1', port: 8080, nominalPort: 80 }] },
    ],
    serviceAddresses: [
      {
        service: { name: 'reviews', namespace: 'default' },
        kind: 'cluster',
        sockets: [{ address: '127.33.0.1', port: 9080, nominalPort: 9080 }],
      },
      {
        service: { name: 'reviews', namespace: 'default' },
        kind: 'nodePort',
        sockets: [{ address: '127.0.0.1', port: 30_080, nominalPort: 9080 }],
      },
    ],
  });
  const prepared = prepareTable(compileTable(input).table);
  const from = { workload: 'client', namespace: 'default' };
  const idOf = (query: Parameters<typeof findListener>[1]) => findListener(prepared, query)?.id;
  expect(idOf({ from, host: 'reviews', port: 9080 })).toBe('127.32.0.1:9080');
  expect(idOf({ from, host: 'reviews.default.svc', port: 9080 })).toBe('127.32.0.1:9080');
  expect(idOf({ from, host: 'reviews', port: 1 })).toBeUndefined();
  expect(idOf({ host: 'reviews', port: 9080 })).toBe('127.33.0.1:9080');
  expect(idOf({ host: 'localhost', port: 80 })).toBe('127.0.0.1:8080');
  expect(idOf({ host: 'localhost', port: 8080 })).toBe('127.0.0.1:8080');
  expect(idOf({ host: 'localhost', port: 30_080 })).toBe('127.0.0.1:30080');
  expect(explainRoute(prepared, 'nowhere', requestView())).toBeUndefined();
});
