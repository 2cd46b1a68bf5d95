import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/model/meta.ts';
import type { ConfigMap } from '../core/model/plain.ts';
import { openStore } from '../engines/local/store/open-store.ts';
import type { LocalStore } from '../engines/local/store/open-store.ts';
import { fakeClock } from '../lib/fake-clock.ts';
import type { FakeClock } from '../lib/fake-clock.ts';
import { Fault } from '../lib/fault.ts';
import { createLog, silentLog } from '../lib/log.ts';
import type { Store, Watcher, Write } from '../ports/store.ts';
import { startCache } from './cache.ts';
import { keyOf } from './key.ts';
import { startLoop } from './loop.ts';
import type { Loop, LoopOptions } from './loop.ts';

let clock: FakeClock;
let store: LocalStore;
let folder: string;
let opened: { close(): unknown }[];

beforeEach(() => {
  clock = fakeClock({ turns: 8 });
  folder = mkdtempSync(join(tmpdir(), 'serin-loop-'));
  store = openStore({ path: join(folder, 'serin.db'), clock });
  opened = [];
});

afterEach(async () => {
  for (const one of opened) await one.close();
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

function map(name: string, value = '1', labels: Record<string, string> = {}): Write {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels },
    data: { value },
  };
  return { op: 'apply', manager: 'test', object };
}

function gone(name: string): Write {
  return { op: 'delete', ref: { kind: 'ConfigMap', namespace: 'default', name } };
}

/** The store with watches that a test can break. */
function breakable(): { readonly store: Store; breakAll(): void; failLists: number } {
  const watchers = new Set<Watcher>();
  const state = {
    failLists: 0,
    breakAll: () => {
      for (const watcher of watchers) watcher.onLost(new Error('connection broke'));
      watchers.clear();
    },
    store: {
      ...store,
      list: <T extends KubeObject>(...given: Parameters<Store['list']>) => {
        if (state.failLists > 0) {
          state.failLists -= 1;
          return Promise.reject(new Error('unreachable'));
        }
        return store.list<T>(...given);
      },
      watch: (request: Parameters<Store['watch']>[0], watcher: Watcher) => {
        watchers.add(watcher);
        const guarded: Watcher = {
          onEvent: (event) => {
            if (watchers.has(watcher)) watcher.onEvent(event);
          },
          onLost: (cause) => watcher.onLost(cause),
        };
        return store.watch(request, guarded);
      },
    } satisfies Store,
  };
  return state;
}

function loopOn(used: Store, options: Partial<LoopOptions> = {}): Loop {
  const loop = startLoop({
    name: 'test',
    store: used,
    kinds: ['ConfigMap'],
    keysOf: ({ object }) => [keyOf(object.metadata)],
    reconcile: () => Promise.resolve(),
    clock,
    log: silentLog,
    random: () => 1,
    ...options,
  });
  opened.push(loop);
  return loop;
}

