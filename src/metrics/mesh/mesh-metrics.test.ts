import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountRow, Counts } from '../../mesh/protocol.ts';
import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import { latencyBoundsMs } from '../../core/analysis/counts.ts';
import type { MeshMetrics } from './mesh-metrics.ts';
import { createMeshMetrics } from './mesh-metrics.ts';

const query = { namespace: 'default', service: 'reviews', stable: 'v1', candidate: 'v2' };

function row(version: string, requests: number, more: Partial<CountRow> = {}): CountRow {
  const latency = LATENCY_BOUNDS_MS.map(() => 0).concat(0);
  latency[4] = requests;
  return {
    source: { workload: 'productpage-v1', namespace: 'default', app: 'productpage', version: 'v1' },
    service: 'reviews.default.svc.cluster.local',
    subset: version,
    version,
    workload: `reviews-${version}`,
    pod: `reviews-${version}-0`,
    protocol: 'http',
    requests,
    failures: 0,
    refused: 0,
    latency,
    lastSentAt: 1000 + requests,
    ...more,
  };
}

interface Bed {
  readonly metrics: MeshMetrics;
  now: number;
  readonly send: (instance: string, rows: readonly CountRow[], startedAt?: number) => void;
}

function bed(now = 100_000): Bed {
  const listeners: ((counts: Counts) => void)[] = [];
  const subscribe = (listener: (counts: Counts) => void): (() => void) => {
    listeners.push(listener);
    return () => listeners.splice(0);
  };
  const self: Bed = {
    now,
    metrics: createMeshMetrics({ subscribe }, { now: () => self.now }),
    send(instance, rows, startedAt = 0) {
      for (const listener of listeners) listener({ type: 'counts', instance, startedAt, at: self.now, rows });
    },
  };
  return self;
}

describe('counts', () => {
  it('begin now, and are given once', async () => {
    const { metrics, send } = bed();
    send('a', [row('v1', 500), row('v2', 20)]);
    const start = await metrics.counts(query);
    expect([start.stable.requests, start.candidate.requests]).toEqual([0, 0]);
    send('a', [row('v1', 540), row('v2', 25, { failures: 3, refused: 2 })]);
    const next = await metrics.counts(query, start.cursor);
    expect(next.stable).toMatchObject({ requests: 40, failures: 0 });
    expect(next.candidate).toMatchObject({
      requests: 5,
      failures: 3,
      refused: 2,
      byPod: { 'reviews-v2-0': { requests: 5, failures: 3 } },
    });
    expect(next.candidate.latency[4]).toBe(5);
    const again = await metrics.counts(query, next.cursor);
    expect([again.stable.requests, again.candidate.requests]).toEqual([0, 0]);
    // The same cursor gives the same again: what was read but not recorded is not lost.
    expect((await metrics.counts(query, start.cursor)).candidate.requests).toBe(5);
  });

  it('go on where they stood when the control plane comes back', async () => {
    const before = bed();
    before.send('a', [row('v1', 500), row('v2', 20)]);
    const { cursor } = await before.metrics.counts(query);
    const after = bed(160_000);
    const empty = await after.metrics.counts(query, cursor);
    expect(empty.stable.requests).toBe(0);
    expect(empty.ageMs).toBe(Infinity);
    after.send('a', [row('v1', 700), row('v2', 30)]);
    expect((await after.metrics.counts(query, empty.cursor)).candidate.requests).toBe(10);
    expect((await after.metrics.counts(query, cursor)).stable.requests).toBe(200);
  });

  it('take a new worker from its beginning, and an old one that was unknown from now', async () => {
    const { metrics, send } = bed();
    const { cursor } = await metrics.counts(query);
    send('old', [row('v1', 9000)], 50_000);
    send('new', [row('v1', 7)], 100_500);
    const first = await metrics.counts(query, cursor);
    expect(first.stable.requests).toBe(7);
    send('old', [row('v1', 9011)], 50_000);
    expect((await metrics.counts(query, first.cursor)).stable.requests).toBe(11);
  });

  it('count a row that began anew from zero', async () => {
    const { metrics, send } = bed();
    send('a', [row('v2', 100)]);
    const { cursor } = await metrics.counts(query);
    send('a', [row('v2', 4, { failures: 4 })]);
    expect((await metrics.counts(query, cursor)).candidate).toMatchObject({ requests: 4, failures: 4 });
  });

  it('leave out mirrored copies, other services and other versions, and know arms without a pod by their subset', async () => {
    const { metrics, send } = bed();
    send('a', []);
    const named = { ...query, candidate: 'V2.1' };
    const { cursor } = await metrics.counts(named);
    send('a', [
      row('v1', 3, { mirrored: true }),
      row('v1', 5, { service: 'ratings.default.svc.cluster.local' }),
      row('v3', 7),
      row('unknown', 11, { subset: 'v2-1', pod: '', failures: 11 }),
    ]);
    const { stable, candidate } = await metrics.counts(named, cursor);
    expect(stable.requests).toBe(0);
    expect(candidate.byPod).toEqual({ '': { requests: 11, failures: 11 } });
  });

  it('refuse a cursor that is none', async () => {
    await expect(bed().metrics.counts(query, 'yesterday')).rejects.toThrow(/cannot be read/);
  });

  it('agree on the bucket boundaries with the judge', () => {
    expect([...LATENCY_BOUNDS_MS]).toEqual(latencyBoundsMs);
  });
});

