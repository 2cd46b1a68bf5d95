import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestView } from './compile/fixture.ts';
import { type Condition, conditionsOf, matchRoute } from './match.ts';
import { literalPrefix } from './regex.ts';
import { indexRoutes } from './route-index.ts';
import type { RequestMatch, TextMatch } from './table.ts';

const regexes = new Map();
const piece = fc.constantFrom('a', 'b', 'ab', 'ba', 'A', '');
const path = fc.array(piece, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const pathMatch: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.record({ kind: fc.constant('exact' as const), value: path, ignoreCase: fc.boolean() }),
  fc.record({ kind: fc.constant('prefix' as const), value: path, ignoreCase: fc.boolean() }),
  fc.record({
    kind: fc.constant('regex' as const),
    value: fc.constantFrom(
      '/a.*',
      '/ab?',
      '/a/b+',
      '/(a|b)',
      '/a|/b',
      '^/ab',
      '(?i)/a',
      '/a{2}',
      '/[ab]',
      '/\\w/b',
      '/a/b',
    ),
  }),
);
const textMatch: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.record({ kind: fc.constant('exact' as const), value: piece }),
  fc.constant({ kind: 'present' } as const),
  fc.record({ kind: fc.constant('regex' as const), value: fc.constantFrom('a.*', 'b') }),
);
const match: fc.Arbitrary<RequestMatch> = fc.record(
  {
    path: pathMatch,
    pathSegments: path,
    method: fc.record({ kind: fc.constant('exact' as const), value: fc.constantFrom('GET', 'PUT') }),
    headers: fc.array(fc.record({ name: fc.constantFrom('x', 'y'), match: textMatch, invert: fc.boolean() }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);
const headerValue = fc.oneof(piece, fc.array(piece, { minLength: 1, maxLength: 3 }));
const request = fc.record({
  method: fc.constantFrom('GET', 'PUT'),
  path: fc.tuple(path, fc.constantFrom('', '?a', '?/b')).map((parts) => parts.join('')),
  headers: fc.record({ x: headerValue, y: headerValue }, { requiredKeys: [] }),
});

test('finds the same route as trying one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(match, { maxLength: 30 }),
      fc.array(request, { minLength: 1, maxLength: 8 }),
      (matches, requests) => {
        const routes = matches.map((each, position): { position: number; conditions: readonly Condition[] } => ({
          position,
          conditions: conditionsOf(each, regexes),
        }));
        const find = indexRoutes(routes);
        for (const parts of requests) {
          const view = requestView(parts);
          expect(find(view)?.position).toBe(routes.find((route) => matchRoute(route, view))?.position);
        }
      },
    ),
    { seed: 20_261, numRuns: 2000 },
  );
});

test.each([
  ['/api/v1/.*', '/api/v1/'],
  ['/ab*', '/a'],
  ['/ab+', '/a'],
  ['/ab{0,1}', '/a'],
  ['^/a.b', '/a'],
  ['/a|/b', ''],
  ['(?i)/a', ''],
  ['/a\\.b', '/a'],
  ['/plain', '/plain'],
  ['.*', ''],
])('every match of %s begins with "%s"', (pattern, prefix) => {
  expect(literalPrefix(pattern)).toBe(prefix);
});

test('a thousand routes look at a handful of conditions', () => {
  let looked = 0;
  const routes = Array.from({ length: 1000 }, (_, position) => ({
    position,
    conditions: conditionsOf(
      { path: { kind: position % 2 === 0 ? 'prefix' : 'exact', value: `/route-${position}/` } },
      regexes,
    ).map((condition): Condition => ({
      ...condition,
      holds: (view, end) => {
        looked++;
        return condition.holds(view, end);
      },
    })),
  }));
  const find = indexRoutes(routes);
  expect(find(requestView({ path: '/route-998/x' }))?.position).toBe(998);
  expect(find(requestView({ path: '/route-777/' }))?.position).toBe(777);
  expect(find(requestView({ path: '/nothing' }))).toBeUndefined();
  expect(looked).toBeLessThan(10);
});
