/** How a sidecar sees VirtualServices: hosts, order, defaults. */
import { describe, expect, test } from 'vitest';
import type { VirtualServiceSpec } from '../../model/virtual-service.ts';
import { destinationRule, identity, meshService, testMesh, virtualService } from './fixture.ts';

const web = meshService({ name: 'web', versions: ['v1', 'v2'] });
const a = meshService({ name: 'a' });
const b = meshService({ name: 'b' });
const to = (host: string, more: Partial<VirtualServiceSpec> = {}): VirtualServiceSpec => ({
  hosts: ['web'],
  http: [{ route: [{ destination: { host } }] }],
  ...more,
});

test('a service without rules: all pods, the default retries, no timeout', () => {
  const mesh = testMesh({ services: [web] });
  expect(mesh.ask()).toBe('web');
  const [routes] = Object.values(mesh.compiled.table.routes);
  expect(routes?.virtualHosts[0]?.routes[0]?.action).toEqual({
    kind: 'forward',
    destinations: [{ cluster: 'outbound|80||web.default.svc.cluster.local', weight: 1 }],
    timeoutMs: 0,
    retry: {
      attempts: 2,
      on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
      statusCodes: [],
      backoffBaseMs: 25,
      avoidPreviousHosts: true,
    },
  });
});

test.each([
  ['web', 'web'],
  ['WEB:80', 'web'],
  ['web.default', 'web'],
  ['web.default.svc', 'web'],
  ['web.default.svc.cluster.local', 'web'],
  ['web.default.svc.cluster.local.', 'web'],
  ['a', 'a'],
])('the Host %s on any address of the port means %s', (host, service) => {
  const mesh = testMesh({ services: [web, a] });
  expect(mesh.ask({ host }, { to: 'web' })).toBe(service);
});

test('rules of a service without port 80 are not reported for port 80, where Istio compiles them too', () => {
  const far = meshService({ name: 'far', ports: [{ name: 'http', port: 9080 }], versions: ['v1'] });
  const rules = virtualService(
    { name: 'far' },
    {
      hosts: ['far'],
      http: [{ route: [{ destination: { host: 'far', subset: 'v1' } }] }],
    },
  );
  const subsets = destinationRule(
    { name: 'far' },
    { host: 'far', subsets: [{ name: 'v1', labels: { version: 'v1' } }] },
  );
  const mesh = testMesh({ services: [web, far], virtualServices: [rules], destinationRules: [subsets] });
  expect(mesh.ask({ host: 'far' }, { to: 'web' })).toBe('503 NC');
  expect(mesh.problems()).toEqual([]);
});

test('a short name with a trailing dot is no generated domain', () => {
  const mesh = testMesh({ services: [web, a] });
  const [routes] = Object.values(mesh.compiled.table.routes);
  const domains = routes?.virtualHosts.find(({ service }) => service?.startsWith('web'))?.domains;
  expect(domains).toEqual([
    'web.default.svc.cluster.local',
    'web.default.svc.cluster.local.',
    'web',
    'web.default.svc',
    'web.default',
  ]);
});

test('from another namespace the bare name is no domain', () => {
  const other = meshService({ name: 'web', namespace: 'other' });
  const mesh = testMesh({ services: [other] });
  const [routes] = Object.values(mesh.compiled.table.routes);
  expect(routes?.virtualHosts[0]?.domains).not.toContain('web');
  expect(routes?.virtualHosts[0]?.domains).toContain('web.other');
});

test('a headless service also has the names of its pods', () => {
  const mesh = testMesh({ services: [meshService({ name: 'db', headless: true }), a] });
  expect(mesh.ask({ host: 'db-0.db.default.svc.cluster.local' }, { to: 'a' })).toBe('db');
});

test('a strange Host on the address of a service still means that service', () => {
  const mesh = testMesh({
    services: [web, a],
    virtualServices: [virtualService({ name: 'web' }, to('a'))],
  });
  expect(mesh.ask({ host: 'shop.example.com' }, { to: 'web' })).toBe('a');
  expect(mesh.ask({ host: '127.32.0.1' }, { to: 'web' })).toBe('a');
});

describe('several VirtualServices of one host', () => {
  test('are not merged: the oldest has it, the others are dropped and that is said', () => {
    const mesh = testMesh({
      services: [web, a, b],
      virtualServices: [
        virtualService({ name: 'young', age: 2 }, to('b')),
        virtualService(
          { name: 'old', age: 1 },
          { hosts: ['web'], http: [{ match: [{ uri: { exact: '/x' } }], route: [{ destination: { host: 'a' } }] }] },
        ),
      ],
    });
    expect(mesh.ask({ path: '/x' }, { to: 'web' })).toBe('a');
    expect(mesh.ask({ path: '/y' }, { to: 'web' })).toBe('404 NR');
    expect(mesh.problems()).toContain('routing.hostTaken');
  });

  test('equal age: by name', () => {
    const mesh = testMesh({
      services: [web, a, b],
      virtualServices: [virtualService({ name: 'y' }, to('b')), virtualService({ name: 'x' }, to('a'))],
    });
    expect(mesh.ask({}, { to: 'web' })).toBe('a');
  });

  test('a private one stands before an older public one', () => {
    const mesh = testMesh({
      services: [web, a, b],
      virtualServices: [
        virtualService({ name: 'public', age: 1 }, to('a')),
        virtualService({ name: 'private', age: 2 }, to('b', { exportTo: ['.'] })),
      ],
    });
    expect(mesh.ask({}, { to: 'web' })).toBe('b');
  });
});

