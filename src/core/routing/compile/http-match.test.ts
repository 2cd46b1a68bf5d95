/** Facts of HTTP matching, as recorded from istiod with Envoy 1.40. */
import { expect, test } from 'vitest';
import type { HttpMatch } from '../../model/virtual-service.ts';
import { meshService, type RequestParts, testMesh, virtualService } from './fixture.ts';

/** Does a rule with this one condition take the request? */
function takes(match: HttpMatch, request: RequestParts): boolean {
  const mesh = testMesh({
    services: [meshService({ name: 'web' }), meshService({ name: 'hit' })],
    virtualServices: [
      virtualService(
        { name: 'web' },
        { hosts: ['web'], http: [{ match: [match], route: [{ destination: { host: 'hit' } }] }] },
      ),
    ],
  });
  return mesh.ask(request, { to: 'web' }) === 'hit';
}

const cases: readonly (readonly [string, HttpMatch, RequestParts, boolean])[] = [
  ['exact path', { uri: { exact: '/a' } }, { path: '/a' }, true],
  ['exact path, not its children', { uri: { exact: '/a' } }, { path: '/a/b' }, false],
  ['paths are compared without query', { uri: { exact: '/a' } }, { path: '/a?b=/c' }, true],
  ['a prefix is a raw text', { uri: { prefix: '/foo' } }, { path: '/foobar' }, true],
  ['an empty prefix takes everything', { uri: { prefix: '' } }, { path: '/x' }, true],
  ['a prefix sees no query', { uri: { prefix: '/a?b' } }, { path: '/a?b=c' }, false],
  ['a regex matches the whole path', { uri: { regex: '/a' } }, { path: '/ab' }, false],
  ['alternation under full match', { uri: { regex: '/a|/ab' } }, { path: '/ab' }, true],
  ['a regex sees no query', { uri: { regex: '/a.' } }, { path: '/ab?c=d' }, true],
  ['inline flags', { uri: { regex: '(?i)/A[[:alpha:]]' } }, { path: '/ab' }, true],
  ['ignoreUriCase: exact', { uri: { exact: '/A' }, ignoreUriCase: true }, { path: '/a' }, true],
  ['ignoreUriCase: prefix', { uri: { prefix: '/Ab' }, ignoreUriCase: true }, { path: '/aBc' }, true],
  ['ignoreUriCase: not for a regex', { uri: { regex: '/A' }, ignoreUriCase: true }, { path: '/a' }, false],
  ['without ignoreUriCase the case counts', { uri: { exact: '/A' } }, { path: '/a' }, false],
  ['dots are resolved before matching', { uri: { exact: '/b' } }, { path: '/a/../b' }, true],
  ['unreserved characters are decoded before matching', { uri: { exact: '/ab~' } }, { path: '/%61b%7E' }, true],
  ['%2F stays', { uri: { exact: '/a/b' } }, { path: '/a%2Fb' }, false],
  ['method', { method: { exact: 'POST' } }, { method: 'POST' }, true],
  ['method by regex', { method: { regex: 'GET|HEAD' } }, { method: 'HEAD' }, true],
  ['scheme', { scheme: { exact: 'https' } }, { scheme: 'http' }, false],
  ['authority with its port', { authority: { exact: 'web:8080' } }, { host: 'web:8080' }, true],
  ['authority: the port is not stripped', { authority: { exact: 'web' } }, { host: 'web:8080' }, false],
  ['authority in its own case', { authority: { exact: 'web' } }, { host: 'WEB' }, false],
  ['header name in any case', { headers: { 'X-A': { exact: 'b' } } }, { headers: { 'x-a': 'b' } }, true],
  ['header value in its own case', { headers: { 'x-a': { exact: 'b' } } }, { headers: { 'x-a': 'B' } }, false],
  ['presence by {}', { headers: { 'x-a': {} } }, { headers: { 'x-a': '' } }, true],
  ['presence by the regex *', { headers: { 'x-a': { regex: '*' } } }, { headers: {} }, false],
  ['a pseudo header', { headers: { ':method': { exact: 'PUT' } } }, { method: 'PUT' }, true],
  [
    'a regex on a cookie',
    { headers: { cookie: { regex: '^(.*;\\s*)?(user=x)(;.*)?$' } } },
    { headers: { cookie: 'a=b; user=x; c=d' } },
    true,
  ],
  ['.* never matches an absent header', { headers: { 'x-a': { regex: '.*' } } }, {}, false],
  [
    'each value of a repeated header counts alone',
    { headers: { 'x-a': { exact: 'c' } } },
    { headers: { 'x-a': ['b', 'c'] } },
    true,
  ],
  [
    'the joined value does not match',
    { headers: { 'x-a': { exact: 'b,c' } } },
    { headers: { 'x-a': ['b', 'c'] } },
    false,
  ],
  ['withoutHeaders exact, absent', { withoutHeaders: { 'x-a': { exact: 'a' } } }, {}, true],
  ['withoutHeaders exact, present', { withoutHeaders: { 'x-a': { exact: 'a' } } }, { headers: { 'x-a': 'a' } }, false],
  [
    'withoutHeaders exact, other value',
    { withoutHeaders: { 'x-a': { exact: 'a' } } },
    { headers: { 'x-a': 'b' } },
    true,
  ],
  [
    'withoutHeaders: one value of several is enough',
    { withoutHeaders: { 'x-a': { exact: 'a' } } },
    { headers: { 'x-a': ['b', 'a'] } },
    false,
  ],
  ['withoutHeaders {}: absent', { withoutHeaders: { 'x-a': {} } }, {}, true],
  ['withoutHeaders {}: present', { withoutHeaders: { 'x-a': {} } }, { headers: { 'x-a': '' } }, false],
  ['withoutHeaders .* is false when absent', { withoutHeaders: { 'x-a': { regex: '.*' } } }, {}, false],
  [
    'withoutHeaders .* is false when present',
    { withoutHeaders: { 'x-a': { regex: '.*' } } },
    { headers: { 'x-a': 'a' } },
    false,
  ],
  ['query parameter', { queryParams: { v: { exact: '1' } } }, { path: '/?v=1' }, true],
  ['the first of several values', { queryParams: { v: { exact: '2' } } }, { path: '/?v=1&v=2' }, false],
  ['values are not decoded', { queryParams: { v: { exact: 'a b' } } }, { path: '/?v=a%20b' }, false],
  ['names are not decoded', { queryParams: { v: { exact: '1' } } }, { path: '/?%76=1' }, false],
  ['?v is an empty value', { queryParams: { v: { exact: '' } } }, { path: '/?v' }, true],
  ['?v= is an empty value', { queryParams: { v: { exact: '' } } }, { path: '/?v=' }, true],
  ['presence of a parameter', { queryParams: { v: {} } }, { path: '/?u=1&v=2' }, true],
  ['a parameter whose name only begins so', { queryParams: { v: {} } }, { path: '/?vw=2' }, false],
  [
    'everything in one entry must hold',
    { uri: { prefix: '/a' }, method: { exact: 'GET' }, headers: { b: { exact: 'c' } } },
    { path: '/a' },
    false,
  ],
  ['a port of another listener', { port: 81 }, {}, false],
  ['the port of this listener', { port: 80, uri: { prefix: '/' } }, {}, true],
  ['labels of the caller', { sourceLabels: { app: 'client' } }, {}, true],
  ['labels that the caller lacks', { sourceLabels: { app: 'client', version: 'v2' } }, {}, false],
  ['labels do not count where gateways are listed', { sourceLabels: { app: 'other' }, gateways: ['mesh'] }, {}, true],
  ['another gateway', { gateways: ['some'] }, {}, false],
  ['namespace of the caller', { sourceNamespace: 'other' }, {}, false],
];

