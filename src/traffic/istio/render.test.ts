import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { HttpRoute, VirtualService } from '../../core/model/virtual-service.ts';
import { newDr, newVs, splitOf } from './istio.fixture.ts';
import { ADDED_SUBSETS_ANNOTATION, ARMS_ANNOTATION } from './owned.ts';
import { readObjects } from './read-back.ts';
import { type PresentObjects, render } from './render.ts';
import { subsetName } from './subset-name.ts';
import { splitWeights } from './virtual-service.ts';

const stored = { uid: 'u', resourceVersion: '7', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
const host = fc.constantFrom('reviews', 'reviews.default.svc.cluster.local');
const textMatch = fc.oneof(
  fc.record({ exact: fc.string() }),
  fc.record({ prefix: fc.string() }),
  fc.record({ regex: fc.constant('a.*') }),
);

const foreignRule: fc.Arbitrary<HttpRoute> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c'),
    match: fc.array(fc.record({ uri: textMatch, headers: fc.dictionary(fc.string(), textMatch) }), { maxLength: 2 }),
    route: fc.array(
      fc.record({
        destination: fc.record({
          host: fc.constantFrom('reviews', 'ratings'),
          subset: fc.constantFrom('v1', 'v2', 'v9'),
        }),
        weight: fc.integer({ min: 0, max: 100 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    timeout: fc.constant('3s'),
    mirror: fc.record({ host: fc.constant('reviews'), subset: fc.constant('v9') }),
    unknownField: fc.jsonValue(),
  },
  { requiredKeys: ['route'] },
);

/** The rule that a release splits, with whatever else stands in it. */
const splitRule = fc
  .record({
    extra: fc.record({ timeout: fc.constantFrom('1s', '2s'), fault: fc.jsonValue() }, { requiredKeys: [] }),
    destinations: fc.array(
      fc.record({ host, subset: fc.option(fc.constantFrom('v1', 'v2', 'v7'), { nil: undefined }) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ extra, destinations }): unknown => ({
    ...extra,
    name: 'primary',
    route: destinations.map(({ host: name, subset }) => ({
      destination: { host: name, ...(subset === undefined ? {} : { subset }) },
      weight: 1,
    })),
  }));

const objects = fc
  .record({
    before: fc.array(foreignRule, { maxLength: 3 }),
    rule: splitRule,
    after: fc.array(foreignRule, { maxLength: 3 }),
    spec: fc.record({ tcp: fc.jsonValue(), exportTo: fc.jsonValue(), other: fc.jsonValue() }, { requiredKeys: [] }),
    annotations: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
    subsets: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('v1', 'v2', 'x', 'y'),
        labels: fc.record({ version: fc.constantFrom('v1', 'v2', 'v5') }),
        trafficPolicy: fc.jsonValue(),
      }),
      { selector: ({ name }) => name, maxLength: 4 },
    ),
    policy: fc.jsonValue(),
  })
  .map(({ before, rule, after, spec, annotations, subsets, policy }) => {
    const vs = newVs('reviews', {
      hosts: ['reviews'],
      http: [...before, rule as HttpRoute, ...after],
      ...(spec as object),
    });
    const dr = newDr('reviews', { host: 'reviews', subsets, trafficPolicy: policy } as DestinationRule['spec']);
    return {
      at: before.length,
      present: {
        virtualServices: [{ ...vs, metadata: { ...vs.metadata, ...stored, annotations } }],
        destinationRules: [{ ...dr, metadata: { ...dr.metadata, ...stored, annotations } }],
      } as PresentObjects,
    };
  });

const split = fc
  .record({ weight: fc.integer({ min: 0, max: 10_000 }), candidate: fc.constantFrom('v2', 'v3', undefined) })
  .map(({ weight, candidate }) =>
    splitOf(candidate, candidate === undefined ? 0 : weight / 100, {
      settings: { virtualService: { name: 'reviews', routes: ['primary'] } },
    }),
  );

function without(map: object | undefined, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

test('foreign rules, fields, subsets and annotations keep every byte', () => {
  fc.assert(
    fc.property(objects, split, ({ present, at }, wantedSplit) => {
      const [vs] = present.virtualServices;
      const [dr] = present.destinationRules;
      const frozen = JSON.stringify(present);
      const wanted = render(present, wantedSplit);
      const after = wanted.virtualService as VirtualService;
      const rule = wanted.rule as DestinationRule;
      expect(JSON.stringify(present)).toBe(frozen);
      const rest = (http: readonly HttpRoute[] = []) => JSON.stringify(http.filter((_, index) => index !== at));
      expect(rest(after.spec.http)).toBe(rest(vs?.spec.http));
      expect(JSON.stringify(without(after.spec.http?.[at], 'route'))).toBe(
        JSON.stringify(without(vs?.spec.http?.[at], 'route')),
      );
      expect(JSON.stringify(without(after.spec, 'http'))).toBe(JSON.stringify(without(vs?.spec, 'http')));
      expect(JSON.stringify(without(rule.spec, 'subsets'))).toBe(JSON.stringify(without(dr?.spec, 'subsets')));
      expect(JSON.stringify(rule.spec.subsets?.slice(0, dr?.spec.subsets?.length))).toBe(
        JSON.stringify(dr?.spec.subsets),
      );
      expect(without(after.metadata.annotations, ARMS_ANNOTATION)).toEqual(vs?.metadata.annotations);
      expect(without(rule.metadata.annotations, ADDED_SUBSETS_ANNOTATION)).toEqual(dr?.metadata.annotations);
    }),
    { seed: 20_261, numRuns: 500 },
  );
});

test('what was rendered needs no rendering, reads back as wanted, and every subset selects its arm', () => {
  fc.assert(
    fc.property(objects, split, ({ present }, wantedSplit) => {
      const once = render(present, wantedSplit);
      const rule = once.rule as DestinationRule;
      const next = {
        virtualServices: [once.virtualService as VirtualService],
        destinationRules: [rule],
      };
      const twice = render(next, wantedSplit);
      expect(twice.virtualService).toBe(next.virtualServices[0]);
      expect(twice.rule).toBe(rule);
      const reading = readObjects(next, wantedSplit);
      expect(reading.contradiction).toBeUndefined();
      expect(reading.candidateWeight).toBeCloseTo(wantedSplit.candidateWeight, 6);
      const { names } = once.arms;
      const labelsOf = (name: string | undefined) => rule.spec.subsets?.find((subset) => subset.name === name)?.labels;
      expect(labelsOf(names.stable)).toEqual(wantedSplit.stable.labels);
      if (wantedSplit.candidate !== undefined) expect(labelsOf(names.candidate)).toEqual(wantedSplit.candidate.labels);
    }),
    { seed: 20_262, numRuns: 500 },
  );
});

test('weights are whole numbers with the exact share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (hundredths) => {
      const { stable, candidate } = splitWeights(hundredths / 100);
      expect(Number.isInteger(stable) && Number.isInteger(candidate)).toBe(true);
      expect((100 * candidate) / (stable + candidate)).toBeCloseTo(hundredths / 100, 9);
    }),
    { seed: 20_263, numRuns: 500 },
  );
});

test.each([
  ['v1', 'v1'],
  ['v1.0.0', 'v1-0-0'],
  ['V1_Beta+5', 'v1-beta-5'],
  ['---', 'version'],
  ['a'.repeat(70), 'a'.repeat(63)],
])('the version %s is the subset %s', (version, name) => {
  expect(subsetName(version)).toBe(name);
});
