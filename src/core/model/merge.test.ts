import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject, sameJson } from './json.ts';
import { mergeApplied } from './merge.ts';

const run = { seed: 20_260_101, numRuns: 400 } as const;

test('a field that left the file goes, one that others set stays', () => {
  const merged = mergeApplied({
    last: { spec: { replicas: 3, paused: true }, metadata: { labels: { a: '1', gone: '1' } } },
    live: { spec: { replicas: 9, paused: true, extra: 1 }, metadata: { labels: { a: '1', gone: '1', foreign: '1' } } },
    next: { spec: { replicas: 5 }, metadata: { labels: { a: '2' } } },
  });
  expect(merged).toEqual({ spec: { replicas: 5, extra: 1 }, metadata: { labels: { a: '2', foreign: '1' } } });
});

test('a map that held only own fields goes with them', () => {
  const merged = mergeApplied({
    last: { metadata: { annotations: { a: '1' } } },
    live: { metadata: { annotations: { a: '1' } }, spec: 1 },
    next: {},
  });
  expect(merged).toEqual({ spec: 1 });
});

test('containers merge by name, their ports by port, their env by name', () => {
  const merged = mergeApplied({
    last: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
          ],
        },
      ],
    },
    live: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
            { name: 'F', value: 'x' },
          ],
        },
        { name: 'sidecar' },
      ],
    },
    next: { containers: [{ name: 'app', env: [{ name: 'A', value: '2' }] }] },
  });
  expect(merged).toEqual({
    containers: [
      {
        name: 'app',
        env: [
          { name: 'A', value: '2' },
          { name: 'F', value: 'x' },
        ],
      },
      { name: 'sidecar' },
    ],
  });
});

test('the same port on two protocols is two ports', () => {
  const ports = [
    { port: 53, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ];
  expect(mergeApplied({ last: { ports }, live: { ports }, next: { ports: ports.slice(0, 1) } })).toEqual({
    ports: ports.slice(0, 1),
  });
});

test('foreign subsets stay where they stood, own ones follow the file', () => {
  const named = (...names: string[]): { subsets: { name: string }[] } => ({ subsets: names.map((name) => ({ name })) });
  const merged = mergeApplied({
    last: named('v1', 'v2'),
    live: named('v1', 'candidate', 'v2'),
    next: named('v2', 'v1', 'v3'),
  });
  expect(merged).toEqual(named('v2', 'v1', 'candidate', 'v3'));
});

test('a list without names is one value', () => {
  const merged = mergeApplied({ last: { args: ['a'] }, live: { args: ['a', 'b'] }, next: { args: ['c'] } });
  expect(merged).toEqual({ args: ['c'] });
});

test('what another manager also set stays', () => {
  const merged = mergeApplied({
    last: { subsets: [{ name: 'v1' }], a: 1 },
    live: { subsets: [{ name: 'v1' }], a: 1 },
    next: {},
    others: [{ subsets: [{ name: 'v1' }], a: 1 }],
  });
  expect(merged).toEqual({ subsets: [{ name: 'v1' }], a: 1 });
});

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const leaf = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('x', 'y'),
  fc.array(fc.integer({ max: 2 }), { maxLength: 2 }),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, leaf, fc.dictionary(name, tie('node'), { maxKeys: 3 }), tie('env')),
  env: fc.uniqueArray(fc.record({ name: fc.constantFrom('p', 'q', 'r'), value: leaf }), {
    selector: (item) => item.name,
  }),
}));
const whole = fc.record(
  { a: tree.node, b: tree.node, env: tree.env, map: fc.dictionary(name, tree.node, { maxKeys: 3 }) },
  { requiredKeys: [] },
);

test('applying twice is applying once', () => {
  fc.assert(
    fc.property(whole, whole, whole, (last, live, next) => {
      const once = mergeApplied({ last, live, next });
      expect(mergeApplied({ last: next, live: once, next })).toEqual(once);
    }),
    run,
  );
});

test('what a manager sets is there afterwards', () => {
  fc.assert(
    fc.property(whole, whole, whole, (last, live, next) => {
      expect(contains(mergeApplied({ last, live, next }), next)).toBe(true);
    }),
    run,
  );
});

test('what no manager mentions survives', () => {
  const foreign = fc.dictionary(fc.constantFrom('x1', 'x2'), leaf);
  fc.assert(
    fc.property(fc.record({ last: whole, live: whole, next: whole, foreign }), (scene) => {
      const merged = mergeApplied({ ...scene, live: { ...scene.live, ...scene.foreign } });
      const isThere = (key: string): boolean => isObject(merged) && sameJson(merged[key], scene.foreign[key]);
      expect(Object.keys(scene.foreign).every(isThere)).toBe(true);
    }),
    run,
  );
});

test('what was applied by one manager alone and is applied no more is gone', () => {
  fc.assert(
    fc.property(whole, whole, (last, next) => {
      expect(mergeApplied({ last, live: last, next })).toEqual(next);
    }),
    run,
  );
});

/** Every leaf of `part` stands in `all`; lists count as leaves unless they are named. */
function contains(all: unknown, part: unknown): boolean {
  if (isObject(part)) return isObject(all) && Object.keys(part).every((key) => contains(all[key], part[key]));
  if (Array.isArray(part) && Array.isArray(all) && part.every(isObject)) {
    return part.every((item) =>
      all.some((other) => isObject(other) && other['name'] === item['name'] && contains(other, item)),
    );
  }
  return sameJson(all, part);
}
