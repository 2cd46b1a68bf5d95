/** What the last minute looked like: rates for people, by edge of the traffic graph. Not for judging. */
import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import type { RowGain } from './ledger.ts';

const keptMs = 60_000;
const slotMs = 1000;

/** Who calls which version of which service. */
export interface EdgeName {
  readonly sourceNamespace: string;
  readonly sourceWorkload: string;
  readonly sourceVersion: string;
  /** FQDN. */
  readonly service: string;
  readonly subset: string;
  readonly version: string;
  readonly mirrored: boolean;
}

interface Slot {
  readonly second: number;
  requests: number;
  failures: number;
  readonly latency: number[];
}

interface Edge {
  readonly name: EdgeName;
  slots: Slot[];
}

export interface Recent {
  readonly edges: Map<string, Edge>;
}

/** Traffic of a stretch of time. Latencies are read off buckets, in ms; undefined without requests. */
export interface Rates {
  readonly requestsPerSecond: number;
  /** 0–100. */
  readonly errorPercent: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

export function openRecent(): Recent {
  return { edges: new Map() };
}

export function note(recent: Recent, gain: RowGain, at: number): void {
  if (gain.requests === 0 && gain.failures === 0) return;
  const name = edgeOf(gain);
  const key = Object.values(name).join('|');
  const edge = recent.edges.get(key) ?? { name, slots: [] };
  recent.edges.set(key, edge);
  const second = Math.floor(at / slotMs);
  let slot = edge.slots.find((one) => one.second === second);
  if (slot === undefined) {
    slot = { second, requests: 0, failures: 0, latency: [] };
    edge.slots = [...edge.slots.filter((one) => one.second * slotMs > at - keptMs), slot];
  }
  slot.requests += gain.requests;
  slot.failures += gain.failures;
  for (const [bucket, count] of gain.latency.entries()) slot.latency[bucket] = (slot.latency[bucket] ?? 0) + count;
}

function edgeOf({ row }: RowGain): EdgeName {
  return {
    sourceNamespace: row.source.namespace,
    sourceWorkload: row.source.workload,
    sourceVersion: row.source.version,
    service: row.service,
    subset: row.subset,
    version: row.version,
    mirrored: row.mirrored ?? false,
  };
}

export interface Stretch {
  readonly now: number;
  readonly windowMs: number;
}

/** Requests of the edges for which `wanted` says yes, within the stretch. */
export function totalOf(recent: Recent, stretch: Stretch, wanted: (name: EdgeName) => boolean): Omit<Slot, 'second'> {
  const total = { requests: 0, failures: 0, latency: LATENCY_BOUNDS_MS.map(() => 0).concat(0) };
  for (const edge of recent.edges.values()) {
    if (!wanted(edge.name)) continue;
    for (const slot of edge.slots) {
      // A message tells of the second before it.
      if (slot.second * slotMs <= stretch.now - stretch.windowMs) continue;
      total.requests += slot.requests;
      total.failures += slot.failures;
      for (const [bucket, count] of slot.latency.entries())
        total.latency[bucket] = (total.latency[bucket] ?? 0) + count;
    }
  }
  return total;
}

export function ratesOf(total: Omit<Slot, 'second'>, windowMs: number): Rates {
  const p50Ms = quantileMs(total.latency, 0.5);
  const p95Ms = quantileMs(total.latency, 0.95);
  return {
    requestsPerSecond: (total.requests * 1000) / windowMs,
    errorPercent: total.requests === 0 ? 0 : (100 * total.failures) / total.requests,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
  };
}

/** Edges with traffic in the stretch. */
export function edgesOf(recent: Recent, stretch: Stretch): readonly (EdgeName & Rates)[] {
  const edges: (EdgeName & Rates)[] = [];
  for (const edge of recent.edges.values()) {
    const total = totalOf(recent, stretch, (name) => name === edge.name);
    if (total.requests > 0) edges.push({ ...edge.name, ...ratesOf(total, stretch.windowMs) });
  }
  return edges;
}

/** Straight line within the bucket; the open bucket counts as its lower bound. */
function quantileMs(latency: readonly number[], part: number): number | undefined {
  const all = latency.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let below = 0;
  for (const [bucket, count] of latency.entries()) {
    if (count > 0 && below + count >= part * all) {
      const low = bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0);
      const high = LATENCY_BOUNDS_MS[bucket] ?? low;
      return low + ((high - low) * (part * all - below)) / count;
    }
    below += count;
  }
  return LATENCY_BOUNDS_MS.at(-1);
}
