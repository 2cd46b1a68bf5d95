import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, cluster, echoPod, endpoint, forwardTo, httpPod, identity, route, Stage } from '../test-bed.ts';
import type { ArmStats } from './arm.ts';
import { StatsRegistry } from './registry.ts';
import type { LogEntry } from './access-log.ts';
import { AdminServer } from './admin-server.ts';
import { FileLog, textLine } from './file-log.ts';
import { bucketOf } from './histogram.ts';
import { renderPrometheus } from './prometheus.ts';

const stage = new Stage();
afterEach(() => stage.end());

/** Samples of a metric with these labels. */
function samples(text: string, name: string, labels: Readonly<Record<string, string>>): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)));
}

const value = (line: string | undefined): number => Number(line?.slice(line.lastIndexOf(' ') + 1));

describe('istio_* metrics', () => {
  test('names, labels and buckets, at both ends', async () => {
    const pod = await stage.pod(echoPod('v1'));
    const { port, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(pod)])],
      listener: { kind: 'gateway' },
    });
    for (let i = 0; i < 3; i++) await ask(port);
    const text = renderPrometheus(stats.series());
    const labels = {
      source_workload: 'productpage-v1',
      source_workload_namespace: 'default',
      source_app: 'productpage',
      source_version: 'v1',
      source_canonical_service: 'productpage',
      source_canonical_revision: 'v1',
      source_principal: 'unknown',
      source_cluster: 'unknown',
      destination_workload: 'reviews-v1',
      destination_workload_namespace: 'default',
      destination_app: 'reviews',
      destination_version: 'v1',
      destination_canonical_service: 'reviews',
      destination_canonical_revision: 'v1',
      destination_principal: 'unknown',
      destination_cluster: 'unknown',
      destination_service: 'reviews.default.svc.cluster.local',
      destination_service_name: 'reviews',
      destination_service_namespace: 'default',
      request_protocol: 'http',
      response_code: '200',
      grpc_response_status: '',
      response_flags: '-',
    };
    const source = samples(text, 'istio_requests_total', {
      ...labels,
      reporter: 'source',
      connection_security_policy: 'unknown',
    });
    expect(source.map(value)).toEqual([3]);
    const destination = samples(text, 'istio_requests_total', {
      ...labels,
      reporter: 'destination',
      connection_security_policy: 'none',
    });
    expect(destination.map(value)).toEqual([3]);
    for (const name of ['istio_request_duration_milliseconds', 'istio_request_bytes', 'istio_response_bytes']) {
      const buckets = samples(text, `${name}_bucket`, { reporter: 'source' });
      const bounds = buckets.map((line) => /le="([^"]+)"/.exec(line)?.[1]);
      expect(bounds.join(' ')).toBe(
        '0.5 1 5 10 25 50 100 250 500 1000 2500 5000 10000 30000 60000 300000 600000 1800000 3600000 +Inf',
      );
      expect(value(buckets.at(-1))).toBe(3);
      expect(samples(text, `${name}_count`, { reporter: 'source' }).map(value)).toEqual([3]);
      expect(text).toContain(`# TYPE ${name} histogram`);
    }
    expect(value(samples(text, 'istio_response_bytes_sum', { reporter: 'source' })[0])).toBeGreaterThan(300);
  });

  test('every sample line is well formed, and label values are escaped', async () => {
    const pod = await stage.pod(echoPod('v1'));
    const caller = { workload: 'odd"\\\n', namespace: 'n', app: 'unknown', version: 'unknown', labels: {} };
    const { port, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(pod)])],
      listener: { caller },
    });
    await ask(port);
    const text = renderPrometheus(stats.series());
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\} [0-9.e+-]+)$/,
      );
    }
    expect(text).toContain('source_workload="odd\\"\\\\\\n"');
    expect(text).toContain('source_canonical_revision="latest"');
  });

  test('callers cannot invent series: hosts and paths are in no label', async () => {
    const { port, stats } = await stage.serve({ routes: [], clusters: [], table: { virtualHosts: [] } });
    for (let i = 0; i < 20; i++) await ask(port, `/p${i}`, { headers: { host: `h${i}.example` } });
    const totals = renderPrometheus(stats.series())
      .split('\n')
      .filter((line) => line.startsWith('istio_requests_total'));
    expect(totals.map(value)).toEqual([20]);
    expect(totals[0]).toContain('response_code="404"');
  });

  test('grpc has its own protocol and status', async () => {
    const pod = await stage.pod(
      httpPod((_, response) =>
        response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '5' }).end(),
      ),
    );
    const { port, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(pod)])],
    });
    await ask(port, '/', { method: 'POST', headers: { 'content-type': 'application/grpc+proto' } });
    const text = renderPrometheus(stats.series());
    expect(
      samples(text, 'istio_requests_total', { request_protocol: 'grpc', grpc_response_status: '5' }).map(value),
    ).toEqual([1, 1]);
    expect(stats.allRows()).toMatchObject([{ protocol: 'grpc', requests: 1 }]);
  });
});

