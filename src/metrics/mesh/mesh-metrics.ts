/** Metrics of the built-in mesh: counts for the judge, rates for people, and a bell for failures. */
import type { Counts } from '../../mesh/protocol.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountsQuery, MetricsSource } from '../../ports/metrics.ts';
import { endOf, parseCursor, readAfter } from './cursor.ts';
import { enter, openLedger } from './ledger.ts';
import type { EdgeName, Rates } from './recent.ts';
import { edgesOf, note, openRecent, ratesOf, totalOf } from './recent.ts';
import { armOf, hostOf } from './row.ts';
import type { Arm } from './row.ts';

/** Messages of all workers, in the order of each worker. */
export interface CountsFeed {
  /** Returns how to stop. */
  subscribe(listener: (counts: Counts) => void): () => void;
}

export interface ServiceName {
  readonly namespace: string;
  readonly service: string;
}

export interface MeshMetrics extends MetricsSource {
  /** Candidate's share of both arms' requests, 0–1; undefined where there were none. */
  observedShare(query: CountsQuery, windowMs: number): number | undefined;
  rates(query: CountsQuery, windowMs?: number): Readonly<Record<Arm, Rates>>;
  /** Edges of the traffic graph with requests in the window. */
  edges(windowMs?: number): readonly (EdgeName & Rates)[];
  /** When the last request was sent to this version of the service, milliseconds since 1970; undefined = never. */
  lastSentAt(service: ServiceName, version: string): number | undefined;
  /** Calls at once when failures were counted; returns how to stop. */
  onFailures(callback: (service: ServiceName) => void): () => void;
  close(): void;
}

const rateWindowMs = 10_000;

export function createMeshMetrics(feed: CountsFeed, clock: Pick<Clock, 'now'>): MeshMetrics {
  const ledger = openLedger();
  const recent = openRecent();
  const listeners = new Set<(service: ServiceName) => void>();
  const close = feed.subscribe((counts) => {
    const failed = new Set<string>();
    for (const gain of enter(ledger, counts)) {
      note(recent, gain, counts.at);
      if (gain.failures + gain.refused > 0 && !gain.row.mirrored) failed.add(gain.row.service);
    }
    for (const host of failed) {
      const [service = '', namespace = ''] = host.split('.');
      for (const listener of listeners) listener({ namespace, service });
    }
  });
  const armTotal = (query: CountsQuery, arm: Arm, windowMs: number): ReturnType<typeof totalOf> =>
    totalOf(recent, { now: clock.now(), windowMs }, (name) => armOf(name, query) === arm);
  return {
    name: 'mesh',
    close,
    async counts(query, cursor) {
      const now = clock.now();
      const from = cursor === undefined ? endOf(ledger, query, now) : parseCursor(cursor);
      const reading = readAfter(ledger, query, from);
      const { stable, candidate } = reading;
      const ageMs = Math.max(0, now - ledger.newestAt);
      return { cursor: JSON.stringify(reading.cursor), stable, candidate, ageMs, source: 'mesh' };
    },
    observedShare(query, windowMs) {
      const candidate = armTotal(query, 'candidate', windowMs).requests;
      const all = candidate + armTotal(query, 'stable', windowMs).requests;
      return all === 0 ? undefined : candidate / all;
    },
    rates(query, windowMs = rateWindowMs) {
      return {
        stable: ratesOf(armTotal(query, 'stable', windowMs), windowMs),
        candidate: ratesOf(armTotal(query, 'candidate', windowMs), windowMs),
      };
    },
    edges: (windowMs = rateWindowMs) => edgesOf(recent, { now: clock.now(), windowMs }),
    lastSentAt(service, version) {
      const query: CountsQuery = { ...service, stable: version, candidate: version };
      let last: number | undefined;
      for (const { rows } of ledger.instances.values()) {
        for (const row of rows.values()) {
          if (row.service !== hostOf(service) || armOf(row, query) === undefined) continue;
          if (row.lastSentAt > (last ?? 0)) last = row.lastSentAt;
        }
      }
      return last;
    },
    onFailures(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}
