/** How a gateway sees Gateways and VirtualServices. */
import { describe, expect, test } from 'vitest';
import type { GatewayServer } from '../../model/gateway.ts';
import type { HttpRoute, VirtualServiceSpec } from '../../model/virtual-service.ts';
import { gateway, meshService, testMesh, virtualService } from './fixture.ts';

const http = (hosts: readonly string[], more: Partial<GatewayServer> = {}): GatewayServer => ({
  port: { number: 80, name: 'http', protocol: 'HTTP' },
  hosts,
  ...more,
});
const shop = (...servers: readonly GatewayServer[]) =>
  gateway({ name: 'shop' }, { selector: { istio: 'ingressgateway' }, servers });
const services = ['web', 'a', 'b'].map((name) => meshService({ name, ports: [{ port: 9080 }] }));
const route = (host: string, more: Partial<HttpRoute> = {}): HttpRoute => ({
  ...more,
  route: [{ destination: { host } }],
});
const bound = (spec: Partial<VirtualServiceSpec>) => ({ hosts: ['*'], gateways: ['shop'], ...spec });
const at = { gateway: 80 };

test('an unknown host is 404, and so is a gateway without rules', () => {
  const mesh = testMesh({ services, gatewayPorts: [80], gateways: [shop(http(['shop.com']))] });
  expect(mesh.ask({ host: 'shop.com' }, at)).toBe('404 NR');
});

test('the only port of a service is found without naming it', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [virtualService({ name: 'v' }, bound({ http: [route('web')] }))],
  });
  expect(mesh.ask({ host: 'any.thing:1234' }, at)).toBe('web');
});

describe('hosts', () => {
  const ask = (serverHosts: readonly string[], hosts: readonly string[], host: string, namespace = 'default') =>
    testMesh({
      services,
      gatewayPorts: [80],
      gateways: [shop(http(serverHosts))],
      virtualServices: [
        virtualService(
          { name: 'v', namespace },
          { hosts, gateways: ['default/shop'], http: [{ directResponse: { status: 204 } }] },
        ),
      ],
    }).ask({ host }, at);

  test.each([
    [['*'], ['shop.com'], 'shop.com', '204'],
    [['*'], ['shop.com'], 'SHOP.com:8080', '204'],
    [['*'], ['shop.com'], 'shop.com.', '404 NR'],
    [['*.shop.com'], ['*'], 'x.shop.com', '204'],
    [['*.shop.com'], ['*'], 'shop.com', '404 NR'],
    [['x.shop.com'], ['*.shop.com'], 'y.shop.com', '404 NR'],
    [['x.shop.com'], ['*.shop.com'], 'x.shop.com', '204'],
    [['other.com'], ['shop.com'], 'shop.com', '404 NR'],
    [['*'], ['web'], 'web', '404 NR'],
    [['*'], ['web'], 'web.default.svc.cluster.local', '204'],
    [['default/*'], ['shop.com'], 'shop.com', '204'],
    [['other/*'], ['shop.com'], 'shop.com', '404 NR'],
    [['./*'], ['shop.com'], 'shop.com', '204'],
    [['*/shop.com'], ['shop.com'], 'shop.com', '204'],
  ])('server %s, VirtualService %s, Host %s: %s', (serverHosts, hosts, host, expected) => {
    expect(ask(serverHosts, hosts, host)).toBe(expected);
  });

  test('./ means the namespace of the Gateway', () => {
    expect(ask(['./*'], ['shop.com'], 'shop.com', 'other')).toBe('404 NR');
  });

  test('exact before the longest suffix before *, and no way back', () => {
    const answer = (status: number, hosts: readonly string[], path?: string) =>
      virtualService(
        { name: `v${status}` },
        {
          hosts,
          gateways: ['shop'],
          http: [{ ...(path === undefined ? {} : { match: [{ uri: { exact: path } }] }), directResponse: { status } }],
        },
      );
    const mesh = testMesh({
      services,
      gatewayPorts: [80],
      gateways: [shop(http(['*']))],
      virtualServices: [
        answer(201, ['*']),
        answer(202, ['*.com']),
        answer(203, ['*.shop.com']),
        answer(204, ['a.shop.com'], '/only'),
      ],
    });
    const ask = (host: string, path = '/') => mesh.ask({ host, path }, at);
    expect([ask('x.org'), ask('x.com'), ask('y.x.shop.com'), ask('a.shop.com', '/only'), ask('a.shop.com')]).toEqual([
      '201',
      '202',
      '203',
      '204',
      '404 NR',
    ]);
  });
});

