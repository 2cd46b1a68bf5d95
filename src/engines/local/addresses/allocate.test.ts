import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AddressClaim } from '../../../ports/addresses.ts';
import type { Layout, Ledger } from './allocate.ts';
import { drop, emptyLedger, freeAddress, hold, ownerOf, portCandidates } from './allocate.ts';

const claim: fc.Arbitrary<AddressClaim> = fc
  .record({
    kind: fc.constantFrom('pod', 'service', 'call', 'forwardProxy', 'nodePort', 'gateway'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    caller: fc.constantFrom('x', 'y'),
    ports: fc.uniqueArray(fc.constantFrom(80, 443, 8080, 9080, 20_001), { minLength: 1, maxLength: 3 }),
    wanted: fc.option(fc.constantFrom(30_000, 30_001, 20_001), { nil: undefined }),
  })
  .map(({ kind, name, caller, ports, wanted }): AddressClaim => {
    const service = { namespace: 'default', name };
    const port = ports[0] ?? 80;
    switch (kind) {
      case 'pod':
        return { kind, uid: name + caller, ports };
      case 'service':
        return { kind, service, ports };
      case 'call':
        return { kind, caller: { namespace: 'default', workload: caller }, service, ports };
      case 'forwardProxy':
        return { kind, caller: { namespace: 'default', workload: caller } };
      case 'nodePort':
        return { kind, service, port, ...(wanted === undefined ? {} : { wanted }) };
      case 'gateway':
        return { kind, port };
    }
  });

const step = fc.record({ claim, release: fc.boolean(), refuse: fc.integer({ min: 0, max: 3 }) });
const nominal = (asked: AddressClaim): readonly number[] =>
  'ports' in asked ? asked.ports : [asked.kind === 'forwardProxy' ? 15_080 : asked.port];

/** What the owner of the database does, with a system that refuses some ports. */
function give(
  ledger: Ledger,
  { asked, layout, refuse }: { asked: AddressClaim; layout: Layout; refuse: number },
): void {
  const owner = ownerOf(asked);
  const present = ledger.byOwner.get(owner);
  const address = present?.address ?? freeAddress(ledger, asked.kind, layout);
  if (address === undefined) throw new Error('full');
  const ports: Record<number, number> = { ...present?.ports };
  for (const port of nominal(asked)) {
    if (ports[port] !== undefined) continue;
    const wanted = asked.kind === 'nodePort' ? asked.wanted : port;
    let refused = 0;
    for (const candidate of portCandidates(ledger, {
      kind: asked.kind,
      address,
      layout,
      ...(wanted === undefined ? {} : { wanted }),
    })) {
      if (Object.values(ports).includes(candidate)) continue;
      if (refused < refuse) refused += 1;
      else {
        ports[port] = candidate;
        break;
      }
    }
    if (ports[port] === undefined) throw new Error('full');
  }
  hold(ledger, { owner, kind: asked.kind, address, ports });
}

const layouts: readonly Layout[] = [
  { hasLoopbackNet: true, podPorts: { from: 20_000, to: 20_100 } },
  { hasLoopbackNet: false, podPorts: { from: 20_000, to: 20_100 } },
];

test.each(layouts)('no two owners share an address and port, and pods share no port (%o)', (layout) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ledger = emptyLedger();
      for (const { claim: asked, release, refuse } of steps) {
        if (release) drop(ledger, ownerOf(asked));
        else give(ledger, { asked, layout, refuse });
        const all = [...ledger.byOwner.values()].flatMap((holding) =>
          Object.values(holding.ports).map((port) => ({ holding, port })),
        );
        const places = all.map(({ holding, port }) => `${holding.address}:${port}`);
        expect(new Set(places).size).toBe(places.length);
        for (const { port } of all.filter(({ holding }) => holding.kind === 'pod')) {
          expect(all.filter((other) => other.port === port)).toHaveLength(1);
        }
      }
    }),
    { seed: 20_261, numRuns: 300 },
  );
});

test('what is given stays, and what was given back rests', () => {
  const ledger = emptyLedger();
  const layout = { hasLoopbackNet: true, podPorts: { from: 20_000, to: 20_009 } };
  const pod = (uid: string): AddressClaim => ({ kind: 'pod', uid, ports: [9080] });
  give(ledger, { asked: pod('a'), layout, refuse: 0 });
  give(ledger, { asked: pod('b'), layout, refuse: 0 });
  const first = ledger.byOwner.get('pod a');
  give(ledger, { asked: pod('a'), layout, refuse: 0 });
  expect(ledger.byOwner.get('pod a')).toEqual(first);
  expect(first).toMatchObject({ address: '127.64.0.1', ports: { 9080: 20_000 } });
  drop(ledger, 'pod a');
  give(ledger, { asked: pod('c'), layout, refuse: 0 });
  expect(ledger.byOwner.get('pod c')).toMatchObject({ address: '127.64.0.3', ports: { 9080: 20_002 } });
});

test('a port that the system refuses is moved by 8000, and then into the spare range', () => {
  const layout = { hasLoopbackNet: true, podPorts: { from: 20_000, to: 20_009 } };
  const gateway: AddressClaim = { kind: 'gateway', port: 80 };
  const real = [0, 1, 2].map((refuse) => {
    const ledger = emptyLedger();
    give(ledger, { asked: gateway, layout, refuse });
    return ledger.byOwner.get('gateway 80')?.ports[80];
  });
  expect(real).toEqual([80, 8080, 10_000]);
});

test('a full block says so', () => {
  const ledger = emptyLedger();
  const layout = { hasLoopbackNet: true, podPorts: { from: 20_000, to: 20_001 } };
  give(ledger, { asked: { kind: 'pod', uid: 'a', ports: [1, 2] }, layout, refuse: 0 });
  expect(() => give(ledger, { asked: { kind: 'pod', uid: 'b', ports: [1] }, layout, refuse: 0 })).toThrow('full');
});
