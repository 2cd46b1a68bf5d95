import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redirectLocation } from './redirect.ts';
import { requestView } from './compile/fixture.ts';
import { splitAuthority } from './choose.ts';
import { normalizePath } from './normalize.ts';
import { prepareTable } from './prepare.ts';
import { cookieOf, queryOf } from './request.ts';
import { rewritePath } from './rewrite.ts';
import type { RequestMatch, RewriteAction } from './table.ts';

const normal = (target: string): string => {
  const result = normalizePath(target);
  return result.ok ? result.path : `${result.status} ${result.detail}`;
};

test.each([
  ['/', '/'],
  ['/a/./b/../c', '/a/c'],
  ['/a/..', '/'],
  ['/../../a', '/a'],
  ['/a/%2e%2E/b', '/b'],
  ['/.', '/'],
  ['/a/.', '/a/'],
  ['/..a/b.', '/..a/b.'],
  ['\\a\\b', '/a/b'],
  ['/a//b', '/a//b'],
  ['/a%2Fb%5Cc', '/a%2Fb%5Cc'],
  ['/%61%7E%2D', '/a~-'],
  ['/%zz%', '/%zz%'],
  ['/a"b<c>', '/a%22b%3Cc%3E'],
  ['/a?b=../c#', '400 path_normalization_failed'],
  ['/a?b=/../%61', '/a?b=/../%61'],
  ['/a#b', '400 path_normalization_failed'],
  ['/%00', '400 path_normalization_failed'],
  ['*', '404 absolute_path_rejected'],
])('%s is matched as %s', (target, expected) => {
  expect(normal(target)).toBe(expected);
});

test('normalising twice is normalising once', () => {
  const piece = fc.constantFrom('a', '.', '..', '%2e', '%61', '%2F', '\\', '', '%25', '~', '"');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const once = normal(`/${pieces.join('/')}`);
      expect(normal(once)).toBe(once);
      expect(once.split('/')).not.toContain('..');
    }),
    { seed: 20_261, numRuns: 1000 },
  );
});

describe('rewrites', () => {
  const rewritten = (match: RequestMatch | undefined, rewrite: RewriteAction, path: string): string => {
    const action = {
      kind: 'forward',
      destinations: [{ cluster: 'c', weight: 1 }],
      timeoutMs: 0,
      retry: null,
      rewrite,
    } as const;
    const route = { name: '', origin: '', action, ...(match === undefined ? {} : { match }) };
    const table = prepareTable({
      version: 1,
      listeners: [],
      clusters: {},
      routes: { r: { unknownHost: 'notFound', virtualHosts: [{ name: 'v', domains: ['*'], routes: [route] }] } },
    });
    const prepared = table.routes.get('r')?.virtualHosts[0]?.routes[0];
    return prepared === undefined ? '' : rewritePath(prepared, path);
  };
  const prefix = (value: string): RequestMatch => ({ path: { kind: 'prefix', value } });

  test.each([
    ['the prefix literally', prefix('/foo'), { path: '/' }, '/foo/bar?q=1', '//bar?q=1'],
    ['the prefix with its slash', prefix('/foo/'), { path: '/' }, '/foo/bar', '/bar'],
    ['an exact path as a whole', { path: { kind: 'exact', value: '/a' } }, { path: '/b' }, '/a?q', '/b?q'],
    ['a regex match as a whole', { path: { kind: 'regex', value: '/a.*' } }, { path: '/b' }, '/abc/d?q', '/b?q'],
    ['no condition counts as the prefix /', undefined, { path: '/v2/' }, '/a', '/v2/a'],
    [
      'by regex, everywhere, with groups',
      undefined,
      { regex: { match: '/(\\w)(\\w)', rewrite: '/\\2\\1$' } },
      '/ab/cd?/ef',
      '/ba$/dc$?/ef',
    ],
    ['nothing', undefined, { authority: 'x' }, '/a', '/a'],
  ] as const)('%s', (_name, match, rewrite, path, expected) => {
    expect(rewritten(match, rewrite, path)).toBe(expected);
  });
});

test.each([
  [{ code: 301, path: '/n' }, 'h:80', 'http', 'http://h:80/n?q'],
  [{ code: 301, scheme: 'http' }, 'h:443', 'https', 'http://h/p?q'],
  [{ code: 301, port: 81 }, '[::1]:80', 'http', 'http://[::1]:81/p?q'],
  [{ code: 301, port: 81 }, '[::1]', 'http', 'http://[::1]:81/p?q'],
] as const)('redirect %o of Host %s over %s', (action, host, scheme, expected) => {
  expect(redirectLocation(action, requestView({ host, scheme, path: '/p?q' }))).toBe(expected);
});

test.each([
  ['A.b:80', 'a.b', 80],
  ['a', 'a', undefined],
  ['[::1]:8080', '[::1]', 8080],
  ['[::1]', '[::1]', undefined],
  ['a:b', 'a:b', undefined],
])('authority %s', (authority, host, port) => {
  expect(splitAuthority(authority)).toEqual({ host, port });
});

test.each([
  ['/?a=1&b=2', 'b', '2'],
  ['/?ab=1&a=2', 'a', '2'],
  ['/?a=1&a=2', 'a', '1'],
  ['/?a', 'a', ''],
  ['/?a=', 'a', ''],
  ['/?a=b=c', 'a', 'b=c'],
  ['/?', 'a', undefined],
  ['/a=1', 'a', undefined],
])('query of %s: %s', (path, name, expected) => {
  expect(queryOf(path, name)).toBe(expected);
});

test.each([
  ['user=a', 'a'],
  ['x=1;user=a ; y=2', 'a'],
  ['xuser=b; user=a', 'a'],
  ['user', undefined],
  ['x=user=b', undefined],
])('cookie line %s', (cookie, expected) => {
  expect(cookieOf(requestView({ headers: { cookie } }), 'user')).toBe(expected);
});