test('rules without effect here make the VirtualService absent: the default holds', () => {
  const mesh = testMesh({
    services: [web, a],
    virtualServices: [
      virtualService(
        { name: 'web' },
        {
          hosts: ['web'],
          http: [{ match: [{ sourceLabels: { app: 'other' } }], route: [{ destination: { host: 'a' } }] }],
        },
      ),
    ],
  });
  expect(mesh.ask({}, { to: 'web' })).toBe('web');
});

test('callers with other labels see other rules', () => {
  const parts = {
    services: [web, a],
    virtualServices: [
      virtualService(
        { name: 'web' },
        {
          hosts: ['web'],
          http: [{ match: [{ sourceLabels: { tier: 'gold' } }], route: [{ destination: { host: 'a' } }] }],
        },
      ),
    ],
  };
  expect(testMesh({ ...parts, caller: identity('x', 'default', { tier: 'gold' }) }).ask({}, { to: 'web' })).toBe('a');
  expect(testMesh({ ...parts, caller: identity('x', 'default', { tier: 'tin' }) }).ask({}, { to: 'web' })).toBe('web');
});

test('rules exist but none matches: 404, no way back to the service', () => {
  const mesh = testMesh({
    services: [web],
    virtualServices: [
      virtualService(
        { name: 'web' },
        { hosts: ['web'], http: [{ match: [{ uri: { exact: '/x' } }], route: [{ destination: { host: 'web' } }] }] },
      ),
    ],
  });
  expect(mesh.ask({ path: '/y' })).toBe('404 NR');
});

test('a VirtualService for gateways only says nothing to sidecars', () => {
  const mesh = testMesh({
    services: [web, a],
    virtualServices: [virtualService({ name: 'web' }, to('a', { gateways: ['shop'] }))],
  });
  expect(mesh.ask({}, { to: 'web' })).toBe('web');
});

test('one that is not exported to here neither', () => {
  const mesh = testMesh({
    services: [web, a],
    virtualServices: [
      virtualService(
        { name: 'web', namespace: 'other' },
        { ...to('a.default.svc.cluster.local'), hosts: ['web.default.svc.cluster.local'], exportTo: ['.'] },
      ),
    ],
  });
  expect(mesh.ask({}, { to: 'web' })).toBe('web');
});

describe('wildcard hosts', () => {
  const wildcard = virtualService(
    { name: 'wild', age: 1 },
    { hosts: ['*.default.svc.cluster.local'], http: [{ route: [{ destination: { host: 'a' } }] }] },
  );

  test('take the services that nobody names more exactly', () => {
    const mesh = testMesh({
      services: [web, a, b],
      virtualServices: [wildcard, virtualService({ name: 'web', age: 5 }, to('b'))],
    });
    expect(mesh.ask({}, { to: 'web' })).toBe('b');
    expect(mesh.ask({ host: 'b' }, { to: 'b' })).toBe('a');
  });

  test('the longer wildcard has the service', () => {
    const longer = virtualService(
      { name: 'longer', age: 9 },
      { hosts: ['*eb.default.svc.cluster.local'], http: [{ route: [{ destination: { host: 'b' } }] }] },
    );
    const mesh = testMesh({ services: [web, a, b], virtualServices: [wildcard, longer] });
    expect(mesh.ask({}, { to: 'web' })).toBe('b');
    expect(mesh.ask({ host: 'a' }, { to: 'a' })).toBe('a');
  });
});

describe('hosts that are no service', () => {
  const foreign = virtualService(
    { name: 'foreign' },
    { hosts: ['shop.example.com'], http: [{ route: [{ destination: { host: 'a' } }] }] },
  );

  test('are honoured on port 80', () => {
    const mesh = testMesh({ services: [web, a], virtualServices: [foreign] });
    expect(mesh.ask({ host: 'shop.example.com' }, { to: 'web' })).toBe('a');
  });

  test('and on the ports of a service that stands beside them', () => {
    const onPort = meshService({ name: 'web', ports: [{ port: 9080 }] });
    const beside = virtualService(
      { name: 'v' },
      { hosts: ['web', 'shop.example.com'], http: [{ directResponse: { status: 204 } }] },
    );
    expect(testMesh({ services: [onPort], virtualServices: [beside] }).ask({ host: 'shop.example.com' })).toBe('204');
    expect(testMesh({ services: [onPort], virtualServices: [foreign] }).ask({ host: 'shop.example.com' })).toBe('web');
  });
});