describe('loop', () => {
  it('looks at everything at the start, and then at what changes', async () => {
    await store.write([map('a'), map('b')]);
    const seen: string[] = [];
    loopOn(store, { reconcile: async (key) => void seen.push(key) });
    await clock.settle();
    expect(seen.splice(0).sort()).toEqual(['default/a', 'default/b']);
    await store.write([map('c')]);
    await clock.settle();
    expect(seen.splice(0)).toEqual(['default/c']);
    await store.write([gone('a')]);
    await clock.settle();
    expect(seen).toEqual(['default/a']);
  });

  it('tries faults that may pass again, and waits with others until the object changes', async () => {
    await store.write([map('passing'), map('lasting')]);
    const tries: string[] = [];
    const told: string[] = [];
    loopOn(store, {
      backoffFirstMs: 100,
      reconcile: (key) => {
        tries.push(key);
        const code = key === 'default/passing' ? 'unreachable' : 'invalid';
        return Promise.reject(new Fault(code, { key: 'fault.conflict', params: { object: key } }));
      },
      onFailure: (key) => told.push(key),
    });
    await clock.advance(1000);
    // At 0, 100, 300 and 700 ms.
    expect(tries.filter((key) => key === 'default/passing')).toHaveLength(4);
    expect(tries.filter((key) => key === 'default/lasting')).toHaveLength(1);
    expect(told).toHaveLength(5);
    await store.write([map('lasting', '2')]);
    await clock.settle();
    expect(tries.filter((key) => key === 'default/lasting')).toHaveLength(2);
  });

  it('reports a bug as an error and keeps the other keys going', async () => {
    const lines: string[] = [];
    const log = createLog({ stream: { write: (line: string) => lines.push(line) }, now: () => 0 });
    await store.write([map('a'), map('b')]);
    const done: string[] = [];
    loopOn(store, {
      log,
      reconcile: (key) => {
        if (key === 'default/a') throw new TypeError('undefined is not a function');
        done.push(key);
        return Promise.resolve();
      },
    });
    await clock.settle();
    expect(done).toEqual(['default/b']);
    expect(lines.join('')).toContain('"level":"error"');
    expect(lines.join('')).toContain('undefined is not a function');
  });

  it('lists anew when the watch breaks, and misses neither changes nor deletions', async () => {
    await store.write([map('a'), map('b')]);
    const broken = breakable();
    const seen: string[] = [];
    const loop = loopOn(broken.store, { reconcile: async (key) => void seen.push(key) });
    await clock.settle();
    seen.splice(0);
    broken.failLists = 2;
    broken.breakAll();
    await store.write([map('a', '2'), gone('b'), map('c')]);
    await clock.settle();
    expect(seen).toEqual([]);
    await clock.advance(1000);
    expect(seen.splice(0).sort()).toEqual(['default/a', 'default/b', 'default/c']);
    expect(loop.cache.list('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
    await store.write([map('d')]);
    await clock.settle();
    expect(seen).toEqual(['default/d']);
  });

  it('starts once the store can be read', async () => {
    await store.write([map('a')]);
    const broken = breakable();
    broken.failLists = 3;
    const seen: string[] = [];
    loopOn(broken.store, { reconcile: async (key) => void seen.push(key) });
    await clock.advance(5000);
    expect(seen).toEqual(['default/a']);
  });

  it('puts a key into the safety lane where the event says so', async () => {
    await store.write([map('slow'), map('abort')]);
    const lanes: string[] = [];
    loopOn(store, {
      workers: 1,
      keysOf: ({ object }) => [
        { key: keyOf(object.metadata), lane: object.metadata.name === 'abort' ? 'safety' : 'ordinary' },
      ],
      reconcile: (key, { lane, signal }) => {
        lanes.push(`${key} ${lane}`);
        if (key === 'default/abort') return Promise.resolve();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await clock.settle();
    expect(lanes.sort()).toEqual(['default/abort safety', 'default/slow ordinary']);
  });

  it('waits for running work at close', async () => {
    await store.write([map('a')]);
    let finish: () => void = () => undefined;
    const loop = loopOn(store, { reconcile: () => new Promise((resolve) => (finish = resolve)) });
    await clock.settle();
    let isClosed = false;
    const closing = loop.close().then(() => (isClosed = true));
    await clock.settle();
    expect(isClosed).toBe(false);
    finish();
    await closing;
  });
});

describe('cache', () => {
  const started = async (used: Store) => {
    const cache = startCache({ store: used, kinds: ['ConfigMap'], clock, random: () => 1, log: silentLog });
    opened.push(cache);
    await cache.ready;
    return cache;
  };

  it('finds by label, place and owner without asking the store', async () => {
    await store.write([map('a', '1', { app: 'x', tier: 'web' }), map('b', '1', { app: 'x' }), map('c')]);
    const owner = await store.get({ kind: 'ConfigMap', namespace: 'default', name: 'a' });
    const metadata = {
      name: 'd',
      namespace: 'default',
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: owner?.metadata.uid ?? '' }],
    };
    await store.write([{ op: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } }]);
    const cache = await started({ ...store, get: () => Promise.reject(new Error('asked')) });
    const names = (found: readonly KubeObject[]) => found.map((object) => object.metadata.name);
    const labels = { matchLabels: { app: 'x', tier: 'web' } };
    expect(names(cache.list('ConfigMap', { namespace: 'default', labels }))).toEqual(['a']);
    const some = { matchExpressions: [{ key: 'app', operator: 'Exists' }] } as const;
    expect(names(cache.list('ConfigMap', { labels: some }))).toEqual(['a', 'b']);
    expect(names(cache.list('ConfigMap', { namespace: 'other' }))).toEqual([]);
    expect(names(cache.owned('ConfigMap', owner?.metadata.uid ?? ''))).toEqual(['d']);
    expect(cache.get<ConfigMap>({ kind: 'ConfigMap', namespace: 'default', name: 'c' })?.data).toEqual({ value: '1' });
  });

  it('shows its own writes at once, and a late event does not bring back what was deleted', async () => {
    const held: (() => void)[] = [];
    const late: Store = {
      ...store,
      watch: (request, watcher) =>
        store.watch(request, {
          ...watcher,
          onEvent: (event) => void held.push(() => watcher.onEvent(event)),
          onLost: (cause) => watcher.onLost(cause),
        }),
    };
    const cache = await started(late);
    await cache.write([map('a')]);
    expect(cache.list('ConfigMap')).toHaveLength(1);
    await cache.write([map('a', '2')]);
    await cache.write([gone('a')]);
    expect(cache.list('ConfigMap')).toHaveLength(0);
    await clock.settle();
    const types: string[] = [];
    cache.subscribe((event) => types.push(event.type));
    for (const deliver of held.splice(0)) deliver();
    expect(types).toEqual([]);
    expect(cache.list('ConfigMap')).toHaveLength(0);
    await cache.write([map('a', '3')]);
    expect(cache.list('ConfigMap')).toHaveLength(1);
  });
});
