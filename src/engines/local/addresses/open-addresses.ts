import Database from 'better-sqlite3';
import { Fault } from '../../../lib/fault.ts';
import type { AddressClaim, AddressGrant, Addresses, ServiceKey } from '../../../ports/addresses.ts';
import { FORWARD_PROXY_PORT } from '../../../ports/addresses.ts';
import type { ClaimKind, Holding, Layout, Ledger } from './allocate.ts';
import { begin, drop, emptyLedger, freeAddress, hold, ownerOf, portCandidates } from './allocate.ts';
import { canBind, hasLoopbackNet } from './bind-check.ts';

export interface AddressesOptions {
  /** SQLite file; created where missing. */
  readonly path: string;
  readonly podPorts: { readonly from: number; readonly to: number };
  /**
   * Any number that differs between engines of one machine: a new book begins its addresses and pod ports there, so that
   * two engines do not want the same ones. Default 0.
   */
  readonly beginAt?: number;
  /** Tells whether the system gives a port. Default: tries to bind it. */
  readonly canBind?: (address: string, port: number) => Promise<boolean>;
  /** Default: looks whether 127.64.0.1 can be bound. */
  readonly hasLoopbackNet?: boolean;
}

export interface LocalAddresses extends Addresses {
  close(): void;
}

/**
 * The addresses of this machine, kept in a file of their own: what was given must survive `kill -9` and a power cut, and
 * must be known before the store is read (listeners outlive the control plane).
 */
export async function openAddresses(options: AddressesOptions): Promise<LocalAddresses> {
  const layout: Layout = {
    hasLoopbackNet: options.hasLoopbackNet ?? (await hasLoopbackNet()),
    podPorts: options.podPorts,
  };
  return new AddressBook(options, layout);
}