describe('destinations', () => {
  const rules = destinationRule(
    { name: 'web' },
    {
      host: 'web',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    },
  );
  const via = (route: NonNullable<NonNullable<VirtualServiceSpec['http']>[number]['route']>) =>
    testMesh({
      services: [web, meshService({ name: 'reviews', ports: [{ port: 9080 }] }), a],
      destinationRules: [rules],
      virtualServices: [virtualService({ name: 'web' }, { hosts: ['web'], http: [{ route }] })],
    });
  const subset = (name: string, weight?: number) => ({
    destination: { host: 'web', subset: name },
    ...(weight === undefined ? {} : { weight }),
  });

  test('weights are relative', () => {
    expect(via([subset('v1', 1), subset('v2', 3)]).ask()).toBe('web#v1 25 % / web#v2 75 %');
  });
  test('a lone destination gets everything, whatever its weight', () => {
    expect(via([subset('v1', 0)]).ask()).toBe('web#v1');
  });
  test('a missing weight beside others is 0', () => {
    expect(via([subset('v1'), subset('v2', 5)]).ask()).toBe('web#v2');
  });
  test('unknown subsets with weight 0 are harmless', () => {
    expect(via([subset('nope', 0), subset('v2', 5)]).ask()).toBe('web#v2');
  });
  test('no weight at all is said and answered by 503', () => {
    const mesh = via([subset('v1', 0), subset('v2', 0)]);
    expect(mesh.ask()).toBe('503');
    expect(mesh.problems()).toContain('routing.noWeight');
  });
  test('an undefined subset: 503 NC', () => {
    expect(via([subset('nope')]).ask()).toBe('503 NC');
  });
  test('an unknown host: 503 NC', () => {
    const mesh = via([{ destination: { host: 'nowhere' } }]);
    expect(mesh.ask()).toBe('503 NC');
    expect(mesh.problems()).toEqual(['routing.noCluster']);
  });
  test('a name with a dot is taken as complete: 503 NC', () => {
    expect(via([{ destination: { host: 'a.default' } }]).ask()).toBe('503 NC');
  });
  test('without port a service of another port is not found, although it has one port only', () => {
    expect(via([{ destination: { host: 'reviews' } }]).ask()).toBe('503 NC');
    expect(via([{ destination: { host: 'reviews', port: { number: 9080 } } }]).ask()).toBe('reviews');
  });
  test('a wrong port: 503 NC', () => {
    expect(via([{ destination: { host: 'a', port: { number: 81 } } }]).ask()).toBe('503 NC');
  });
});

describe('other ways in', () => {
  const virtualServices = [virtualService({ name: 'web' }, to('a', { exportTo: ['.'] }))];
  const service = { name: 'web', namespace: 'default' };

  test('a NodePort honours the rules of its service, whatever the Host', () => {
    const mesh = testMesh({
      services: [web, a],
      virtualServices,
      callers: [],
      serviceAddresses: [
        { service, kind: 'nodePort', sockets: [{ address: '127.0.0.1', port: 30_080, nominalPort: 80 }] },
      ],
    });
    expect(mesh.compiled.table.listeners).toMatchObject([
      { id: '127.0.0.1:30080', kind: 'nodePort', nominalPort: 80, caller: { workload: 'unknown' } },
    ]);
    const [listener] = mesh.prepared.listeners.values();
    expect(listener?.own?.routes[0]?.route.origin).toBe('VirtualService default/web http[0]');
  });

  test('a forward proxy’s port 80 makes no problem of services with other ports', () => {
    const reviews = meshService({ name: 'reviews', ports: [{ port: 9080 }] });
    const mesh = testMesh({
      services: [reviews],
      virtualServices: [
        virtualService(
          { name: 'r' },
          { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }] }] },
        ),
      ],
      callers: [
        {
          identity: identity('c'),
          calls: [],
          forwardProxy: { address: '127.32.1.1', port: 15_080, nominalPort: 15_080 },
        },
      ],
    });
    expect(mesh.problems()).toEqual([]);
  });

  test('a forward proxy takes the port from the request', async () => {
    const { chooseVirtualHost } = await import('../choose.ts');
    const mesh = testMesh({
      services: [web, meshService({ name: 'reviews', ports: [{ port: 9080 }] }), a],
      virtualServices,
      callers: [
        {
          identity: identity('client'),
          calls: [],
          forwardProxy: { address: '127.32.1.1', port: 15_080, nominalPort: 15_080 },
        },
      ],
    });
    const listener = mesh.prepared.listeners.get('127.32.1.1:15080');
    if (listener === undefined) expect.fail('no forward proxy');
    const nameOf = (authority: string) => chooseVirtualHost(listener, authority)?.virtualHost.name;
    expect(nameOf('web')).toBe('web.default.svc.cluster.local:80');
    expect(nameOf('reviews:9080')).toBe('reviews.default.svc.cluster.local:9080');
    expect(nameOf('reviews')).toBeUndefined();
    expect(nameOf('web:9080')).toBeUndefined();
    expect(nameOf('example.com:443')).toBeUndefined();
    expect(listener.routes?.unknownHost).toBe('passthrough');
  });
});
