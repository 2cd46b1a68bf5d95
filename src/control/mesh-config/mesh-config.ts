/** Keeps the mesh's table true: watches what it is made of, compiles, pushes. */
import { newCompiler } from '../../core/routing/compile/compile-table.ts';
import { DEFAULT_SETTINGS, type MeshSettings, type Problem } from '../../core/routing/compile/input.ts';
import type { RoutingTable } from '../../core/routing/table.ts';
import type { Log } from '../../lib/log.ts';
import type { AddressClaim, Addresses } from '../../ports/addresses.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cache } from '../cache.ts';
import { buildInput } from './build-input.ts';
import { type Caller, callersOf, claimsOf } from './claims.ts';
import { emptyPresent, takeIn } from './present.ts';

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
  refresh(): void;
  close(): Promise<void>;
}

/** Compiles follow each other at least this far apart; the first change after a quiet time waits for nothing. */
export const COMPILE_GAP_MS = 20;

/** After an address could not be had. */
const RETRY_MS = 1000;

export function startMeshConfig(options: MeshConfigOptions): MeshConfig {
  const { cache, addresses, clock, log, sink } = options;
  const settings = options.settings ?? DEFAULT_SETTINGS;
  const forwardProxy = options.forwardProxy ?? true;
  const compile = newCompiler();
  const present = emptyPresent();
  const stop = new AbortController();
  let latest: { readonly table: RoutingTable; readonly problems: readonly Problem[] } | undefined;
  let wanted = false;
  let subscription: { close(): void } | undefined;

  function publish(callers: readonly Caller[]): void {
    const compiled = compile(buildInput({ present, callers, addresses, settings }));
    latest = compiled;
    sink.push(compiled.table);
    options.onCompiled?.(compiled.table, compiled.problems);
  }

  /** True where everything has its address. */
  async function reserveMissing(claims: readonly AddressClaim[]): Promise<boolean> {
    const missing = claims.filter((claim) => !isGranted(claim, addresses));
    const outcomes = await Promise.allSettled(missing.map((claim) => addresses.reserve(claim)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) log.warn('an address could not be reserved', { error: failed.reason });
    return failed === undefined;
  }

  async function look(): Promise<void> {
    const callers = callersOf(present.pods.values());
    const claims = claimsOf(present, callers, { forwardProxy });
    // Nobody waits for the address of somebody else: what has one is served first.
    const complete = claims.every((claim) => isGranted(claim, addresses));
    if (complete || latest !== undefined) publish(callers);
    if (complete) return;
    const all = await reserveMissing(claims);
    if (stop.signal.aborted) return;
    publish(callers);
    if (!all) void clock.sleep(RETRY_MS, stop.signal).then(refresh);
  }

  async function work(): Promise<void> {
    while (!stop.signal.aborted) {
      if (!wanted) {
        await new Promise<void>((resolve) => (wake = resolve));
        // Events of one write arrive together; they belong into one table.
        await Promise.resolve();
      }
      if (stop.signal.aborted) return;
      wanted = false;
      try {
        await look();
      } catch (error) {
        log.error('the routing table could not be compiled', { error });
      }
      await clock.sleep(COMPILE_GAP_MS, stop.signal);
    }
  }

  let wake: () => void = () => undefined;
  function refresh(): void {
    wanted = true;
    wake();
  }

  const ready = cache.ready.then(async () => {
    if (stop.signal.aborted) return;
    subscription = cache.subscribe((event) => {
      if (takeIn(present, event)) refresh();
    });
    wanted = false;
    await look();
    running = work();
  });
  let running: Promise<void> | undefined;
  ready.catch((error: unknown) => log.error('the mesh could not be configured', { error }));

  return {
    ready,
    table: () => latest?.table,
    problems: () => latest?.problems ?? [],
    refresh,
    close: async () => {
      stop.abort();
      subscription?.close();
      wake();
      await ready.catch(() => undefined);
      await running;
    },
  };
}

function isGranted(claim: AddressClaim, addresses: Pick<Addresses, 'granted'>): boolean {
  const grant = addresses.granted(claim);
  if (grant === undefined) return false;
  return !('ports' in claim) || claim.ports.every((port) => grant.ports[port] !== undefined);
}