class AddressBook implements LocalAddresses {
  readonly #db: Database.Database;
  readonly #ledger: Ledger = emptyLedger();
  readonly #layout: Layout;
  readonly #canBind: (address: string, port: number) => Promise<boolean>;
  /** NodePort last asked for by each owner: one that is taken is not tried for at every look. */
  readonly #tried = new Map<string, number>();
  /** One claim at a time: between looking and writing nobody else may take the same place. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AddressesOptions, layout: Layout) {
    this.#layout = layout;
    this.#canBind = options.canBind ?? canBind;
    this.#db = openDatabase(options.path);
    load(this.#db, this.#ledger);
    begin(this.#ledger, layout, options.beginAt ?? 0);
  }

  granted(claim: AddressClaim): AddressGrant | undefined {
    const holding = this.#ledger.byOwner.get(ownerOf(claim));
    return holding === undefined || !this.#isSettled(holding, claim) ? undefined : grantOf(holding, claim);
  }

  reserve(claim: AddressClaim): Promise<AddressGrant> {
    const present = this.#ledger.byOwner.get(ownerOf(claim));
    const isComplete = present !== undefined && nominalPorts(claim).every((port) => present.ports[port] !== undefined);
    if (isComplete && this.#isSettled(present, claim)) {
      return Promise.resolve(grantOf(present, claim));
    }
    return this.#alone(() => this.#give(claim));
  }

  release(claim: AddressClaim): Promise<void> {
    return this.#alone(() => this.#forget([ownerOf(claim)]));
  }

  releaseService({ namespace, name }: ServiceKey): Promise<void> {
    const key = `${namespace}/${name}`;
    return this.#alone(() => {
      const owners = [...this.#ledger.byOwner.keys()].filter((owner) => {
        const [kind, service] = owner.split(' ');
        return service === key && (kind === 'service' || kind === 'call' || kind === 'nodePort');
      });
      this.#forget(owners);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** False for a NodePort whose number was changed in its Service and has not been tried yet. */
  #isSettled(holding: Holding, claim: AddressClaim): boolean {
    if (claim.kind !== 'nodePort' || claim.wanted === undefined) return true;
    return holding.ports[claim.port] === claim.wanted || this.#tried.get(holding.owner) === claim.wanted;
  }

  async #give(claim: AddressClaim): Promise<AddressGrant> {
    const owner = ownerOf(claim);
    const present = this.#ledger.byOwner.get(owner);
    const address = present?.address ?? freeAddress(this.#ledger, claim.kind, this.#layout);
    if (address === undefined) throw full(owner);
    // A changed number is tried once; the old one is given back either way.
    const isKept = present !== undefined && this.#isSettled(present, claim);
    const ports: Record<number, number> = isKept ? { ...present.ports } : {};
    for (const nominal of nominalPorts(claim)) {
      if (ports[nominal] !== undefined) continue;
      const port = await this.#freePort(claim, { address, nominal, own: Object.values(ports) });
      if (port === undefined) throw full(owner);
      ports[nominal] = port;
    }
    const holding: Holding = { owner, kind: claim.kind, address, ports };
    hold(this.#ledger, holding);
    if (claim.kind === 'nodePort' && claim.wanted !== undefined) this.#tried.set(owner, claim.wanted);
    this.#db.transaction(() => {
      this.#db
        .prepare('INSERT OR REPLACE INTO holdings (owner, kind, address, ports) VALUES (?, ?, ?, ?)')
        .run(owner, claim.kind, address, JSON.stringify(ports));
      const cursor = this.#db.prepare('INSERT OR REPLACE INTO cursors (name, value) VALUES (?, ?)');
      for (const [name, value] of this.#ledger.cursors) cursor.run(name, value);
    })();
    return grantOf(holding, claim);
  }

  async #freePort(
    claim: AddressClaim,
    { address, nominal, own }: { address: string; nominal: number; own: readonly number[] },
  ): Promise<number | undefined> {
    const wanted = claim.kind === 'nodePort' ? claim.wanted : nominal;
    const question = { kind: claim.kind, address, layout: this.#layout, ...(wanted === undefined ? {} : { wanted }) };
    for (const port of portCandidates(this.#ledger, question)) {
      if (own.includes(port) || !(await this.#canBind(address, port))) continue;
      // A pod's program may bind 127.0.0.1 or everything instead of its own address.
      if (claim.kind === 'pod' && !(await this.#canBind('127.0.0.1', port))) continue;
      return port;
    }
    return undefined;
  }

  #forget(owners: readonly string[]): void {
    const statement = this.#db.prepare('DELETE FROM holdings WHERE owner = ?');
    this.#db.transaction(() => {
      for (const owner of owners) statement.run(owner);
    })();
    for (const owner of owners) drop(this.#ledger, owner);
  }

  #alone<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function openDatabase(path: string): Database.Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS holdings (
      owner TEXT PRIMARY KEY, kind TEXT NOT NULL, address TEXT NOT NULL, ports TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `);
  return db;
}

interface Row {
  readonly owner: string;
  readonly kind: ClaimKind;
  readonly address: string;
  readonly ports: string;
}

function load(db: Database.Database, ledger: Ledger): void {
  const rows = db.prepare<[], Row>('SELECT owner, kind, address, ports FROM holdings').all();
  for (const { ports, ...row } of rows) {
    const entries = Object.entries(JSON.parse(ports) as Record<string, number>);
    hold(ledger, { ...row, ports: Object.fromEntries(entries.map(([nominal, port]) => [Number(nominal), port])) });
  }
  for (const { name, value } of db
    .prepare<[], { name: string; value: number }>('SELECT name, value FROM cursors')
    .all()) {
    ledger.cursors.set(name, value);
  }
}

function nominalPorts(claim: AddressClaim): readonly number[] {
  switch (claim.kind) {
    case 'pod':
    case 'service':
    case 'call':
      return claim.ports;
    case 'forwardProxy':
      return [FORWARD_PROXY_PORT];
    case 'nodePort':
    case 'gateway':
      return [claim.port];
  }
}

function grantOf({ address, ports }: Holding, claim: AddressClaim): AddressGrant {
  const moved = Object.entries(ports).filter(([nominal, port]) => {
    if (claim.kind === 'pod') return false;
    const wanted = claim.kind === 'nodePort' ? claim.wanted : Number(nominal);
    return wanted !== undefined && wanted !== port;
  });
  return { address, ports, moved: moved.map(([nominal]) => Number(nominal)) };
}

function full(owner: string): Fault {
  return new Fault(
    'refused',
    { key: 'workload.rangeFull', params: { owner } },
    { remedy: { key: 'workload.rangeFullRemedy' } },
  );
}