test.each(cases)('%s', (_name, match, request, expected) => {
  expect(takes(match, request)).toBe(expected);
});

test('a null condition vanishes and the rule takes everything', () => {
  // What YAML's `x-a: null` becomes; the type knows no null.
  const match = { headers: { 'x-a': null } } as unknown as HttpMatch;
  expect(takes(match, {})).toBe(true);
});

test.each([
  ['a target with a fragment', '/a#b', '400'],
  ['OPTIONS *', '*', '404'],
  ['a NUL', '/a%00', '400'],
])('%s never gets to matching', (_name, path, expected) => {
  const mesh = testMesh({ services: [meshService({ name: 'web' })] });
  expect(mesh.ask({ path })).toBe(expected);
});

test('entries are tried in order; the first rule wins', () => {
  const mesh = testMesh({
    services: [meshService({ name: 'web' }), meshService({ name: 'a' }), meshService({ name: 'b' })],
    virtualServices: [
      virtualService(
        { name: 'web' },
        {
          hosts: ['web'],
          http: [
            { match: [{ uri: { exact: '/1' } }, { uri: { exact: '/2' } }], route: [{ destination: { host: 'a' } }] },
            { match: [{ uri: { prefix: '/2' } }, { uri: { prefix: '/' } }], route: [{ destination: { host: 'b' } }] },
            { route: [{ destination: { host: 'a' } }] },
          ],
        },
      ),
    ],
  });
  expect(['/1', '/2', '/22', '/3'].map((path) => mesh.ask({ path }, { to: 'web' }))).toEqual(['a', 'a', 'b', 'b']);
  const rules = mesh.trace({ path: '/2' }, { to: 'web' }).rules;
  expect(rules.map(({ result }) => result)).toEqual(['failed', 'matched', 'notTried', 'notTried', 'dropped']);
});

test('a pattern that is not RE2 drops its rule and is said', () => {
  const mesh = testMesh({
    services: [meshService({ name: 'web' })],
    virtualServices: [
      virtualService(
        { name: 'web' },
        {
          hosts: ['web'],
          http: [
            { match: [{ uri: { regex: '(?=x)' } }], redirect: { uri: '/x' } },
            { route: [{ destination: { host: 'web' } }] },
          ],
        },
      ),
    ],
  });
  expect(mesh.ask()).toBe('web');
  expect(mesh.compiled.problems).toMatchObject([
    { severity: 'error', place: { object: 'VirtualService default/web', field: 'spec.http[0].match[0].uri' } },
  ]);
});