test('buckets are closed above', () => {
  expect([0, 0.5, 0.6, 1, 2, 3_600_000, 3_600_001].map(bucketOf)).toEqual([0, 0, 1, 1, 2, 18, 19]);
});

test('rows: only what changed is taken, latency counts every request once', async () => {
  const pod = await stage.pod(echoPod('v1'));
  const { port, stats } = await stage.serve({
    routes: [route(forwardTo({ v1: 1 }))],
    clusters: [cluster('v1', [endpoint(pod)])],
  });
  await ask(port);
  const [row] = stats.takeChanged();
  expect(row?.latency.length).toBe(20);
  expect(row?.latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(stats.takeChanged()).toEqual([]);
  await ask(port);
  expect(stats.takeChanged()).toMatchObject([{ requests: 2 }]);
});

test('pods that left long ago are forgotten, others are not', () => {
  const stats = new StatsRegistry(() => {});
  const caller = identity('productpage-v1');
  const arm = (pod: string, version: string): ArmStats =>
    stats.arm({
      caller,
      cluster: cluster(version, []),
      endpoint: endpoint({ port: 1 }, version, pod),
      protocol: 'http',
    });
  for (const [pod, version] of [
    ['old', 'v1'],
    ['kept', 'v2'],
    ['fresh', 'v3'],
  ] as const)
    arm(pod, version).sent(pod === 'fresh' ? 9_000_000 : 1000);
  stats.takeChanged();
  stats.forget(new Set(['kept']), 10_000_000);
  expect(stats.allRows().map(({ pod }) => pod)).toEqual(['kept', 'fresh']);
  expect([...stats.series()].map(({ edge }) => edge.destination?.version)).toEqual(['v2', 'v2', 'v3', 'v3']);
});

describe('access log', () => {
  const entry: LogEntry = {
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    method: 'GET',
    path: '/a"b',
    status: 200,
    flags: '-',
    details: 'via_upstream',
    bytesReceived: 1,
    bytesSent: 2,
    durationMs: 3,
    serviceTimeMs: -1,
    forwardedFor: '',
    userAgent: 'curl/8 "x"',
    requestId: 'id',
    authority: 'reviews',
    upstreamHost: '127.0.0.1:9080',
    upstreamCluster: 'outbound|9080|v1|reviews',
    downstreamLocal: '127.0.0.1:1',
    downstreamRemote: '127.0.0.1:2',
    routeName: '',
  };

  test("Envoy's text; a quote in a value cannot end its field", () => {
    expect(textLine(entry)).toBe(
      '[2026-01-02T03:04:05.006Z] "GET /a%22b HTTP/1.1" 200 - via_upstream - "-" 1 2 3 - "-" "curl/8 \\"x\\"" "id" ' +
        '"reviews" "127.0.0.1:9080" outbound|9080|v1|reviews - 127.0.0.1:1 127.0.0.1:2 - -\n',
    );
  });

  test('lines reach the file in order', () => {
    const folder = mkdtempSync(join(tmpdir(), 'serin-log-'));
    const path = join(folder, 'access.log');
    const log = new FileLog({ path, json: true });
    for (let i = 0; i < 500; i++) log.write({ ...entry, status: 200 + i });
    log.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { response_code: number }).response_code)).toEqual(
      Array.from({ length: 500 }, (_, i) => 200 + i),
    );
    rmSync(folder, { recursive: true });
  });

  test('a full file is moved away once, whoever writes to it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'serin-log-'));
    const path = join(folder, 'access.log');
    const writers = [1, 2].map(() => new FileLog({ path, json: true, fullBytes: 2000 }));
    const write = (status: number): void => {
      for (const log of writers) {
        log.write({ ...entry, status });
        log.flush();
      }
    };
    const statuses = (file: string): number[] =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { response_code: number }).response_code);
    for (let status = 200; status < 300 && !existsSync(`${path}.1`); status++) write(status);
    // The other writer may notice only with its next line.
    write(300);
    write(599);
    expect(statuses(path).slice(-2)).toEqual([599, 599]);
    expect(statuses(`${path}.1`)).not.toContain(599);
    for (const log of writers) log.close();
    rmSync(folder, { recursive: true });
  });
});

test('the admin address serves the metrics', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-admin-'));
  const { stats } = await stage.serve({ routes: [], clusters: [] });
  const admin = new AdminServer(join(folder, 'admin.sock'), stats);
  await admin.ready;
  const get = (path: string): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath: join(folder, 'admin.sock'), path }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      });
      asked.on('error', reject);
      asked.end();
    });
  expect(await get('/stats/prometheus')).toEqual([200, expect.stringContaining('istio_build')]);
  expect((await get('/nothing'))[0]).toBe(404);
  await admin.close();
  rmSync(folder, { recursive: true });
});
