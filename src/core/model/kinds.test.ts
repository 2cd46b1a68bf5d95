import { expect, test } from 'vitest';
import { kindForWord, kinds, printedName, refOf } from './kinds.ts';
import { schemaOf } from './schema/objects.ts';

test('no word names two kinds, and each kind has a schema', () => {
  const words = kinds.flatMap((names) => [names.kind.toLowerCase(), names.plural, ...names.shortNames]);
  expect(new Set(words).size).toBe(words.length);
  for (const names of kinds) expect(schemaOf(names.kind), names.kind).toBeDefined();
});

test.each([
  ['po', 'Pod'],
  ['pods', 'Pod'],
  ['Deployment', 'Deployment'],
  ['deploy', 'Deployment'],
  ['deployment.apps', 'Deployment'],
  ['deployments.v1.apps', 'Deployment'],
  ['vs', 'VirtualService'],
  ['virtualservices.networking.istio.io', 'VirtualService'],
  ['nonsense', undefined],
  ['pods.apps', undefined],
])('%s', (word, kind) => {
  expect(kindForWord(word)?.kind).toBe(kind);
});

test('names as kubectl prints them', () => {
  expect(printedName({ kind: 'Deployment', metadata: { name: 'x' } })).toBe('deployment.apps/x');
  expect(printedName({ kind: 'Service', metadata: { name: 'x' } })).toBe('service/x');
  expect(printedName({ kind: 'VirtualService', metadata: { name: 'x' } })).toBe('virtualservice.networking.istio.io/x');
});

test('namespaced objects without a namespace stand in default', () => {
  expect(refOf({ kind: 'Pod', metadata: { name: 'x' } }).namespace).toBe('default');
  expect(refOf({ kind: 'Namespace', metadata: { name: 'x', namespace: 'odd' } }).namespace).toBe('');
});