test('VirtualServices of one host are merged, catch-alls last', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [
      virtualService({ name: 'old', age: 1 }, bound({ http: [route('a')] })),
      virtualService({ name: 'young', age: 2 }, bound({ http: [route('b', { match: [{ uri: { prefix: '/b' } }] })] })),
    ],
  });
  expect(mesh.ask({ path: '/b' }, at)).toBe('b');
  expect(mesh.ask({ path: '/c' }, at)).toBe('a');
});

test('gateways of a match entry: named as resolved; others do not count here', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [
      virtualService(
        { name: 'v' },
        {
          hosts: ['web'],
          gateways: ['shop', 'mesh'],
          http: [
            route('a', { match: [{ gateways: ['shop'], sourceLabels: { app: 'nobody' } }] }),
            route('b', { match: [{ gateways: ['mesh'] }] }),
          ],
        },
      ),
    ],
  });
  expect(mesh.ask({ host: 'web.default.svc.cluster.local' }, at)).toBe('a');
  expect(mesh.ask({ host: 'web' }, { to: 'web' })).toBe('b');
});

test('port of a match entry is the server’s', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80, 8080],
    gateways: [shop(http(['*']), http(['*'], { port: { number: 8080, protocol: 'HTTP', name: 'alt' } }))],
    virtualServices: [
      virtualService({ name: 'v' }, bound({ http: [route('a', { match: [{ port: 8080 }] }), route('b')] })),
    ],
  });
  expect(mesh.ask({}, { gateway: 80 })).toBe('b');
  expect(mesh.ask({}, { gateway: 8080 })).toBe('a');
});

test.each([['shop'], ['default/shop'], ['shop.default.svc.cluster.local']])('a gateway is named %s', (name) => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [virtualService({ name: 'v' }, { hosts: ['*'], gateways: [name], http: [route('a')] })],
  });
  expect(mesh.ask({}, at)).toBe('a');
});

test('a private VirtualService of another namespace is not seen by the gateway', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [virtualService({ name: 'v' }, bound({ http: [route('a')], exportTo: ['.'] }))],
  });
  expect(mesh.ask({}, at)).toBe('404 NR');
});

test('httpsRedirect needs no VirtualService and wins over its rules', () => {
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['shop.com'], { tls: { httpsRedirect: true } }))],
    virtualServices: [virtualService({ name: 'v' }, { hosts: ['shop.com'], gateways: ['shop'], http: [route('a')] })],
  });
  expect(mesh.ask({ host: 'shop.com' }, at)).toBe('requireTls');
  const bare = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['shop.com'], { tls: { httpsRedirect: true } }))],
  });
  expect(bare.ask({ host: 'shop.com' }, at)).toBe('requireTls');
});

