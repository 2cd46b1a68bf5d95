/**
 * Keyed work queue, level-based like the one of Kubernetes' controllers (client-go `workqueue`), with a safety lane.
 *
 * - A key is never worked on by two workers at once; adding it meanwhile marks it dirty and it is worked on once more.
 * - A failing key waits exponentially longer, with jitter; other keys do not notice.
 * - Keys of the safety lane are taken first and have workers of their own, so slow ordinary keys never delay them.
 */
import type { Clock } from '../ports/clock.ts';

export type Lane = 'safety' | 'ordinary';

export interface Turn {
  readonly lane: Lane;
  /** Fires when the same key is added to the safety lane while ordinary work on it runs, and when the queue closes. */
  readonly signal: AbortSignal;
}

/** `afterMs`: look at the key again then, even if nothing changed. */
export type WorkResult = { readonly afterMs: number; readonly lane?: Lane } | undefined | void;

export interface QueueOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  work(key: string, turn: Turn): Promise<WorkResult>;
  /** What an error thrown by `work` means: try again with back-off, or wait for the next `add`. */
  onError(key: string, error: unknown): 'retry' | 'drop';
  /** Default 2. */
  readonly workers?: number;
  /** Workers that take only safety keys. Default 1, at least 1. */
  readonly safetyWorkers?: number;
  /** Wait after the first failure, doubled with each further one. Default 50 ms. */
  readonly backoffFirstMs?: number;
  /** Default 30 s. */
  readonly backoffLimitMs?: number;
}

export interface AddOptions {
  readonly lane?: Lane;
}

export interface WorkQueue {
  add(key: string, options?: AddOptions): void;
  /** Of several pending delays of one key in one lane only the earliest counts. */
  addAfter(key: string, ms: number, options?: AddOptions): void;
  /** Failures in a row. */
  failures(key: string): number;
  /** Resolves when nothing runs and nothing is due now (delayed keys may remain). */
  idle(): Promise<void>;
  /** Takes nothing new, fires the signals of running work and waits for it. */
  close(): Promise<void>;
}

interface Running {
  readonly lane: Lane;
  readonly stop: AbortController;
  dirty: Lane | undefined;
}

interface Delay {
  readonly at: number;
  readonly stop: AbortController;
}

/**
 * Wait before try number `failures + 1`: doubles from `firstMs` up to `limitMs`, of which a random part between a half
 * and the whole is taken, so that keys which failed together do not come back together.
 */
export function backoffMs(
  failures: number,
  bounds: { readonly firstMs: number; readonly limitMs: number },
  random: number,
): number {
  const full = Math.min(bounds.limitMs, bounds.firstMs * 2 ** Math.min(failures - 1, 40));
  return full * (0.5 + random / 2);
}

interface State {
  readonly options: QueueOptions;
  readonly waiting: Readonly<Record<Lane, Set<string>>>;
  readonly free: Record<Lane, number>;
  readonly running: Map<string, Running>;
  readonly failed: Map<string, number>;
  readonly delays: Map<string, Delay>;
  closed: boolean;
  idleWaiters: (() => void)[];
}

/** Starts an empty queue; work begins with the first `add`. */
export function startQueue(options: QueueOptions): WorkQueue {
  const state: State = {
    options,
    waiting: { safety: new Set(), ordinary: new Set() },
    free: { safety: Math.max(1, options.safetyWorkers ?? 1), ordinary: options.workers ?? 2 },
    running: new Map(),
    failed: new Map(),
    delays: new Map(),
    closed: false,
    idleWaiters: [],
  };
  const idle = (): Promise<void> =>
    isIdle(state) ? Promise.resolve() : new Promise((resolve) => void state.idleWaiters.push(resolve));
  return {
    add: (key, added) => enqueue(state, key, added?.lane ?? 'ordinary'),
    addAfter: (key, ms, added) => delay(state, key, { ms, lane: added?.lane ?? 'ordinary' }),
    failures: (key) => state.failed.get(key) ?? 0,
    idle,
    close: () => {
      state.closed = true;
      for (const pending of state.delays.values()) pending.stop.abort();
      state.delays.clear();
      for (const turn of state.running.values()) turn.stop.abort();
      return idle();
    },
  };
}

