/**
 * Who may have which address and port: pure, so that its laws can be tested for any history. What is given stays given
 * until it is released; no two owners ever share an address and port; a port number of a pod belongs to that pod alone on
 * every address, since programs tend to bind 0.0.0.0.
 */
import type { AddressClaim } from '../../../ports/addresses.ts';

export type ClaimKind = AddressClaim['kind'];

export interface Holding {
  /** From `ownerOf`. */
  readonly owner: string;
  readonly kind: ClaimKind;
  readonly address: string;
  /** From nominal to real port. */
  readonly ports: Readonly<Record<number, number>>;
}

export interface Layout {
  /** Whether the system has all of 127.0.0.0/8 (Linux) or 127.0.0.1 only (macOS). */
  readonly hasLoopbackNet: boolean;
  readonly podPorts: { readonly from: number; readonly to: number };
}

/** Address blocks as first address and number of addresses; architecture page, "Addresses". */
const blocks: Readonly<Partial<Record<ClaimKind, { readonly first: number; readonly size: number }>>> = {
  forwardProxy: { first: ip(127, 8), size: 2 ** 19 },
  service: { first: ip(127, 16), size: 2 ** 20 },
  call: { first: ip(127, 32), size: 2 ** 21 },
  pod: { first: ip(127, 64), size: 2 ** 22 },
};

const NODE_PORTS = { from: 30_000, to: 32_767 } as const;
/** Where ports go that cannot be had as they are, nor with 8000 added. */
const SPARE_PORTS = { from: 10_000, to: 19_999 } as const;
/** A port that may not be bound is moved to its number plus this. */
const MOVED_BY = 8000;
const SHARED_ADDRESS = '127.0.0.1';

/** Identity of a claim: what it is for, without its ports. */
export function ownerOf(claim: AddressClaim): string {
  switch (claim.kind) {
    case 'pod':
      return `pod ${claim.uid}`;
    case 'service':
      return `service ${claim.service.namespace}/${claim.service.name}`;
    case 'call':
      return `call ${claim.service.namespace}/${claim.service.name} ${claim.caller.namespace}/${claim.caller.workload}`;
    case 'forwardProxy':
      return `forwardProxy ${claim.caller.namespace}/${claim.caller.workload}`;
    case 'nodePort':
      return `nodePort ${claim.service.namespace}/${claim.service.name} ${claim.port}`;
    case 'gateway':
      return `gateway ${claim.port}`;
  }
}

/** All holdings, findable by owner, address and port. Changed only by `hold` and `drop`. */
export interface Ledger {
  readonly byOwner: Map<string, Holding>;
  /** Addresses that belong to one owner alone. */
  readonly addresses: Map<string, string>;
  /** By port: owner by address. */
  readonly ports: Map<number, Map<string, Holding>>;
  /** Where the search for the next address or port of a kind begins, so that what was given back rests for long. */
  readonly cursors: Map<string, number>;
}

export function emptyLedger(): Ledger {
  return { byOwner: new Map(), addresses: new Map(), ports: new Map(), cursors: new Map() };
}

export function hold(ledger: Ledger, holding: Holding): void {
  drop(ledger, holding.owner);
  ledger.byOwner.set(holding.owner, holding);
  if (holding.address !== SHARED_ADDRESS) ledger.addresses.set(holding.address, holding.owner);
  for (const port of Object.values(holding.ports)) {
    const owners = ledger.ports.get(port) ?? new Map<string, Holding>();
    owners.set(holding.address, holding);
    ledger.ports.set(port, owners);
  }
}

export function drop(ledger: Ledger, owner: string): void {
  const holding = ledger.byOwner.get(owner);
  if (holding === undefined) return;
  ledger.byOwner.delete(owner);
  if (ledger.addresses.get(holding.address) === owner) ledger.addresses.delete(holding.address);
  for (const port of Object.values(holding.ports)) {
    const owners = ledger.ports.get(port);
    owners?.delete(holding.address);
    if (owners?.size === 0) ledger.ports.delete(port);
  }
}

/** Sets where a book without history begins to give: `at`, folded into each range. */
export function begin(ledger: Ledger, { podPorts }: Layout, at: number): void {
  const places: Record<string, number> = { [`port ${podPorts.from}`]: at % (podPorts.to - podPorts.from + 1) };
  for (const [kind, { size }] of Object.entries(blocks)) places[`address ${kind}`] = at % size;
  for (const [cursor, place] of Object.entries(places)) {
    if (!ledger.cursors.has(cursor)) ledger.cursors.set(cursor, place);
  }
}

/** An address that nobody has; undefined where the block is full. */
export function freeAddress(ledger: Ledger, kind: ClaimKind, layout: Layout): string | undefined {
  const block = blocks[kind];
  if (block === undefined || !layout.hasLoopbackNet) return SHARED_ADDRESS;
  const start = ledger.cursors.get(`address ${kind}`) ?? 0;
  for (let step = 0; step < block.size; step += 1) {
    const offset = (start + step) % block.size;
    const last = offset & 0xff;
    const address = dotted(block.first + offset);
    // Some programs take .0 and .255 for a network and a broadcast address.
    if (last === 0 || last === 255 || ledger.addresses.has(address)) continue;
    ledger.cursors.set(`address ${kind}`, offset + 1);
    return address;
  }
  return undefined;
}

export interface PortQuestion {
  readonly kind: ClaimKind;
  readonly address: string;
  /** Port that the owner would like to have: its nominal port, or the NodePort asked for. */
  readonly wanted?: number;
  readonly layout: Layout;
}

/** Ports that the ledger allows, best first. Whoever takes one still has to see whether the system gives it. */
export function* portCandidates(ledger: Ledger, question: PortQuestion): Generator<number> {
  for (const port of preferred(question)) if (!isTaken(ledger, question, port)) yield port;
  const range = rangeOf(question);
  const size = range.to - range.from + 1;
  const cursor = `port ${range.from}`;
  const start = ledger.cursors.get(cursor) ?? 0;
  for (let step = 0; step < size; step += 1) {
    const offset = (start + step) % size;
    const port = range.from + offset;
    if (isTaken(ledger, question, port)) continue;
    ledger.cursors.set(cursor, offset + 1);
    yield port;
  }
}

function preferred({ kind, wanted, layout }: PortQuestion): readonly number[] {
  if (wanted === undefined || kind === 'pod') return [];
  if (kind === 'nodePort') return [wanted];
  if (kind !== 'gateway' && !layout.hasLoopbackNet) return [];
  return [wanted, wanted + MOVED_BY].filter((port) => port <= 65_535);
}

function rangeOf({ kind, layout }: PortQuestion): { readonly from: number; readonly to: number } {
  if (kind === 'pod') return layout.podPorts;
  return kind === 'nodePort' ? NODE_PORTS : SPARE_PORTS;
}

function isTaken(ledger: Ledger, { kind, address }: PortQuestion, port: number): boolean {
  const owners = ledger.ports.get(port);
  if (owners === undefined) return false;
  if (kind === 'pod' || owners.has(address)) return true;
  return [...owners.values()].some((holding) => holding.kind === 'pod');
}

function ip(first: number, second: number): number {
  return (first * 256 + second) * 65_536;
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}