describe('servers', () => {
  const tls = http(['*'], {
    port: { number: 443, name: 'https', protocol: 'HTTPS' },
    tls: { mode: 'SIMPLE', credentialName: 'c' },
  });

  test('TLS is said, not silent', () => {
    const mesh = testMesh({ services, gatewayPorts: [80, 443], gateways: [shop(http(['*']), tls)] });
    expect(mesh.compiled.table.listeners.filter(({ kind }) => kind === 'gateway').map(({ port }) => port)).toEqual([
      80,
    ]);
    expect(mesh.compiled.problems).toMatchObject([
      {
        severity: 'error',
        place: { object: 'Gateway default/shop', field: 'spec.servers[1]' },
        text: { key: 'routing.gatewayTls' },
      },
    ]);
  });

  test('HTTP and TCP on one port: the later one is left out and said', () => {
    const tcp = http(['*'], { port: { number: 80, name: 'tcp', protocol: 'TCP' } });
    const mesh = testMesh({ services, gatewayPorts: [80], gateways: [shop(http(['*']), tcp)] });
    expect(mesh.problems()).toEqual(['routing.portConflict']);
    expect(mesh.ask({}, at)).toBe('404 NR');
  });

  test('a selector that nobody satisfies is said', () => {
    const mesh = testMesh({
      services,
      gatewayPorts: [80],
      gateways: [gateway({ name: 'x' }, { selector: { app: 'mine' }, servers: [http(['*'])] })],
    });
    expect(mesh.problems()).toEqual(['routing.gatewayUnselected']);
  });

  test('a TCP server without a tcp rule listens nowhere; with one it forwards by weight', () => {
    const tcp = shop(http(['*'], { port: { number: 3306, name: 'db', protocol: 'MYSQL' } }));
    const silent = testMesh({ services, gatewayPorts: [3306], gateways: [tcp] });
    expect(silent.compiled.table.listeners.filter(({ kind }) => kind === 'gateway')).toEqual([]);
    const rules = virtualService(
      { name: 'v' },
      bound({
        tcp: [
          { match: [{ port: 1 }], route: [{ destination: { host: 'web' } }] },
          {
            match: [{ port: 3306 }],
            route: [
              { destination: { host: 'a' }, weight: 1 },
              { destination: { host: 'b' }, weight: 3 },
            ],
          },
        ],
      }),
    );
    const mesh = testMesh({ services, gatewayPorts: [3306], gateways: [tcp], virtualServices: [rules] });
    expect(mesh.ask({}, { gateway: 3306 })).toBe('a 25 % / b 75 %');
  });
});

describe('redirects know the port of the server', () => {
  const location = (redirect: NonNullable<HttpRoute['redirect']>, port = 8080, host = 'web') =>
    testMesh({
      services,
      gatewayPorts: [port],
      gateways: [shop(http(['*'], { port: { number: port, name: 'http', protocol: 'HTTP' } }))],
      virtualServices: [virtualService({ name: 'v' }, bound({ http: [{ redirect }] }))],
    }).ask({ host, path: '/p?q=1' }, { gateway: port });

  test.each([
    [{ uri: '/n' }, 8080, 'web', '301 http://web/n?q=1'],
    [{ uri: '/n?x' }, 8080, 'web', '301 http://web/n?x'],
    [{ authority: 'new', redirectCode: 308 }, 8080, 'web', '308 http://new/p?q=1'],
    [{ derivePort: 'FROM_REQUEST_PORT', authority: 'new' }, 8080, 'web', '301 http://new:8080/p?q=1'],
    [{ scheme: 'https', port: 443 }, 8080, 'web:9000', '301 https://web:9000/p?q=1'],
    [{ scheme: 'https', derivePort: 'FROM_PROTOCOL_DEFAULT' }, 8080, 'web:9000', '301 https://web:9000/p?q=1'],
    [{ scheme: 'https', port: 444 }, 8080, 'web:9000', '301 https://web:444/p?q=1'],
    [{ scheme: 'https' }, 8080, 'web:80', '301 https://web/p?q=1'],
  ] as const)('%o on port %i, Host %s: %s', (redirect, port, host, expected) => {
    expect(location(redirect, port, host)).toBe(expected);
  });

  test('a code that Envoy refuses is said and answered by 503', () => {
    expect(location({ uri: '/n', redirectCode: 305 })).toBe('503');
  });
});

test('a rule that goes past the split of a service is said', () => {
  const split = virtualService(
    { name: 'web' },
    { hosts: ['web'], http: [{ route: [{ destination: { host: 'web', subset: 'v1' } }] }] },
  );
  const mesh = testMesh({
    services,
    gatewayPorts: [80],
    gateways: [shop(http(['*']))],
    virtualServices: [split, virtualService({ name: 'front' }, bound({ http: [route('web'), route('a')] }))],
  });
  const said = mesh.compiled.problems.filter(({ text }) => text.key === 'routing.pastSplit');
  expect(said).toMatchObject([
    {
      severity: 'notice',
      place: { object: 'VirtualService default/front', field: 'spec.http[0].route[0].destination' },
      text: {
        params: {
          at: 'VirtualService default/front spec.http[0].route[0].destination',
          split: 'VirtualService default/web',
        },
      },
    },
  ]);
});
