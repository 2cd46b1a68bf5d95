import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { fullGateway, fullHost, intersection, isSubset, serverHostFor, visibility } from './names.ts';

test.each([
  ['web', 'web.ns.svc.cluster.local'],
  ['web.prod', 'web.prod'],
  ['*', '*'],
  ['*.com', '*.com'],
  ['10.0.0.1', '10.0.0.1'],
])('host %s is %s', (host, expected) => {
  expect(fullHost(host, 'ns', 'cluster.local')).toBe(expected);
});

test.each([
  ['gw', 'ns/gw'],
  ['other/gw', 'other/gw'],
  ['./gw', 'ns/gw'],
  ['gw.other.svc.cluster.local', 'other/gw'],
  ['mesh', 'mesh'],
])('gateway %s is %s', (reference, expected) => {
  expect(fullGateway(reference, 'ns')).toBe(expected);
});

test.each([
  ['a.com', '*', true],
  ['a.b.com', '*.com', true],
  ['com', '*.com', false],
  ['xfoo.com', '*foo.com', true],
  ['*.a.com', '*.com', true],
  ['*.com', '*.a.com', false],
  ['*', '*.com', false],
  ['a.com', 'a.com', true],
  ['*.com', 'a.com', false],
])('%s inside %s: %s', (host, other, expected) => {
  expect(isSubset(host, other)).toBe(expected);
});

test('intersections keep the more specific names, each once', () => {
  expect(intersection(['*.com', 'a.org'], ['x.com', 'y.com', '*', 'x.com'])).toEqual([
    'x.com',
    'y.com',
    '*.com',
    'a.org',
  ]);
});

test.each([
  ['x.com', 'a', 'x.com'],
  ['./x.com', 'gw', 'x.com'],
  ['./x.com', 'a', undefined],
  ['*/x.com', 'a', 'x.com'],
  ['a/x.com', 'a', 'x.com'],
  ['a/x.com', 'b', undefined],
])('server host %s for namespace %s', (entry, namespace, expected) => {
  expect(serverHostFor(entry, 'gw', namespace)).toBe(expected);
});

test.each([
  [undefined, 'b', 'public'],
  [[], 'b', 'public'],
  [['*'], 'b', 'public'],
  [['.'], 'a', 'private'],
  [['.'], 'b', 'hidden'],
  [['b'], 'b', 'named'],
  [['a'], 'a', 'private'],
  [['~'], 'a', 'hidden'],
] as const)('exportTo %s of a, seen from %s: %s', (exportTo, viewer, expected) => {
  expect(visibility(exportTo, 'a', viewer)).toBe(expected);
});

test.each([
  ['1s', 1000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['1h2m3s', 3_723_000],
  ['0.000001s', 0.001],
  ['0', 0],
  ['', undefined],
  ['1', undefined],
  ['-1s', undefined],
  ['1s ', undefined],
])('duration %s', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
