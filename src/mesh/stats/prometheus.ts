import { LATENCY_BOUNDS_MS } from '../../ports/metrics.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';
import type { Histogram } from './histogram.ts';
import type { Edge, HttpSeries, SeriesSet, TcpTotals } from './series.ts';

type Labels = readonly (readonly [string, string])[];

const LE = [...LATENCY_BOUNDS_MS.map(String), '+Inf'];

/** The exposition text of everything counted so far, with Istio's names and labels. */
export function renderPrometheus(sets: Iterable<SeriesSet>): string {
  const out = new Exposition();
  for (const set of sets) {
    const edge = edgeLabels(set.edge);
    for (const series of set.all()) addHttp(out, edge, series);
    if (set.tcp !== undefined) addTcp(out, edge, set.tcp);
  }
  out.add('istio_build', 'gauge', 'istio_build{component="proxy",tag="serin"} 1');
  return out.text();
}

/** Samples by metric, since all samples of one must stand together. */
class Exposition {
  private readonly metrics = new Map<string, { readonly type: string; readonly lines: string[] }>();

  add(name: string, type: string, line: string): void {
    let metric = this.metrics.get(name);
    if (metric === undefined) this.metrics.set(name, (metric = { type, lines: [] }));
    metric.lines.push(line);
  }

  text(): string {
    const parts: string[] = [];
    for (const [name, { type, lines }] of this.metrics) parts.push(`# TYPE ${name} ${type}`, ...lines);
    return `${parts.join('\n')}\n`;
  }
}

function addHttp(out: Exposition, edge: Labels, series: HttpSeries): void {
  const labels = render([
    ...edge,
    ['request_protocol', series.protocol],
    ['response_code', String(series.status)],
    ['grpc_response_status', series.grpcStatus],
    ['response_flags', series.flags],
  ]);
  out.add('istio_requests_total', 'counter', `istio_requests_total{${labels}} ${series.requests}`);
  addHistogram(out, ['istio_request_duration_milliseconds', labels], series.durationMs);
  addHistogram(out, ['istio_request_bytes', labels], series.requestBytes);
  addHistogram(out, ['istio_response_bytes', labels], series.responseBytes);
}

function addHistogram(out: Exposition, [name, labels]: readonly [string, string], histogram: Histogram): void {
  let count = 0;
  histogram.counts.forEach((inBucket, index) => {
    count += inBucket;
    out.add(name, 'histogram', `${name}_bucket{${labels},le="${LE[index] ?? '+Inf'}"} ${count}`);
  });
  out.add(name, 'histogram', `${name}_sum{${labels}} ${histogram.sum}`);
  out.add(name, 'histogram', `${name}_count{${labels}} ${count}`);
}

function addTcp(out: Exposition, edge: Labels, totals: TcpTotals): void {
  const labels = render([...edge, ['request_protocol', 'tcp'], ['response_flags', '-']]);
  const values: [string, number][] = [
    ['istio_tcp_connections_opened_total', totals.opened],
    ['istio_tcp_connections_closed_total', totals.closed],
    ['istio_tcp_sent_bytes_total', totals.sentBytes],
    ['istio_tcp_received_bytes_total', totals.receivedBytes],
  ];
  for (const [name, value] of values) out.add(name, 'counter', `${name}{${labels}} ${value}`);
}

function edgeLabels(edge: Edge): Labels {
  const { destination } = edge;
  return [
    ['reporter', edge.reporter],
    ...identityLabels('source', edge.source),
    ...identityLabels('destination', destination),
    ['destination_service', edge.service],
    ['destination_service_name', edge.serviceName],
    ['destination_service_namespace', edge.serviceNamespace],
    ['connection_security_policy', edge.reporter === 'destination' ? 'none' : 'unknown'],
  ];
}

function identityLabels(side: 'source' | 'destination', who: WorkloadIdentity | undefined): Labels {
  const { workload, namespace, app, version, labels } = who ?? NOBODY;
  const name = labels['service.istio.io/canonical-name'] ?? known(app, workload);
  const revision = labels['service.istio.io/canonical-revision'] ?? version;
  return [
    [`${side}_workload`, known(workload)],
    [`${side}_canonical_service`, known(name)],
    [`${side}_canonical_revision`, known(revision, 'latest')],
    [`${side}_workload_namespace`, known(namespace)],
    [`${side}_principal`, 'unknown'],
    [`${side}_app`, known(app)],
    [`${side}_version`, known(version)],
    [`${side}_cluster`, 'unknown'],
  ];
}

const NOBODY: WorkloadIdentity = { workload: '', namespace: '', app: '', version: '', labels: {} };

function known(value: string, otherwise = 'unknown'): string {
  return value === '' || value === 'unknown' ? otherwise : value;
}

function render(labels: Labels): string {
  return labels.map(([name, value]) => `${name}="${escape(value)}"`).join(',');
}

function escape(value: string): string {
  return value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
}
