/** What Istio's webhook takes and refuses, as far as traffic is concerned. */
import { expect, test } from 'vitest';
import { flawsOf } from '../parse/explain.ts';
import { fieldText } from '../parse/problem.ts';
import { schemaOf } from './objects.ts';

function flaws(kind: string, spec: unknown): readonly string[] {
  const object = { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'x' }, spec };
  return flawsOf(schemaOf(kind)!, object).map(
    (flaw) => `${fieldText(flaw.path)} ${flaw.text.key.replace('manifest.', '')}`,
  );
}

const to = (host = 'reviews', more: object = {}): object => ({ destination: { host, ...more } });
const http = (route: object): object => ({ hosts: ['reviews'], http: [route] });
const matching = (match: object): object => http({ match: [match], route: [to()] });

test.each([
  ['a single destination, weight 0', http({ route: [{ ...to(), weight: 0 }] })],
  [
    'weights that do not sum to 100',
    http({
      route: [
        { ...to(), weight: 1 },
        { ...to(), weight: 9 },
      ],
    }),
  ],
  ['one weight missing', http({ route: [{ ...to(), weight: 1 }, to()] })],
  [
    'presence of a header',
    matching({ headers: { 'x-a': {}, ':method': { exact: 'GET' }, '@request.auth.claims.sub': {} } }),
  ],
  ['an empty prefix', matching({ uri: { prefix: '' } })],
  [
    'durations as Go writes them',
    http({ timeout: '1m30s', retries: { attempts: 2, perTryTimeout: '250ms', backoff: '0.5s' }, route: [to()] }),
  ],
  ['words and codes to retry on', http({ retries: { attempts: 2, retryOn: '5xx,gateway-error,503' }, route: [to()] })],
  ['no retries', http({ retries: { attempts: 0 }, route: [to()] })],
  ['a redirect with an odd 3xx code', http({ redirect: { uri: '/x', redirectCode: 304 } })],
  [
    'a fault beside a route',
    http({ fault: { abort: { httpStatus: 500, percentage: { value: 0.0001 } } }, route: [to()] }),
  ],
  [
    'a whole percentage of 0',
    http({ fault: { delay: { fixedDelay: '5s', percentage: { value: 0 } } }, route: [to()] }),
  ],
  [
    'CORS',
    http({ corsPolicy: { allowOrigins: [{ exact: 'a' }], allowMethods: ['GET', '*'], maxAge: '24h' }, route: [to()] }),
  ],
  ['formats in headers', http({ headers: { request: { set: { 'x-p': '%REQ(:path)% 100%%' } } }, route: [to()] })],
  ['a delegate', { http: [{ route: [to()] }] }],
  ['a root that delegates', http({ delegate: { name: 'd', namespace: 'n' } })],
  ['a star behind a gateway', { hosts: ['*'], gateways: ['gw', 'ns/gw'], http: [{ route: [to()] }] }],
  [
    'tcp and tls',
    { hosts: ['a.b'], tls: [{ match: [{ sniHosts: ['a.b'] }], route: [to()] }], tcp: [{ route: [to()] }] },
  ],
  ['a mirror without a percentage', http({ mirror: { host: 'reviews', subset: 'v2' }, route: [to()] })],
])('VirtualService takes %s', (_, spec) => {
  expect(flaws('VirtualService', spec)).toEqual([]);
});

