import type { WorkloadIdentity } from '../../core/routing/table.ts';
import type { CountRow } from '../protocol.ts';
import { bucketOf, BUCKET_COUNT } from './histogram.ts';
import type { Outcome, SeriesSet, TcpTotals } from './series.ts';

/** Whose requests an arm counts, and where they went. */
export interface ArmKey {
  readonly source: WorkloadIdentity;
  readonly service: string;
  readonly subset: string;
  readonly version: string;
  readonly workload: string;
  readonly pod: string;
  readonly protocol: CountRow['protocol'];
  readonly mirrored?: boolean;
}

/** Told at once when a failure was counted. */
export type FailureWatch = () => void;

/** Flags of answers that no pod had a part in: nobody took the connection, or nobody was there. */
const unconnected = /\b(UF|UH)\b/;

/** Counters of one caller at one pod (or at a cluster without a pod). The hot path writes here and nowhere else. */
export class ArmStats {
  readonly key: ArmKey;
  requests = 0;
  failures = 0;
  refused = 0;
  readonly latency: Float64Array = new Float64Array(BUCKET_COUNT);
  lastSentAt = 0;
  /** Changed since the row was sent last. */
  dirty = false;
  private readonly source: SeriesSet;
  private readonly destination: SeriesSet;
  private readonly onFailure: FailureWatch;

  constructor(
    key: ArmKey,
    series: { readonly source: SeriesSet; readonly destination: SeriesSet },
    onFailure: FailureWatch,
  ) {
    this.key = key;
    this.source = series.source;
    this.destination = series.destination;
    this.onFailure = onFailure;
  }

  sets(): readonly SeriesSet[] {
    return [this.source, this.destination];
  }

  sent(at: number): void {
    this.lastSentAt = at;
    this.dirty = true;
  }

  /** The client's request ended. `failed`: 5xx or no answer, but not because the client left. */
  finished(outcome: Outcome, failed: boolean): void {
    this.requests++;
    const bucket = bucketOf(outcome.durationMs);
    this.latency[bucket] = (this.latency[bucket] ?? 0) + 1;
    this.dirty = true;
    this.source.record(outcome);
    if (!failed) return;
    this.failures++;
    if (unconnected.test(outcome.flags)) this.refused++;
    this.onFailure();
  }

  /** A check after a broken connection: the pod takes no new ones. */
  refusedCheck(): void {
    this.refused++;
    this.dirty = true;
    this.onFailure();
  }

  /** One try, or one mirrored copy, ended at the pod. */
  tried(outcome: Outcome): void {
    this.destination.record(outcome);
  }

  /** A mirrored copy counts for the pod, not for any client. */
  mirrored(outcome: Outcome, failed: boolean): void {
    this.requests++;
    if (failed) this.failures++;
    const bucket = bucketOf(outcome.durationMs);
    this.latency[bucket] = (this.latency[bucket] ?? 0) + 1;
    this.dirty = true;
    this.destination.record(outcome);
  }

  tcp(change: Partial<TcpTotals>, failed: boolean): void {
    addTcp(this.source, change);
    addTcp(this.destination, change);
    this.dirty = true;
    this.requests += change.opened ?? 0;
    if (!failed) return;
    this.failures++;
    this.onFailure();
  }

  row(): CountRow {
    const { source, ...rest } = this.key;
    return {
      source: { workload: source.workload, namespace: source.namespace, app: source.app, version: source.version },
      ...rest,
      requests: this.requests,
      failures: this.failures,
      refused: this.refused,
      latency: Array.from(this.latency),
      lastSentAt: this.lastSentAt,
    };
  }
}

function addTcp(set: SeriesSet, change: Partial<TcpTotals>): void {
  const totals = (set.tcp ??= { opened: 0, closed: 0, sentBytes: 0, receivedBytes: 0 });
  totals.opened += change.opened ?? 0;
  totals.closed += change.closed ?? 0;
  totals.sentBytes += change.sentBytes ?? 0;
  totals.receivedBytes += change.receivedBytes ?? 0;
}
