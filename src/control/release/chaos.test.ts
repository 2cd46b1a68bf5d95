/** The controller on the real store, killed at every write, fighting a second one, and with sources that hang. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../engines/local/store/open-store.ts';
import type { Store } from '../../ports/store.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { RunRecord } from '../../core/release/state.ts';
import { seeded } from '../../core/release/world.fixture.ts';
import { Fault } from '../../lib/fault.ts';
import { silentLog } from '../../lib/log.ts';
import { cluster, deployment, releaseOf, service } from './cluster.fixture.ts';
import { startReleaseController } from './controller.ts';
import { fakeRouter } from './traffic.fixture.ts';
import type { Cluster, Mortal, OpenTestStore } from './cluster.fixture.ts';

const open: OpenTestStore = (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-chaos-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock });
  const end = (): void => {
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  };
  return { store, end };
};

const never = (): Promise<never> => new Promise(() => undefined);

interface Life {
  /** Number of the write or router change at which the process dies; counted from 0. */
  readonly at: number;
  readonly when: 'before' | 'after';
  count: number;
  dead: boolean;
}

/** Everything that the controller touches, until it dies: then nothing answers any more. */
function mortal(life: Life): (whole: Mortal) => Mortal {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (life.dead) return never();
    const isLast = life.count === life.at;
    life.count += 1;
    if (isLast && life.when === 'before') {
      life.dead = true;
      return never();
    }
    const result = await work();
    if (isLast) {
      life.dead = true;
      return never();
    }
    return result;
  };
  return ({ store, router }) => ({ store: mortalStore(store, life, guard), router: mortalRouter(router, life, guard) });
}

type Guard = <T>(work: () => Promise<T>) => Promise<T>;

function mortalStore(store: Store, life: Life, guard: Guard): Store {
  return {
    ...store,
    get: (ref) => (life.dead ? never() : store.get(ref)),
    list: (kind, options) => (life.dead ? never() : store.list(kind, options)),
    write: (batch) => guard(() => store.write(batch)),
    watch: (request, watcher) =>
      store.watch(request, { ...watcher, onEvent: (event) => (life.dead ? undefined : watcher.onEvent(event)) }),
  };
}

function mortalRouter(router: TrafficProvider, life: Life, guard: Guard): TrafficProvider {
  return {
    ...router,
    apply: (split) => guard(() => router.apply(split)),
    read: (split) => (life.dead ? never() : router.read(split)),
  };
}

interface Ended {
  readonly outcomes: readonly (string | undefined)[];
  readonly stable: string | undefined;
  readonly weights: readonly string[];
  readonly touches: number;
}

type Story = (c: Cluster, revive: () => Promise<void>) => Promise<void>;

const stories: Readonly<Record<string, Story>> = {
  good: async (c) => {
    await c.apply(deployment('reviews-v2', { version: 'v2', replicas: 1 }));
  },
  bad: async (c) => {
    c.metrics.failing['v2'] = 1;
    await c.apply(deployment('reviews-v2', { version: 'v2' }));
  },
  aborted: async (c, revive) => {
    await c.apply(deployment('reviews-v2', { version: 'v2' }));
    await c.until(async () => {
      await revive();
      return c.router.current?.candidateWeight === 10;
    }, 60_000);
    await c.command({ verb: 'abort', reason: 'because' });
  },
};

/** Plays a story; where a life is given, the controller dies in it and a new one takes over half a second later. */
async function play(story: Story, life?: Life, wrap?: (whole: Mortal) => Mortal): Promise<Ended> {
  const counted: Life = life ?? { at: -1, when: 'after', count: 0, dead: false };
  const c = await cluster(open, wrap ?? mortal(counted));
  try {
    let revived = false;
    const revive = async (): Promise<void> => {
      if (!counted.dead || revived) return;
      revived = true;
      await c.pass(500);
      c.restart();
    };
    await c.apply(service());
    await c.apply(deployment('reviews-v1', { version: 'v1' }));
    await c.apply(releaseOf());
    const ready = async (): Promise<boolean> => {
      await revive();
      return (
        (await c.release()).status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
      );
    };
    await c.until(ready, 30_000);
    await story(c, revive);
    await c.until(async () => {
      await revive();
      const runs = await c.runs();
      return runs.length > 0 && runs.every((run) => run.status?.outcome !== undefined);
    }, 120_000);
    await c.pass(1_000);
    await revive();
    await c.pass(1_000);
    return {
      outcomes: (await c.runs()).map((run) => run.status?.outcome),
      stable: (await c.release()).status?.stable?.version,
      // The candidate at 0 % only introduces it; whoever takes over may find it ready for its first share already.
      weights: c.router.changes
        .filter((split) => split.candidate === undefined || split.candidateWeight > 0)
        .map((split) => `${split.candidate?.version ?? '-'} ${split.candidateWeight}`),
      touches: counted.count,
    };
  } finally {
    await c.end();
  }
}

test.each(Object.keys(stories))(
  'I8 dying at any write changes neither the end nor what was done',
  async (name) => {
    const story = stories[name] ?? stories['good'];
    if (story === undefined) throw new TypeError('no story');
    const whole = await play(story);
    expect(whole.outcomes).toEqual([name === 'good' ? 'promoted' : 'aborted']);
    for (let at = 0; at < whole.touches; at += 1 + Math.floor(at / 12)) {
      for (const when of ['before', 'after'] as const) {
        const ended = await play(story, { at, when, count: 0, dead: false });
        expect({ at, when, ...ended, touches: 0 }).toEqual({ at, when, ...whole, touches: 0 });
      }
    }
  },
  120_000,
);

