import { expect, test } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { matchesLabels, matchesSelector, parseSelector } from './labels.ts';

const labels = { app: 'reviews', version: 'v2' };

test.each([
  ['', true],
  ['app=reviews', true],
  ['app==reviews,version=v1', false],
  ['app!=ratings', true],
  ['missing!=x', true],
  ['version in (v1, v2)', true],
  ['version notin (v1,v2)', false],
  ['missing notin (a)', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['!app', false],
  ['app=reviews,version in (v1,v2),!canary', true],
  ['constructor', false],
])('%s', (text, isSelected) => {
  expect(matchesSelector(parseSelector(text), labels)).toBe(isSelected);
});

test.each(['app=', '=x', 'a b', 'in (a)', 'a in b', 'a=b=c', 'a in (b', ',', '-a=b'])(
  '%s is read or refused',
  (text) => {
    if (text === 'app=')
      expect(parseSelector(text)).toEqual({ matchExpressions: [{ key: 'app', operator: 'In', values: [''] }] });
    else expect(() => parseSelector(text)).toThrow(Fault);
  },
);

test('a map selects what has all its pairs', () => {
  expect(matchesLabels({ app: 'reviews' }, labels)).toBe(true);
  expect(matchesLabels({ app: 'reviews', version: 'v1' }, labels)).toBe(false);
  expect(matchesLabels({}, undefined)).toBe(true);
  expect(matchesLabels({ toString: 'x' }, {})).toBe(false);
});