/** What happens to a chain of readings: a worker counts, is replaced, the control plane restarts, someone reads. */
const happening = fc.oneof(
  fc.record({
    kind: fc.constant('count' as const),
    worker: fc.nat(1),
    version: fc.constantFrom('v1', 'v2'),
    add: fc.nat(9),
  }),
  fc.record({ kind: fc.constant('replace' as const), worker: fc.nat(1) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({ kind: fc.constant('read' as const), recorded: fc.boolean() }),
);

it('gives every request exactly once, whatever restarts', async () => {
  const run = async (
    happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
  ): Promise<void> => {
    let control = bed();
    const workers = [0, 1].map((id) => ({ id: `${id}-0`, startedAt: 0, rows: { v1: 50, v2: 5 } }));
    const tell = (worker: (typeof workers)[number]): void => {
      control.send(worker.id, [row('v1', worker.rows.v1), row('v2', worker.rows.v2)], worker.startedAt);
    };
    workers.forEach(tell);
    let { cursor } = await control.metrics.counts(query);
    const counted = { v1: 0, v2: 0 };
    const given = { v1: 0, v2: 0 };
    let lives = 0;
    const read = async (recorded: boolean): Promise<void> => {
      const reading = await control.metrics.counts(query, cursor);
      if (!recorded) return;
      cursor = reading.cursor;
      given.v1 += reading.stable.requests;
      given.v2 += reading.candidate.requests;
    };
    for (const what of happenings) {
      control.now += 700;
      if (what.kind === 'read') await read(what.recorded);
      else if (what.kind === 'restart') {
        control = bed(control.now);
        workers.forEach(tell);
      } else if (what.kind === 'replace') {
        // A worker says its last counts before it ends; the reader is asked before the control plane may restart.
        await read(true);
        lives += 1;
        workers[what.worker] = { id: `${what.worker}-${lives}`, startedAt: control.now, rows: { v1: 0, v2: 0 } };
      } else {
        const worker = workers[what.worker];
        const version = what.version === 'v1' ? 'v1' : 'v2';
        if (worker) {
          worker.rows[version] += what.add;
          counted[version] += what.add;
          tell(worker);
        }
      }
    }
    await read(true);
    expect(given).toEqual(counted);
  };
  await fc.assert(fc.asyncProperty(fc.array(happening, { maxLength: 40 }), run), { seed: 11, numRuns: 150 });
});

describe('what people watch', () => {
  it('shows shares, rates and edges of the last seconds', () => {
    const control = bed();
    control.send('a', [row('v1', 1000), row('v2', 1000)]);
    expect(control.metrics.observedShare(query, 10_000)).toBeUndefined();
    for (let second = 1; second <= 30; second += 1) {
      control.now += 1000;
      const failures = second > 25 ? second - 25 : 0;
      control.send('a', [row('v1', 1000 + 90 * second), row('v2', 1000 + 10 * second, { failures })]);
    }
    expect(control.metrics.observedShare(query, 10_000)).toBeCloseTo(0.1, 6);
    const { stable, candidate } = control.metrics.rates(query);
    expect(stable.requestsPerSecond).toBeCloseTo(90, 0);
    expect(candidate.errorPercent).toBeCloseTo(5, 0);
    expect(stable.p50Ms).toBeGreaterThan(10);
    expect(stable.p95Ms).toBeLessThanOrEqual(25);
    const edges = control.metrics.edges();
    expect(edges.map((edge) => `${edge.sourceWorkload} → ${edge.version}`).sort()).toEqual([
      'productpage-v1 → v1',
      'productpage-v1 → v2',
    ]);
    control.now += 20_000;
    expect(control.metrics.edges()).toEqual([]);
  });

  it('rings at once for failures, and knows when a version was last used', () => {
    const { metrics, send } = bed();
    const rung: string[] = [];
    const stop = metrics.onFailures(({ namespace, service }) => rung.push(`${namespace}/${service}`));
    send('a', [row('v2', 5, { failures: 5 })]);
    expect(rung).toEqual([]);
    send('a', [row('v2', 6, { failures: 6 }), row('v1', 9)]);
    expect(rung).toEqual(['default/reviews']);
    stop();
    send('a', [row('v2', 7, { failures: 7, lastSentAt: 5555 })]);
    expect(rung).toHaveLength(1);
    expect(metrics.lastSentAt(query, 'v2')).toBe(5555);
    expect(metrics.lastSentAt(query, 'v9')).toBeUndefined();
  });
});
