import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AddressesOptions, LocalAddresses } from './open-addresses.ts';
import { openAddresses } from './open-addresses.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-addresses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (options: Partial<AddressesOptions> = {}): Promise<LocalAddresses> =>
  openAddresses({
    path: join(folder, 'addresses.db'),
    podPorts: { from: 20_000, to: 29_999 },
    canBind: () => Promise.resolve(true),
    hasLoopbackNet: true,
    ...options,
  });

const reviews = { namespace: 'default', name: 'reviews' };
const page = { namespace: 'default', workload: 'productpage-v1' };

test('gives the same for ever, also after a restart, and ports can be added', async () => {
  const book = await open();
  const pod = await book.reserve({ kind: 'pod', uid: 'u1', ports: [9080] });
  const call = await book.reserve({ kind: 'call', caller: page, service: reviews, ports: [9080] });
  expect(pod).toEqual({ address: '127.64.0.1', ports: { 9080: 20_000 }, moved: [] });
  expect(call).toEqual({ address: '127.32.0.1', ports: { 9080: 9080 }, moved: [] });
  book.close();

  const again = await open();
  expect(again.granted({ kind: 'pod', uid: 'u1', ports: [] })).toEqual(pod);
  expect(await again.reserve({ kind: 'call', caller: page, service: reviews, ports: [9080] })).toEqual(call);
  const more = await again.reserve({ kind: 'call', caller: page, service: reviews, ports: [9080, 80] });
  expect(more).toEqual({ address: '127.32.0.1', ports: { 80: 80, 9080: 9080 }, moved: [] });
  const other = await again.reserve({ kind: 'pod', uid: 'u2', ports: [9080] });
  expect(other).toMatchObject({ address: '127.64.0.2', ports: { 9080: 20_001 } });
  again.close();
});

test('simultaneous claims get different places', async () => {
  const book = await open();
  const grants = await Promise.all(
    Array.from({ length: 50 }, (_, index) => book.reserve({ kind: 'pod', uid: `u${index}`, ports: [1, 2] })),
  );
  expect(new Set(grants.map(({ address }) => address)).size).toBe(50);
  expect(new Set(grants.flatMap(({ ports }) => Object.values(ports))).size).toBe(100);
  book.close();
});

test('a port that may not be bound is moved, and said so', async () => {
  const book = await open({ canBind: (_address, port) => Promise.resolve(port >= 1024) });
  expect(await book.reserve({ kind: 'gateway', port: 80 })).toEqual({
    address: '127.0.0.1',
    ports: { 80: 8080 },
    moved: [80],
  });
  expect(await book.reserve({ kind: 'nodePort', service: reviews, port: 9080, wanted: 31_000 })).toEqual({
    address: '127.0.0.1',
    ports: { 9080: 31_000 },
    moved: [],
  });
  const same = await book.reserve({ kind: 'nodePort', service: { ...reviews, name: 'b' }, port: 80, wanted: 31_000 });
  expect(same).toEqual({ address: '127.0.0.1', ports: { 80: 30_000 }, moved: [80] });
  const changed = { kind: 'nodePort', service: reviews, port: 9080, wanted: 31_500 } as const;
  expect(book.granted(changed)).toBeUndefined();
  expect((await book.reserve(changed)).ports).toEqual({ 9080: 31_500 });
  expect(book.granted(changed)?.ports).toEqual({ 9080: 31_500 });
  book.close();
});

test('where only 127.0.0.1 exists, everybody has an own port', async () => {
  const book = await open({ hasLoopbackNet: false });
  const service = await book.reserve({ kind: 'service', service: reviews, ports: [9080] });
  const call = await book.reserve({ kind: 'call', caller: page, service: reviews, ports: [9080] });
  expect([service.address, call.address]).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(service.ports[9080]).not.toBe(call.ports[9080]);
  book.close();
});

test('a Service takes all its addresses with it', async () => {
  const book = await open();
  await book.reserve({ kind: 'service', service: reviews, ports: [9080] });
  await book.reserve({ kind: 'call', caller: page, service: reviews, ports: [9080] });
  await book.reserve({ kind: 'nodePort', service: reviews, port: 9080 });
  await book.reserve({ kind: 'forwardProxy', caller: page });
  await book.releaseService(reviews);
  expect(book.granted({ kind: 'service', service: reviews, ports: [] })).toBeUndefined();
  expect(book.granted({ kind: 'call', caller: page, service: reviews, ports: [] })).toBeUndefined();
  expect(book.granted({ kind: 'nodePort', service: reviews, port: 9080 })).toBeUndefined();
  expect(book.granted({ kind: 'forwardProxy', caller: page })?.address).toBe('127.8.0.1');
  book.close();
});

test('a full range is a fault', async () => {
  const book = await open({ podPorts: { from: 20_000, to: 20_000 } });
  await book.reserve({ kind: 'pod', uid: 'a', ports: [1] });
  await expect(book.reserve({ kind: 'pod', uid: 'b', ports: [1] })).rejects.toThrow('no free address or port');
  book.close();
});

test('a port that somebody listens on is not given', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const at = server.address();
  const taken = typeof at === 'object' && at !== null ? at.port : 0;
  const book = await openAddresses({ path: ':memory:', podPorts: { from: taken, to: taken + 20 } });
  expect((await book.reserve({ kind: 'pod', uid: 'a', ports: [1] })).ports[1]).toBeGreaterThan(taken);
  book.close();
  await new Promise((resolve) => server.close(resolve));
});

test('books that begin elsewhere do not want the same addresses and ports', async () => {
  const claim = { kind: 'pod', uid: 'u', ports: [80] } as const;
  const grants = [];
  for (const beginAt of [0, 4_000_000_123]) {
    const book = await open({ beginAt, path: join(folder, `${beginAt}.db`) });
    grants.push(await book.reserve(claim));
    book.close();
  }
  const [first, second] = grants;
  expect(first?.address).not.toBe(second?.address);
  expect(first?.ports[80]).not.toBe(second?.ports[80]);
});
