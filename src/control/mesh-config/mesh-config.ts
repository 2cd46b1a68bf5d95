/** Keeps the mesh's table true: watches what it is made of, compiles, pushes. */
import { newCompiler } from '../../core/routing/compile/compile-table.ts';
import { type Compiled, DEFAULT_SETTINGS, type MeshSettings, type Problem } from '../../core/routing/compile/input.ts';
import type { RoutingTable } from '../../core/routing/table.ts';
import type { Log } from '../../lib/log.ts';
import type { AddressClaim, Addresses } from '../../ports/addresses.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cache } from '../cache.ts';
import { buildInput } from './build-input.ts';
import { type Caller, callersOf, claimsOf } from './claims.ts';
import type { EndpointMemory } from './endpoints.ts';
import { startPaced } from './paced.ts';
import { emptyPresent, type Present, takeIn } from './present.ts';

/** Where tables go; the mesh's host sends them to its workers. */
export interface MeshSink {
  push(table: RoutingTable): void;
}

export interface MeshConfigOptions {
  /** Must hold `MESH_KINDS`. Stays open at `close`. */
  readonly cache: Pick<Cache, 'ready' | 'subscribe'>;
  readonly addresses: Pick<Addresses, 'reserve' | 'granted'>;
  readonly sink: MeshSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings?: MeshSettings;
  /** Whether workloads get a forward proxy. Default true. */
  readonly forwardProxy?: boolean;
  /** Told of every table, with what in the objects it could not do as written. */
  onCompiled?(table: RoutingTable, problems: readonly Problem[]): void;
}

export interface MeshConfig {
  /** Resolves once the first table was pushed. */
  readonly ready: Promise<void>;
  /** The table that was pushed last, for `route test`. */
  table(): RoutingTable | undefined;
  problems(): readonly Problem[];
  /** Compiles anew although no object changed, e.g. after addresses were given to somebody. */
  readonly refresh: () => void;
  close(): Promise<void>;
}

/** Compiles follow each other at least this far apart; the first change after a quiet time waits for nothing. */
export const COMPILE_GAP_MS = 20;

/** After an address could not be had. */
const RETRY_MS = 1000;

export function startMeshConfig(options: MeshConfigOptions): MeshConfig {
  const { cache, clock, log } = options;
  const present = emptyPresent();
  const stop = new AbortController();
  const publisher = newPublisher(options, present);
  let subscription: { close(): void } | undefined;

  async function look(): Promise<void> {
    const callers = callersOf(present.pods.values());
    const claims = claimsOf(present, callers, { forwardProxy: options.forwardProxy ?? true });
    const missing = claims.filter((claim) => !isGranted(claim, options.addresses));
    // Nobody waits for the address of somebody else: what has one is served first.
    if (missing.length === 0 || publisher.latest() !== undefined) publisher.publish(callers);
    if (missing.length === 0) return;
    const complete = await reserveAll(missing, options);
    if (stop.signal.aborted) return;
    publisher.publish(callers);
    if (!complete) void clock.sleep(RETRY_MS, stop.signal).then(paced.ask);
  }

  const paced = startPaced({
    clock,
    gapMs: COMPILE_GAP_MS,
    signal: stop.signal,
    work: look,
    onError: (error) => log.error('the routing table could not be compiled', { error }),
  });

  const ready = cache.ready.then(async () => {
    if (stop.signal.aborted) return;
    let started = false;
    subscription = cache.subscribe((event) => {
      if (takeIn(present, event) && started) paced.ask();
    });
    started = true;
    await look();
  });
  ready.catch((error: unknown) => log.error('the mesh could not be configured', { error }));

  return {
    ready,
    table: () => publisher.latest()?.table,
    problems: () => publisher.latest()?.problems ?? [],
    refresh: paced.ask,
    close: async () => {
      stop.abort();
      subscription?.close();
      await ready.catch(() => undefined);
      await paced.ended;
    },
  };
}

interface Publisher {
  publish(callers: readonly Caller[]): void;
  latest(): Compiled | undefined;
}

function newPublisher(options: MeshConfigOptions, present: Present): Publisher {
  const compile = newCompiler();
  const { addresses, sink, settings = DEFAULT_SETTINGS } = options;
  const memory: EndpointMemory = new WeakMap();
  let latest: Compiled | undefined;
  return {
    latest: () => latest,
    publish(callers) {
      latest = compile(buildInput({ present, callers, addresses, settings, memory }));
      sink.push(latest.table);
      options.onCompiled?.(latest.table, latest.problems);
    },
  };
}

/** True where everything got its address. */
async function reserveAll(
  claims: readonly AddressClaim[],
  { addresses, log }: Pick<MeshConfigOptions, 'addresses' | 'log'>,
): Promise<boolean> {
  const outcomes = await Promise.allSettled(claims.map((claim) => addresses.reserve(claim)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) log.warn('an address could not be reserved', { error: failed.reason });
  return failed === undefined;
}

function isGranted(claim: AddressClaim, addresses: Pick<Addresses, 'granted'>): boolean {
  const grant = addresses.granted(claim);
  if (grant === undefined) return false;
  return !('ports' in claim) || claim.ports.every((port) => grant.ports[port] !== undefined);
}