test.each([
  ['no rules', { hosts: ['a'] }, ['spec oneNeeded']],
  ['all weights 0', http({ route: [{ ...to(), weight: 0 }, to()] }), ['spec.http[0].route noWeight']],
  ['a negative weight', http({ route: [{ ...to(), weight: -1 }, to()] }), ['spec.http[0].route[0].weight badValue']],
  ['timeout 0', http({ timeout: '0s', route: [to()] }), ['spec.http[0].timeout badValue']],
  ['half a millisecond', http({ timeout: '1500us', route: [to()] }), ['spec.http[0].timeout badValue']],
  ['a number without a unit', http({ timeout: '5', route: [to()] }), ['spec.http[0].timeout badValue']],
  [
    'a space in retryOn',
    http({ retries: { attempts: 1, retryOn: '5xx, reset' }, route: [to()] }),
    ['spec.http[0].retries.retryOn badValue'],
  ],
  [
    'an unknown word',
    http({ retries: { attempts: 1, retryOn: 'sometimes' }, route: [to()] }),
    ['spec.http[0].retries.retryOn badValue'],
  ],
  [
    'attempts 0 with more',
    http({ retries: { attempts: 0, perTryTimeout: '1s' }, route: [to()] }),
    ['spec.http[0].retries.perTryTimeout retriesOff'],
  ],
  ['redirect and route', http({ redirect: { uri: '/' }, route: [to()] }), ['spec.http[0].route exclusive']],
  [
    'redirect and fault',
    http({ redirect: { uri: '/' }, fault: { abort: { httpStatus: 500 } } }),
    ['spec.http[0].fault exclusive'],
  ],
  ['redirect to nothing', http({ redirect: { redirectCode: 301 } }), ['spec.http[0].redirect oneNeeded']],
  [
    'redirect with 200',
    http({ redirect: { uri: '/', redirectCode: 200 } }),
    ['spec.http[0].redirect.redirectCode badValue'],
  ],
  ['no action', http({ match: [{ uri: { exact: '/' } }] }), ['spec.http[0] oneNeeded']],
  [
    'mirror and mirrors',
    http({ mirror: { host: 'a' }, mirrors: [{ destination: { host: 'a' } }], route: [to()] }),
    ['spec.http[0].mirrors exclusive'],
  ],
  ['two kinds of match', matching({ uri: { exact: '/', prefix: '/' } }), ['spec.http[0].match[0].uri.prefix oneMatch']],
  ['an empty uri match', matching({ uri: {} }), ['spec.http[0].match[0].uri oneMatch']],
  [
    'a star as a regex',
    matching({ headers: { a: { regex: '*' } } }),
    ['spec.http[0].match[0].headers.a.regex badValue'],
  ],
  ['a long regex', matching({ uri: { regex: 'a'.repeat(1025) } }), ['spec.http[0].match[0].uri.regex badValue']],
  ['a header with a space', matching({ headers: { 'x a': {} } }), ['spec.http[0].match[0].headers["x a"] badValue']],
  [
    'a percentage too small',
    http({ fault: { abort: { httpStatus: 500, percentage: { value: 0.00001 } } }, route: [to()] }),
    ['spec.http[0].fault.abort.percentage.value badValue'],
  ],
  [
    'an abort with 100',
    http({ fault: { abort: { httpStatus: 100 } }, route: [to()] }),
    ['spec.http[0].fault.abort.httpStatus badValue'],
  ],
  [
    'a delay without time',
    http({ fault: { delay: {} }, route: [to()] }),
    ['spec.http[0].fault.delay.fixedDelay missing'],
  ],
  [
    'a lone percent sign',
    http({ headers: { request: { set: { a: '50%' } } }, route: [to()] }),
    ['spec.http[0].headers.request.set.a badValue'],
  ],
  [
    "a response's Host",
    http({ headers: { response: { set: { Host: 'a' } } }, route: [to()] }),
    ['spec.http[0].headers.response.set.Host responseHost'],
  ],
  ['a star as destination', http({ route: [to('*')] }), ['spec.http[0].route[0].destination.host badValue']],
  [
    'a subset in capitals',
    http({ route: [to('a', { subset: 'V1' })] }),
    ['spec.http[0].route[0].destination.subset badValue'],
  ],
  [
    'port 0',
    http({ route: [to('a', { port: { number: 0 } })] }),
    ['spec.http[0].route[0].destination.port.number badValue'],
  ],
  ['a star in the mesh', { hosts: ['*'], http: [{ route: [to()] }] }, ['spec.hosts[0] starInMesh']],
  [
    'hosts that cover each other',
    { hosts: ['*.a.b', 'x.a.b'], http: [{ route: [to()] }] },
    ['spec.hosts[1] hostCovered'],
  ],
  ['a host twice', { hosts: ['a', 'a'], http: [{ route: [to()] }] }, ['spec.hosts[1] hostCovered']],
  [
    'a dot before a gateway',
    { hosts: ['a'], gateways: ['./gw'], http: [{ route: [to()] }] },
    ['spec.gateways[0] badValue'],
  ],
  ['a delegate with a gateway', { gateways: ['gw'], http: [{ route: [to()] }] }, ['spec.gateways delegateOnlyHttp']],
  ['a delegate that delegates', { http: [{ delegate: { name: 'd' } }] }, ['spec.http[0].delegate delegateTwice']],
  ['delegate and route', http({ delegate: { name: 'd' }, route: [to()] }), ['spec.http[0].route exclusive']],
  [
    'SNI outside of the hosts',
    { hosts: ['a.b'], tls: [{ match: [{ sniHosts: ['c.d'] }], route: [to()] }] },
    ['spec.tls[0].match[0].sniHosts[0] sniOutside'],
  ],
  ['exportTo twice', { ...http({ route: [to()] }), exportTo: ['a', 'a'] }, ['spec.exportTo[1] twice']],
  [
    'exportTo everywhere and here',
    { ...http({ route: [to()] }), exportTo: ['*', '.'] },
    ['spec.exportTo[0] starAlone'],
  ],
  ['an unknown field', http({ route: [to()], retry: {} }), ['spec.http[0].retry unknownField']],
])('VirtualService refuses %s', (_, spec, expected) => {
  expect(flaws('VirtualService', spec)).toEqual(expected);
});

