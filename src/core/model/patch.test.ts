import { expect, test } from 'vitest';
import { mergePatch, strategicPatch } from './patch.ts';

/** RFC 7386, appendix A. */
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merge patch %j + %j', (live, patch, expected) => {
  expect(mergePatch(live, patch)).toEqual(expected);
});

const pod = {
  containers: [
    { name: 'app', image: 'a:1' },
    { name: 'log', image: 'l:1' },
  ],
  args: ['x'],
};

test.each([
  [
    'an item by its name',
    { containers: [{ name: 'log', image: 'l:2' }] },
    [
      { name: 'app', image: 'a:1' },
      { name: 'log', image: 'l:2' },
    ],
  ],
  ['a new item', { containers: [{ name: 'n' }] }, [...pod.containers, { name: 'n' }]],
  ['an item to remove', { containers: [{ name: 'app', $patch: 'delete' }] }, [{ name: 'log', image: 'l:1' }]],
  ['a list to replace', { containers: [{ $patch: 'replace' }, { name: 'n' }] }, [{ name: 'n' }]],
  ['an order that changes nothing', { '$setElementOrder/containers': [{ name: 'log' }] }, pod.containers],
])('strategic patch: %s', (_, patch, containers) => {
  expect(strategicPatch(pod, patch)).toEqual({ ...pod, containers });
});

test('strategic patch: maps, null, whole lists', () => {
  expect(strategicPatch({ a: { b: 1, c: 2 }, l: [1] }, { a: { b: null, d: 3 }, l: [2] })).toEqual({
    a: { c: 2, d: 3 },
    l: [2],
  });
  expect(strategicPatch({ a: { b: 1 } }, { a: { $patch: 'replace', c: 1 } })).toEqual({ a: { c: 1 } });
  expect(strategicPatch({ a: 1, b: 2 }, { a: { $patch: 'delete' } })).toEqual({ b: 2 });
});

test('an unknown directive is refused', () => {
  expect(() => strategicPatch(pod, { $retainKeys: ['a'] })).toThrow('$retainKeys');
  expect(() => strategicPatch(pod, { containers: [{ name: 'app', $patch: 'explode' }] })).toThrow('explode');
});
