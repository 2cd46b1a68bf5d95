import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiFixture } from '../../test/support/api-server.ts';
import { openApi } from '../../test/support/api-server.ts';
import type { KubeObject } from '../core/model/meta.ts';
import type { RouteTrace } from '../core/routing/explain.ts';
import type { Cluster, RouteAction, RoutingTable } from '../core/routing/table.ts';
import { serinHere } from '../../test/support/command-line.ts';
import type { Failure, RouteTestRequest } from './contract.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApi({ heartbeatMs: 20 });
});
afterEach(() => api.close());

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { app: name.slice(0, 1) } },
  data,
});

function write(batch: readonly unknown[], headers: Record<string, string> = {}): Promise<Response> {
  return api.call('/v1/write', {
    method: 'POST',
    body: JSON.stringify({ batch }),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** fetch does not let a caller choose the Host header. */
function rawStatus(headers: Record<string, string>, path = '/v1/status'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: api.port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('who may call', () => {
  test('without the token nothing is answered but health', async () => {
    const refused = await fetch(`${api.base}/v1/status`);
    expect(refused.status).toBe(401);
    expect(((await refused.json()) as Failure).error.code).toBe('denied');
    const wrong = await fetch(`${api.base}/v1/objects/Pod`, { headers: { authorization: 'Bearer nope' } });
    expect(wrong.status).toBe(401);
    expect((await fetch(`${api.base}/healthz`)).status).toBe(200);
    expect((await fetch(`${api.base}/readyz`)).status).toBe(200);
    expect((await fetch(`${api.base}/unknown`)).status).toBe(401);
  });

  test.each([
    ['evil.example', 403],
    ['127.0.0.1', 403],
    ['127.0.0.1:1', 403],
    ['localhost:PORT', 200],
    ['LOCALHOST:PORT', 200],
    ['[::1]:PORT', 200],
    ['127.0.0.1:PORT', 200],
    ['127.0.0.1:PORT.evil.example', 403],
  ])('Host %s is answered with %i', async (host, status) => {
    const headers = { host: host.replace('PORT', String(api.port)), authorization: `Bearer ${api.token}` };
    expect(await rawStatus(headers)).toBe(status);
    expect(await rawStatus(headers, '/healthz')).toBe(status);
  });

  test('pages of other origins are refused', async () => {
    const own = { authorization: `Bearer ${api.token}`, host: `127.0.0.1:${api.port}` };
    expect(await rawStatus({ ...own, origin: 'http://evil.example' })).toBe(403);
    expect(await rawStatus({ ...own, origin: `http://localhost:${api.port}` })).toBe(200);
  });
});

describe('objects', () => {
  test('a batch is written, read, listed and selected', async () => {
    const answer = await write([
      { op: 'create', object: configMap('a1', { x: '1' }) },
      { op: 'create', object: configMap('b1') },
    ]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ results: [{ outcome: 'created' }, { outcome: 'created' }] });
    const one = await api.call('/v1/objects/ConfigMap/default/a1');
    expect(await one.json()).toMatchObject({ kind: 'ConfigMap', data: { x: '1' } });
    const list = await api.call('/v1/objects/ConfigMap/default?labels=app%3Da');
    const { items } = (await list.json()) as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a1']);
    expect((await api.call('/v1/objects/Namespace/-/default')).status).toBe(200);
  });

  test('a conflict changes nothing of the batch', async () => {
    await write([{ op: 'create', object: configMap('a1') }]);
    const read = (await (await api.call('/v1/objects/ConfigMap/default/a1')).json()) as KubeObject;
    await write([{ op: 'update', object: { ...read, data: { x: 'first' } } }]);
    const late = await write([
      { op: 'create', object: configMap('b1') },
      { op: 'update', object: { ...read, data: { x: 'second' } } },
    ]);
    expect(late.status).toBe(409);
    expect(((await late.json()) as Failure).error).toMatchObject({ code: 'conflict', retry: 'backoff' });
    expect((await api.call('/v1/objects/ConfigMap/default/b1')).status).toBe(404);
    expect(await (await api.call('/v1/objects/ConfigMap/default/a1')).json()).toMatchObject({ data: { x: 'first' } });
  });

  test('failures speak the language of the request', async () => {
    const zh = await api.call('/v1/objects/ConfigMap/default/nope', { headers: { 'accept-language': 'zh-CN,en' } });
    expect(zh.status).toBe(404);
    const { error } = (await zh.json()) as Failure;
    expect(error.message).toContain('没有');
    expect(error.text).toMatchObject({ key: 'fault.notFound', params: { name: 'nope' } });
    const en = await api.call('/v1/objects/ConfigMap/default/nope');
    expect(((await en.json()) as Failure).error.message).toContain('does not exist');
  });

  test.each([
    ['/v1/objects/Nothing', 400],
    ['/v1/objects/Pod?labels=a%20b', 400],
    ['/v1/objects/Pod?nope=1', 400],
    ['/v1/watch?kinds=Pod&since=x', 400],
    ['/v2/anything', 404],
  ])('%s is refused', async (path, status) => {
    const answer = await api.call(path);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as Failure).error.message).not.toBe('');
  });

  test('what is no batch is refused with its place', async () => {
    for (const body of ['{', '{"batch":[{"op":"burn"}]}', '{"batch":[{"op":"create","object":{"kind":"Pod"}}]}']) {
      const answer = await api.call('/v1/write', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(400);
      expect(((await answer.json()) as Failure).error.code).toBe('usage');
    }
    const unknown = await write([{ op: 'create', object: { ...configMap('x'), kind: 'Spaceship' } }]);
    expect(unknown.status).toBe(422);
  });

  test('a body without end is cut off', async () => {
    const answer = await api.call('/v1/write', {
      method: 'POST',
      body: JSON.stringify({ batch: [], fill: 'x'.repeat(17 * 1024 * 1024) }),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(413);
  });

  test('every write is audited, without content', async () => {
    await write([{ op: 'create', object: configMap('a1', { password: 'hunter2' }) }], { 'x-serin-user': 'mei' });
    await write([{ op: 'delete', ref: { kind: 'ConfigMap', namespace: 'default', name: 'zz' } }]);
    const audit = api.lines.filter(({ fields }) => fields['audit'] === true);
    expect(audit.map(({ message }) => message)).toEqual(['write', 'write refused']);
    expect(audit[0]?.fields).toMatchObject({ who: 'mei', changes: ['create ConfigMap default/a1'] });
    expect(JSON.stringify(api.lines)).not.toContain('hunter2');
  });

  test('journals', async () => {
    await write([
      { op: 'append', journal: 'run/default/r-1', entries: [{ at: 5, kind: 'weight', body: { to: 5 } }] },
      { op: 'append', journal: 'run/default/r-1', entries: [{ at: 6, kind: 'weight', body: { to: 10 } }] },
    ]);
    const page = await (await api.call('/v1/journal/run/default/r-1')).json();
    expect(page).toEqual({
      entries: [
        { at: 5, kind: 'weight', body: { to: 5 } },
        { at: 6, kind: 'weight', body: { to: 10 } },
      ],
    });
    expect(await (await api.call('/v1/journal/run/default/r-1?from=1')).json()).toMatchObject({
      entries: [{ at: 6 }],
    });
  });
});

/** Reads a stream until the text so far satisfies `until`. */
async function readUntil(answer: Response, until: (text: string) => boolean): Promise<string> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (reader !== undefined && !until(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

describe('watch', () => {
  test('the past comes first, then the present, with heartbeats between', async () => {
    const { resourceVersion } = await api.store.list('ConfigMap');
    await write([{ op: 'create', object: configMap('a1') }]);
    const answer = await api.call(`/v1/watch?kinds=ConfigMap&since=${resourceVersion}`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reading = readUntil(answer, (text) => text.includes('"b1"') && text.includes(': heartbeat'));
    await write([{ op: 'create', object: configMap('b1') }]);
    const text = await reading;
    expect(text.indexOf('"a1"')).toBeGreaterThan(0);
    expect(text.indexOf('"b1"')).toBeGreaterThan(text.indexOf('"a1"'));
  });

  test('Last-Event-ID resumes after the event, whatever `since` says', async () => {
    const { resourceVersion } = await api.store.list('ConfigMap');
    await write([{ op: 'create', object: configMap('a1') }]);
    const middle = (await api.store.list('ConfigMap')).resourceVersion;
    await write([{ op: 'create', object: configMap('b1') }]);
    const answer = await api.call(`/v1/watch?kinds=ConfigMap&since=${resourceVersion}`, {
      headers: { 'last-event-id': middle },
    });
    const text = await readUntil(answer, (seen) => seen.includes('"b1"'));
    expect(text).not.toContain('"a1"');
    expect(text).toMatch(/id: \d+\nevent: added\n/);
  });

  test('a history that is gone is said, and the stream ends', async () => {
    const answer = await api.call('/v1/watch?kinds=ConfigMap&since=999999');
    const text = await answer.text();
    expect(text).toContain('event: lost');
    expect(text).toContain('"code":"refused"');
  });

  test('a client that leaves gives its watch back', async () => {
    const answer = await api.call('/v1/watch?kinds=ConfigMap&since=0');
    await readUntil(answer, (text) => text.includes('open'));
    await expect
      .poll(async () => (await (await api.call('/metrics')).text()).includes('serin_api_watches 0'))
      .toBe(true);
  });

  test('closing the server ends its streams', async () => {
    const other = await openApi();
    const answer = await other.call('/v1/watch?kinds=ConfigMap&since=0');
    const ended = answer.text().then(
      () => 'ended',
      () => 'ended',
    );
    await other.close();
    expect(await ended).toBe('ended');
  });
});

describe('views', () => {
  test('logs: text, tail, follow, and what does not exist', async () => {
    api.podLogs.set('p1', ['one', 'two', '三']);
    expect(await (await api.call('/v1/namespaces/default/pods/p1/logs')).text()).toBe('one\ntwo\n三\n');
    expect(await (await api.call('/v1/namespaces/default/pods/p1/logs?tail=1')).text()).toBe('三\n');
    expect((await api.call('/v1/namespaces/default/pods/p2/logs')).status).toBe(404);
    const following = await api.call('/v1/namespaces/default/pods/p1/logs?follow=true&tail=0');
    api.podLogs.get('p1')?.push('four');
    expect(await readUntil(following, (text) => text.includes('four'))).toBe('four\n');
  });

  test('status, mesh, rates, metrics', async () => {
    expect(await (await api.call('/v1/status')).json()).toMatchObject({
      version: '1.2.3',
      state: 'ready',
      api: api.base,
      notices: [{ key: 'fault.exists', message: 'Service default/a exists already' }],
    });
    expect(await (await api.call('/v1/mesh')).json()).toMatchObject({ tableVersion: 7, workers: [{ pid: 4711 }] });
    expect(await (await api.call('/v1/metrics/view')).json()).toMatchObject({ windowMs: 10_000, releases: [] });
    expect(await (await api.call('/stats/prometheus')).text()).toContain('istio_requests_total');
    const metrics = await (await api.call('/metrics')).text();
    expect(metrics).toMatch(/serin_api_requests_total\{method="GET",route="\/v1\/mesh",status="200"\} 1\n/);
  });

  test('a route test is answered by the rules of the newest table', async () => {
    const caller = { workload: 'istio-ingressgateway', namespace: 'istio-system', app: '', version: '', labels: {} };
    const cluster = (version: string): Cluster => ({
      name: `outbound|80|${version}|shop.default.svc.cluster.local`,
      host: 'shop.default.svc.cluster.local',
      serviceName: 'shop',
      serviceNamespace: 'default',
      port: 80,
      subset: version,
      version,
      balance: { kind: 'leastRequest' },
      endpoints: [],
      connectTimeoutMs: 1000,
    });
    const arms = [cluster('v1'), cluster('v2')];
    const forward = (weights: readonly number[]): RouteAction => ({
      kind: 'forward',
      destinations: arms.map(({ name }, index) => ({ cluster: name, weight: weights[index] ?? 0 })),
      timeoutMs: 0,
      retry: null,
    });
    const table: RoutingTable = {
      version: 1,
      listeners: [
        {
          id: '127.0.0.1:8080',
          address: '127.0.0.1',
          port: 8080,
          nominalPort: 80,
          kind: 'gateway',
          protocol: 'http',
          caller,
          routes: 'gateway',
        },
      ],
      routes: {
        gateway: {
          unknownHost: 'notFound',
          virtualHosts: [
            {
              name: '*:80',
              domains: ['*'],
              routes: [
                {
                  name: 'testers',
                  origin: 'VirtualService default/shop http[0].match[0]',
                  match: { headers: [{ name: 'end-user', match: { kind: 'exact', value: 'mei' } }] },
                  action: forward([0, 100]),
                },
                { name: 'rest', origin: 'VirtualService default/shop http[1]', action: forward([90, 10]) },
              ],
            },
          ],
        },
      },
      clusters: Object.fromEntries(arms.map((one) => [one.name, one])),
    };
    const other = await openApi({
      mesh: {
        report: () => ({ tableVersion: 1, acknowledged: null, workers: [] }),
        table: () => table,
        scrape: async () => '',
      },
    });
    const ask = async (body: RouteTestRequest): Promise<Response> =>
      other.call('/v1/route-test', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const mei = await ask({ authority: 'localhost:8080', path: '/', headers: { 'End-User': 'mei' } });
    expect(await mei.json()).toMatchObject({
      rules: [
        { name: 'testers', result: 'matched' },
        { name: 'rest', result: 'notTried' },
      ],
    });
    const rest = (await (await ask({ authority: 'localhost:8080', path: '/x?y=1' })).json()) as RouteTrace;
    expect(rest.rules[0]).toMatchObject({ result: 'failed', failed: { name: 'end-user', found: null } });
    expect(rest.outcome).toMatchObject({ kind: 'forward', destinations: [{ sharePct: 90 }, { sharePct: 10 }] });
    const nobody = await ask({ authority: 'localhost:1', path: '/' });
    expect(nobody.status).toBe(404);
    expect(((await nobody.json()) as Failure).error.text.key).toBe('server.noListener');
    expect((await ask({ authority: 'a b', path: '/' })).status).toBe(400);
    const words = await serinHere(
      ['route', 'test', 'http://localhost:8080/', '-H', 'end-user: mei', '--from', 'gateway', '--lang', 'zh'],
      { data: other.folder },
    );
    expect(words.out).toMatch(/✔ testers +VirtualService default\/shop http\[0\]\.match\[0\] +匹配/);
    expect(words.out).toContain('没有就绪的 Pod：503');
    await other.close();
    expect((await api.call('/v1/route-test', { method: 'POST' })).status).toBe(400);
  });

  test('shutdown is answered before it happens', async () => {
    const answer = await api.call('/v1/shutdown', {
      method: 'POST',
      body: '{"keepPods":true}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
    await expect.poll(() => api.stops).toEqual([{ keepPods: true }]);
  });

  test('the description names every route', async () => {
    const text = await (await api.call('/openapi.json')).json();
    const { openapi, paths } = text as { openapi: string; paths: Record<string, unknown> };
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/healthz',
        '/v1/objects/{kind}/{namespace}/{name}',
        '/v1/write',
        '/v1/watch',
        '/v1/status',
        '/v1/mesh',
        '/v1/metrics/view',
        '/v1/shutdown',
      ]),
    );
    expect(JSON.stringify(paths['/v1/write'])).toContain('"apply"');
  });
});

test('a port that is taken is a fault with a remedy', async () => {
  await expect(openApi({ port: api.port })).rejects.toMatchObject({ code: 'busy' });
});