const hashing = (consistentHash: object): object => ({
  host: 'a',
  trafficPolicy: { loadBalancer: { consistentHash } },
});

test.each([
  ['subsets', { host: 'a', subsets: [{ name: 'v1', labels: { version: 'v1' } }, { name: 'all' }] }],
  ['a session cookie', hashing({ httpCookie: { name: 'user', ttl: '0s' } })],
  ['maglev', hashing({ httpHeaderName: 'x', maglev: { tableSize: 65_537 } })],
  ['outlier detection with defaults', { host: '*.a.b', trafficPolicy: { outlierDetection: {} } }],
  [
    'port levels',
    { host: 'a', trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }] } },
  ],
])('DestinationRule takes %s', (_, spec) => {
  expect(flaws('DestinationRule', spec)).toEqual([]);
});

test.each([
  ['a subset twice', { host: 'a', subsets: [{ name: 'v1' }, { name: 'v1' }] }, ['spec.subsets[1].name twice']],
  ['an empty policy', { host: 'a', trafficPolicy: {} }, ['spec.trafficPolicy oneNeeded']],
  ['no hash key', hashing({}), ['spec.trafficPolicy.loadBalancer.consistentHash oneNeeded']],
  [
    'a table that is not prime',
    hashing({ useSourceIp: true, maglev: { tableSize: 1000 } }),
    ['spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize badValue'],
  ],
  [
    'simple and hash',
    { host: 'a', trafficPolicy: { loadBalancer: { simple: 'RANDOM', consistentHash: { useSourceIp: true } } } },
    ['spec.trafficPolicy.loadBalancer.consistentHash exclusive'],
  ],
  [
    'an unknown balancer',
    { host: 'a', trafficPolicy: { loadBalancer: { simple: 'FAIR' } } },
    ['spec.trafficPolicy.loadBalancer.simple badValue'],
  ],
  [
    'an empty pool',
    { host: 'a', trafficPolicy: { connectionPool: {} } },
    ['spec.trafficPolicy.connectionPool oneNeeded'],
  ],
  [
    '101 percent',
    { host: 'a', trafficPolicy: { outlierDetection: { maxEjectionPercent: 101 } } },
    ['spec.trafficPolicy.outlierDetection.maxEjectionPercent badValue'],
  ],
  [
    'local failures without the split',
    { host: 'a', trafficPolicy: { outlierDetection: { consecutiveLocalOriginFailures: 1 } } },
    ['spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures localOriginSplit'],
  ],
  [
    'mutual TLS without a key',
    { host: 'a', trafficPolicy: { tls: { mode: 'MUTUAL', clientCertificate: 'x' } } },
    ['spec.trafficPolicy.tls.privateKey missing'],
  ],
])('DestinationRule refuses %s', (_, spec, expected) => {
  expect(flaws('DestinationRule', spec)).toEqual(expected);
});

const server = (more: object = {}): object => ({
  servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'], ...more }],
});

test.each([
  ['a plain server', server()],
  ['hosts with namespaces', server({ hosts: ['ns/a.b', './a.b', '*/a.b'] })],
  ['a redirect to https', server({ tls: { httpsRedirect: true } })],
])('Gateway takes %s', (_, spec) => {
  expect(flaws('Gateway', spec)).toEqual([]);
});

test.each([
  ['no servers', { servers: [] }, ['spec.servers emptyList']],
  ['no hosts', server({ hosts: [] }), ['spec.servers[0].hosts emptyList']],
  [
    'an unknown protocol',
    server({ port: { number: 80, protocol: 'SPDY' } }),
    ['spec.servers[0].port.protocol badValue'],
  ],
  ['HTTPS without tls', server({ port: { number: 443, protocol: 'HTTPS' } }), ['spec.servers[0].tls missing']],
  [
    'SIMPLE without certificates',
    server({ port: { number: 443, protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }),
    ['spec.servers[0].tls.serverCertificate missing', 'spec.servers[0].tls.privateKey missing'],
  ],
  ['a mode on plain HTTP', server({ tls: { mode: 'PASSTHROUGH' } }), ['spec.servers[0].tls.mode plainTls']],
])('Gateway refuses %s', (_, spec, expected) => {
  expect(flaws('Gateway', spec)).toEqual(expected);
});
