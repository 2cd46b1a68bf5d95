import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DestinationRule } from '../../model/destination-rule.ts';
import type { VirtualService } from '../../model/virtual-service.ts';
import { compileTable, newCompiler } from './compile-table.ts';
import { destinationRule, gateway, meshInput, meshService, virtualService } from './fixture.ts';
import { diffTables, patchTable } from '../table-patch.ts';
import type { MeshInput, MeshService } from './input.ts';

const names = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...names);

function vs(of: string, weight: number, more: object = {}): VirtualService {
  return virtualService(
    { name: of },
    {
      hosts: [of],
      gateways: ['mesh', 'g'],
      http: [
        {
          match: [{ uri: { regex: weight % 2 === 0 ? '/x.*' : '(?=x)' } }],
          route: [{ destination: { host: of, subset: 'v1' } }],
        },
        {
          route: [
            { destination: { host: of, subset: 'v1' }, weight: 100 - weight },
            { destination: { host: of, subset: 'v2' }, weight },
          ],
        },
      ],
      ...more,
    },
  );
}

function dr(
  of: string,
  subsets: readonly string[],
  policy?: DestinationRule['spec']['trafficPolicy'],
): DestinationRule {
  return destinationRule(
    { name: of },
    {
      host: of,
      subsets: subsets.map((version) => ({ name: version, labels: { version } })),
      ...(policy === undefined ? {} : { trafficPolicy: policy }),
    },
  );
}

/** A change replaces one object and leaves the others as they are. */
type World = {
  readonly services: ReadonlyMap<string, MeshService>;
  readonly rules: ReadonlyMap<string, DestinationRule>;
  readonly virtual: ReadonlyMap<string, VirtualService>;
};

const step: fc.Arbitrary<(world: World) => World> = fc.oneof(
  fc.tuple(name, fc.nat(100)).map(([of, weight]) => (world: World) => ({
    ...world,
    virtual: new Map([...world.virtual, [of, vs(of, weight)]]),
  })),
  fc.tuple(name, fc.constantFrom('b', 'missing')).map(([of, to]) => (world: World) => ({
    ...world,
    virtual: new Map([
      ...world.virtual,
      [of, vs(of, 0, { http: [{ delegate: { name: to } }, { redirect: { uri: '/' } }] })],
    ]),
  })),
  name.map((of) => (world: World) => ({
    ...world,
    virtual: new Map([...world.virtual, [of, vs(of, 1, { hosts: [], gateways: [] })]]),
  })),
  name.map((of) => (world: World) => ({
    ...world,
    virtual: new Map([...world.virtual].filter(([key]) => key !== of)),
  })),
  fc.tuple(name, fc.subarray(['v1', 'v2']), fc.boolean()).map(([of, subsets, tls]) => (world: World) => ({
    ...world,
    rules: new Map([...world.rules, [of, dr(of, subsets, tls ? { tls: { mode: 'SIMPLE' } } : undefined)]]),
  })),
  fc.tuple(name, fc.array(fc.constantFrom('v1', 'v2'), { maxLength: 3 })).map(([of, versions]) => (world: World) => {
    const before = world.services.get(of);
    const { endpoints } = meshService({ name: of, versions });
    // Pods change, the Service does not.
    const next = before === undefined ? meshService({ name: of, versions }) : { service: before.service, endpoints };
    return { ...world, services: new Map([...world.services, [of, next]]) };
  }),
  fc.tuple(name, fc.constantFrom(80, 81)).map(([of, port]) => (world: World) => ({
    ...world,
    services: new Map([...world.services, [of, meshService({ name: of, ports: [{ port }] })]]),
  })),
);

function inputOf(world: World, version: number): MeshInput {
  return {
    ...meshInput({
      services: [...world.services.values()],
      destinationRules: [...world.rules.values()],
      virtualServices: [...world.virtual.values()],
      gateways: [GATEWAY],
      gatewayPorts: [80],
    }),
    version,
  };
}

const GATEWAY = gateway(
  { name: 'g' },
  { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
);
const start: World = {
  services: new Map(names.map((of) => [of, meshService({ name: of, versions: ['v1', 'v2'] })])),
  rules: new Map(names.map((of) => [of, dr(of, ['v1', 'v2'])])),
  virtual: new Map(names.map((of) => [of, vs(of, 10)])),
};

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('remembering changes nothing: after any changes the table is the one that is made from nothing, and patches lead to it', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const compile = newCompiler();
      let received = overTheWire(compile(inputOf(start, 1)).table);
      let sent = received;
      let world = start;
      steps.forEach((change, index) => {
        world = change(world);
        const input = inputOf(world, index + 2);
        const compiled = compile(input);
        expect(compiled).toEqual(compileTable(input));
        received = patchTable(received, overTheWire(diffTables(sent, compiled.table)));
        sent = compiled.table;
        expect(received).toEqual(overTheWire(sent));
      });
    }),
    { seed: 20_261, numRuns: 300 },
  );
});

test('a changed weight is a small patch; what did not change stays the same object', () => {
  const compile = newCompiler();
  const before = compile(inputOf(start, 1)).table;
  const changed = { ...start, virtual: new Map([...start.virtual, ['a', vs('a', 20)]]) };
  const after = compile(inputOf(changed, 2)).table;
  const patch = diffTables(before, after);
  expect(patch.clusters).toEqual({});
  expect(patch.listeners).toEqual({ same: true });
  expect(JSON.stringify(patch).length).toBeLessThan(JSON.stringify(after).length / 2);
  const patched = patchTable(before, patch);
  expect(patched).toEqual(after);
  expect(patched.listeners).toBe(before.listeners);
  expect(() => patchTable(after, patch)).toThrow('does not fit');
});

test('what did not change is the same object', () => {
  const compile = newCompiler();
  const before = compile(inputOf(start, 1)).table;
  const changed = { ...start, virtual: new Map([...start.virtual, ['a', vs('a', 20)]]) };
  const after = compile(inputOf(changed, 2)).table;
  for (const key of Object.keys(before.clusters)) expect(after.clusters[key]).toBe(before.clusters[key]);
  const routesOf = (table: typeof before, host: string) =>
    Object.values(table.routes)
      .flatMap(({ virtualHosts }) => virtualHosts)
      .filter(({ name: of }) => of.startsWith(`${host}.`))
      .map(({ routes }) => routes);
  expect(routesOf(after, 'b')[0]).toBe(routesOf(before, 'b')[0]);
  expect(routesOf(after, 'a')[0]).not.toEqual(routesOf(before, 'a')[0]);
});
