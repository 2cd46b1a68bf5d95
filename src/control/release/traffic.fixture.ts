/** A router and a source of counts for tests of the release controller. */
import { seeded } from '../../core/release/world.fixture.ts';
import type { FakeClock } from '../../lib/fake-clock.ts';
import type { ArmCounts, CountsReading, MetricsSource } from '../../ports/metrics.ts';
import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import type { TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';

export interface FakeRouter extends TrafficProvider {
  /** Every split that changed something, in order. */
  readonly changes: TrafficSplit[];
  current: TrafficSplit | undefined;
  broken: boolean;
  reads: number;
}

export function fakeRouter(): FakeRouter {
  const router: FakeRouter = {
    name: 'istio',
    capabilities: { weights: 'exact', sticky: true, match: false, mirror: false },
    serving: async () => router.current?.stable.labels,
    kinds: ['VirtualService'],
    carries: ({ metadata }, { service }) => metadata.name === service,
    changes: [],
    current: undefined,
    broken: false,
    reads: 0,
    apply: async (split) => {
      if (router.broken) throw new Error('router unreachable');
      if (JSON.stringify(split) === JSON.stringify(router.current)) return 'same';
      router.current = split;
      router.changes.push(split);
      return 'changed';
    },
    read: async (split) => {
      router.reads += 1;
      if (router.broken) throw new Error('router unreachable');
      const candidateWeight = router.current?.candidateWeight ?? null;
      const isOther = router.current !== undefined && router.current.stable.version !== split.stable.version;
      if (!isOther) return { candidateWeight, inForce: true };
      const params = { object: 'the route' };
      return { candidateWeight, inForce: true, contradiction: { key: 'traffic.routesDiffer', params } };
    },
    remove: async ({ candidate: _candidate, sticky: _sticky, ...rest }) => {
      if (router.broken) throw new Error('router unreachable');
      const before = router.current;
      const isAlone = Object.keys(rest.stable.labels).length === 0;
      router.current = isAlone || before === undefined ? undefined : { ...rest, candidateWeight: 0 };
      return JSON.stringify(before) === JSON.stringify(router.current) ? 'same' : 'changed';
    },
  };
  return router;
}

export interface FakeMetrics extends MetricsSource {
  rps: number;
  /** Chance of failure by version. */
  readonly failing: Record<string, number>;
  broken: boolean;
  reads: number;
  /** Where the first chain of counts began. */
  began: number | undefined;
  /** Requests to a version in `[from, until)`, as they really were. */
  served(version: string, from: number, until: number): number;
}

/** Draws requests by the split in force, second by second; a cursor is a moment. */
export function fakeMetrics(clock: FakeClock, router: FakeRouter): FakeMetrics {
  const random = seeded(11);
  const drawn: { at: number; version: string; failed: boolean }[] = [];
  let until = clock.now();
  const flow = (): void => {
    for (; until + 100 <= clock.now(); until += 100) {
      const { current } = router;
      if (current === undefined) continue;
      for (let i = 0; i < metrics.rps / 10; i += 1) {
        const toCandidate = random() * 100 < current.candidateWeight;
        const version = (toCandidate ? current.candidate : current.stable)?.version ?? '';
        drawn.push({ at: until, version, failed: random() < (metrics.failing[version] ?? 0) });
      }
    }
  };
  const armCounts = (version: string, from: number): ArmCounts => {
    const mine = drawn.filter((one) => one.version === version && one.at >= from);
    const latency = [...LATENCY_BOUNDS_MS, 0].map(() => 0);
    latency[5] = mine.length;
    return { requests: mine.length, failures: mine.filter((one) => one.failed).length, latency, byPod: {} };
  };
  const metrics: FakeMetrics = {
    name: 'fake',
    rps: 50,
    failing: {},
    broken: false,
    reads: 0,
    began: undefined,
    served: (version, from, to) =>
      drawn.filter((one) => one.version === version && one.at >= from && one.at < to).length,
    counts: async (query, cursor): Promise<CountsReading> => {
      metrics.reads += 1;
      if (metrics.broken) throw new Error('no counts');
      flow();
      const from = cursor === undefined ? until : Number(cursor);
      metrics.began ??= from;
      return {
        cursor: String(until),
        stable: armCounts(query.stable, from),
        candidate: armCounts(query.candidate, from),
        ageMs: 0,
        source: 'fake',
      };
    },
  };
  return metrics;
}