function isIdle({ running, closed, waiting }: State): boolean {
  return running.size === 0 && (closed || waiting.safety.size + waiting.ordinary.size === 0);
}

function enqueue(state: State, key: string, lane: Lane): void {
  const { waiting } = state;
  if (state.closed) return;
  const now = state.running.get(key);
  if (now !== undefined) {
    now.dirty = lane === 'safety' ? 'safety' : (now.dirty ?? 'ordinary');
    if (lane === 'safety' && now.lane === 'ordinary') now.stop.abort();
  } else if (lane === 'safety') {
    waiting.ordinary.delete(key);
    waiting.safety.add(key);
  } else if (!waiting.safety.has(key)) {
    waiting.ordinary.add(key);
  }
  pump(state);
}

function delay(state: State, key: string, { ms, lane }: { readonly ms: number; readonly lane: Lane }): void {
  const { clock } = state.options;
  if (state.closed) return;
  const slot = `${lane} ${key}`;
  const at = clock.now() + ms;
  const pending = state.delays.get(slot);
  if (pending !== undefined && pending.at <= at) return;
  pending?.stop.abort();
  const stop = new AbortController();
  state.delays.set(slot, { at, stop });
  void clock.sleep(ms, stop.signal).then(() => {
    if (stop.signal.aborted) return;
    state.delays.delete(slot);
    enqueue(state, key, lane);
  });
}

function first(keys: ReadonlySet<string>): string | undefined {
  return keys.values().next().value;
}

function pump(state: State): void {
  const { waiting, free } = state;
  if (state.closed) return;
  for (let key = first(waiting.safety); key !== undefined; key = first(waiting.safety)) {
    // The reserved worker first; if it is busy, an ordinary one that is free serves as well.
    const seat: Lane = free.safety > 0 ? 'safety' : 'ordinary';
    if (free[seat] === 0) return;
    start(state, key, { lane: 'safety', seat });
  }
  for (let key = first(waiting.ordinary); key !== undefined && free.ordinary > 0; key = first(waiting.ordinary)) {
    start(state, key, { lane: 'ordinary', seat: 'ordinary' });
  }
}

function start(state: State, key: string, { lane, seat }: { readonly lane: Lane; readonly seat: Lane }): void {
  state.waiting[lane].delete(key);
  state.free[seat] -= 1;
  const turn: Running = { lane, stop: new AbortController(), dirty: undefined };
  state.running.set(key, turn);
  void run(state, key, turn).then(() => {
    state.running.delete(key);
    state.free[seat] += 1;
    if (turn.dirty !== undefined) enqueue(state, key, turn.dirty);
    pump(state);
    if (!isIdle(state)) return;
    const told = state.idleWaiters;
    state.idleWaiters = [];
    for (const tell of told) tell();
  });
}

async function run(state: State, key: string, turn: Running): Promise<void> {
  const { options, failed } = state;
  // One turn of the event loop's microtasks later, so that `add` never runs foreign code inside the caller.
  await Promise.resolve();
  try {
    const result = await options.work(key, { lane: turn.lane, signal: turn.stop.signal });
    failed.delete(key);
    if (result !== undefined) delay(state, key, { ms: result.afterMs, lane: result.lane ?? 'ordinary' });
  } catch (error) {
    if (options.onError(key, error) === 'drop') {
      failed.delete(key);
      return;
    }
    const failures = (failed.get(key) ?? 0) + 1;
    failed.set(key, failures);
    const bounds = { firstMs: options.backoffFirstMs ?? 50, limitMs: options.backoffLimitMs ?? 30_000 };
    delay(state, key, { ms: backoffMs(failures, bounds, options.random()), lane: turn.lane });
  }
}