test('I1 an abort reaches the router while counts hang and nothing else can be read', async () => {
  const c = await cluster(open);
  try {
    await toTenPercent(c);
    c.metrics.counts = never;
    c.router.read = never;
    const before = c.clock.now();
    await c.command({ verb: 'abort' });
    await c.until(async () => c.router.current?.candidate === undefined, 5_000);
    expect(c.clock.now() - before).toBeLessThanOrEqual(200);
  } finally {
    await c.end();
  }
});

test('I11 nothing else happens while the router does not take an abort', async () => {
  const c = await cluster(open);
  try {
    await toTenPercent(c);
    c.router.broken = true;
    await c.command({ verb: 'abort' });
    await c.pass(60_000);
    expect((await c.release()).status?.phase).toBe('aborting');
    expect((await c.deployment('reviews-v2'))?.spec.replicas).toBe(2);
    c.router.broken = false;
    await c.until(async () => c.router.current?.candidate === undefined, 2_500);
    await c.until(async () => (await c.deployment('reviews-v2'))?.spec.replicas === 0, 60_000);
    expect((await c.runs())[0]?.status?.outcome).toBe('aborted');
  } finally {
    await c.end();
  }
});

test('I15 of two controllers only the one whose record was written acts', async () => {
  const c = await cluster(open);
  try {
    const other = startReleaseController({
      store: c.store,
      traffic: { istio: c.router },
      metrics: c.metrics,
      clock: c.clock,
      log: silentLog,
      random: () => 0.5,
    });
    await toTenPercent(c);
    await c.until(async () => (await c.runs())[0]?.status?.outcome !== undefined, 120_000);
    const shares = c.router.changes.map((split) => split.candidateWeight).filter((weight) => weight > 0);
    expect(shares).toEqual([10, 50, 100]);
    expect((await c.runs()).map((run) => run.status?.outcome)).toEqual(['promoted']);
    const journal = await c.store.journal('run/default/reviews-1');
    expect(journal.filter((one) => one.kind === 'weight').map((one) => one.body['to'])).toEqual([10, 50, 100]);
    await other.close();
  } finally {
    await c.end();
  }
});

test('I16 a router that does not exist is refused, and no other is used in its place', async () => {
  const c = await cluster(open, ({ store }) => ({ store, router: fakeRouter() }));
  try {
    const other = fakeRouter();
    const controller = startReleaseController({
      store: c.store,
      traffic: { linkerd: other },
      metrics: c.metrics,
      clock: c.clock,
      log: silentLog,
      random: () => 0.5,
    });
    await c.controller.close();
    await c.apply(service());
    await c.apply(deployment('reviews-v1', { version: 'v1' }));
    await c.apply(releaseOf());
    await c.pass(3_000);
    expect(other.changes).toEqual([]);
    expect((await c.release()).status?.message).toContain('istio');
    expect((await c.release()).status?.conditions?.find((one) => one.type === 'Stalled')?.status).toBe('True');
    await controller.close();
  } finally {
    await c.end();
  }
});

async function toTenPercent(c: Cluster): Promise<void> {
  await c.apply(service());
  await c.apply(deployment('reviews-v1', { version: 'v1' }));
  await c.apply(releaseOf());
  await c.until(async () => c.router.current?.stable.version === 'v1', 30_000);
  await c.pass(1_000);
  await c.apply(deployment('reviews-v2', { version: 'v2' }));
  await c.until(async () => c.router.current?.candidateWeight === 10, 60_000);
  await c.pass(1_000);
}

/** Writes and route changes that fail now and then: before they happen, or after, without saying so. */
function unreliable(seed: number): (whole: Mortal) => Mortal {
  const random = seeded(seed);
  const shaky = async <T>(work: () => Promise<T>): Promise<T> => {
    const fate = random();
    if (fate < 0.12) throw new Fault('unreachable', { key: 'run.hold.wait' });
    const result = await work();
    if (fate > 0.88) throw new Fault('unreachable', { key: 'run.hold.wait' });
    return result;
  };
  return ({ store, router }) => ({
    store: { ...store, write: (batch) => shaky(() => store.write(batch)) },
    router: { ...router, apply: (split) => shaky(() => router.apply(split)) },
  });
}

test('I8 writes that fail, or happen without saying so, change neither the end nor what was done', async () => {
  for (const [name, story] of Object.entries(stories)) {
    const whole = await play(story);
    for (let seed = 1; seed <= 5; seed += 1) {
      const ended = await play(story, undefined, unreliable(seed));
      expect({ name, seed, ...ended, touches: 0 }).toEqual({ name, seed, ...whole, touches: 0 });
    }
  }
}, 60_000);

test('I8 every request is counted exactly once, also over deaths of the controller', async () => {
  for (const when of ['before', 'after'] as const) {
    const life: Life = { at: 30, when, count: 0, dead: false };
    const c = await cluster(open, mortal(life));
    try {
      await toTenPercent(c);
      await c.until(async () => Promise.resolve(life.dead), 30_000);
      await c.pass(2_300);
      c.restart();
      await c.until(async () => c.router.current?.candidateWeight === 50, 30_000);
      await c.pass(1_000);
      const record = (await c.runs())[0]?.status?.record as RunRecord;
      const until = Number(record.evidence.cursor);
      const { began = 0 } = c.metrics;
      const { stable, candidate } = record.evidence.judge?.counts ?? {};
      expect(stable?.requests).toBe(c.metrics.served('v1', began, until));
      expect(candidate?.requests).toBe(c.metrics.served('v2', began, until));
    } finally {
      await c.end();
    }
  }
});
