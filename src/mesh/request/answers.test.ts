import { afterEach, describe, expect, test } from 'vitest';
import type { Route } from '../../core/routing/table.ts';
import {
  ask,
  cluster,
  echoed,
  echoPod,
  endpoint,
  exchangeBytes,
  forwardTo,
  freePort,
  httpPod,
  parseAnswer,
  type Pod,
  rawPod,
  route,
  Stage,
} from '../test-bed.ts';

const stage = new Stage();
afterEach(() => stage.end());
const serve = stage.serve.bind(stage);
const kept = stage.pod.bind(stage);
const echo = (version: string): Promise<Pod> => kept(echoPod(version));

describe('answers of the proxy itself', () => {
  test('404 NR: no route matches, and there is no second host to try', async () => {
    const v1 = await echo('v1');
    const only = route(forwardTo({ v1: 1 }), { match: { path: { kind: 'exact', value: '/only' } } });
    const { port, lines, stats } = await serve({ routes: [only], clusters: [cluster('v1', [endpoint(v1)])] });
    const answer = await ask(port, '/other');
    expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([404, '', '0']);
    expect(lines[0]).toMatchObject({ status: 404, flags: 'NR' });
    // No pod and no cluster is to blame.
    expect(stats.allRows()).toEqual([]);
  });

  test('404 NR for an unknown host, 502 where the registry decides', async () => {
    const hosts = [{ name: 'a', domains: ['a.example'], routes: [] }];
    const gateway = await serve({ routes: [], clusters: [], table: { virtualHosts: hosts } });
    expect((await ask(gateway.port)).status).toBe(404);
    const strict = await serve({ routes: [], clusters: [], table: { virtualHosts: hosts, unknownHost: 'block' } });
    expect((await ask(strict.port)).status).toBe(502);
  });

  test('503 NC: the cluster is not there', async () => {
    const { port, lines } = await serve({ routes: [route(forwardTo({ v9: 1 }))], clusters: [] });
    const answer = await ask(port);
    expect([answer.status, answer.body]).toEqual([503, '']);
    expect(lines[0]).toMatchObject({ flags: 'NC' });
  });

  test('503 UH: the cluster is empty, and the arm is charged', async () => {
    const { port, lines, stats } = await serve({
      routes: [route(forwardTo({ v2: 1 }))],
      clusters: [cluster('v2', [])],
    });
    const answer = await ask(port);
    expect([answer.status, answer.body]).toEqual([503, 'no healthy upstream']);
    expect(lines[0]).toMatchObject({ flags: 'UH' });
    expect(stats.allRows()).toMatchObject([{ version: 'v2', pod: '', workload: '', requests: 1, failures: 1 }]);
  });

  test('503 UF: the pod refuses the connection', async () => {
    const gone = { port: await freePort() };
    const { port, lines, stats } = await serve({
      routes: [route(forwardTo({ v2: 1 }))],
      clusters: [cluster('v2', [endpoint(gone, 'v2', 'p')])],
    });
    const answer = await ask(port);
    expect(answer.status).toBe(503);
    expect(answer.body).toBe(
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, ' +
        'transport failure reason: delayed connect error: Connection refused',
    );
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(lines[0]).toMatchObject({ flags: 'UF' });
    expect(stats.allRows()).toMatchObject([{ version: 'v2', pod: 'p', requests: 1, failures: 1 }]);
  });

  test('503 UC: the pod closes without an answer', async () => {
    const rude = await kept(rawPod((socket) => socket.once('data', () => socket.destroy())));
    const { port, lines } = await serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(rude)])],
    });
    const answer = await ask(port);
    expect([answer.status, answer.body]).toEqual([
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    ]);
    expect(lines[0]).toMatchObject({ flags: 'UC' });
  });

  test('a pod that breaks its connection is asked whether it takes another one', async () => {
    for (const goes of [true, false]) {
      const pod = await kept(
        rawPod((socket) =>
          socket.once('data', () => {
            if (goes) void pod.close();
            socket.destroy();
          }),
        ),
      );
      const { port, stats } = await serve({
        routes: [route(forwardTo({ v1: 1 }))],
        clusters: [cluster('v1', [endpoint(pod)])],
      });
      expect((await ask(port)).status).toBe(503);
      await expect.poll(() => stats.allRows()[0]?.requests).toBe(1);
      if (goes) await expect.poll(() => stats.allRows()[0]?.refused).toBe(1);
      else expect(stats.allRows()[0]?.refused).toBe(0);
    }
  });

  test('502 UPE: the pod speaks something else', async () => {
    const odd = await kept(rawPod((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n\r\n'))));
    const { port, lines } = await serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(odd)])],
    });
    expect((await ask(port)).status).toBe(502);
    expect(lines[0]).toMatchObject({ flags: 'UPE' });
  });

  test('503 UO: more requests than the cluster allows', async () => {
    const waiting = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const slow = await kept(
      httpPod((_, response) => {
        arrived.resolve();
        void waiting.promise.then(() => response.end('done'));
      }),
    );
    const { port, lines } = await serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(slow)], { maxRequests: 1 })],
    });
    const first = ask(port);
    await arrived.promise;
    const answer = await ask(port);
    waiting.resolve();
    expect(answer.status).toBe(503);
    expect(answer.headers['x-envoy-overloaded']).toBe('true');
    expect(answer.body).toContain('reset reason: overflow');
    expect(lines[0]).toMatchObject({ flags: 'UO' });
    expect((await first).status).toBe(200);
  });

  test('pending requests wait for the one connection that is allowed', async () => {
    const v1 = await echo('v1');
    const { port } = await serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(v1)], { maxConnections: 1 })],
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(port)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test('refusals: 400, 426, 431, 414, 417, 501; and the connection closes', async () => {
    const { port } = await serve({ routes: [route({ kind: 'respond', status: 200, body: 'x' })], clusters: [] });
    const status = async (text: string): Promise<number> => parseAnswer(await exchangeBytes(port, text)).status;
    expect(await status('GET / HTTP/1.1\r\n\r\n')).toBe(400);
    expect(await status('GET / HTTP/1.0\r\nHost: a\r\n\r\n')).toBe(426);
    expect(await status(`GET / HTTP/1.1\r\nHost: a\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`)).toBe(431);
    expect(await status(`GET /${'b'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toBe(414);
    expect(await status('GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n')).toBe(417);
    expect(await status('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n')).toBe(501);
    expect(await status('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(404);
    expect(await status('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(404);
  });

  test('redirect, direct response, https only', async () => {
    const routes: Route[] = [
      route({ kind: 'redirect', code: 302, path: '/new' }, { match: { path: { kind: 'prefix', value: '/old' } } }),
      route({ kind: 'respond', status: 201, body: 'made' }, { responseHeaders: { set: [['x-by', 'serin']] } }),
    ];
    const { port } = await serve({ routes, clusters: [] });
    const moved = await ask(port, '/old/x?q=1', { headers: { host: 'Shop:81' } });
    expect([moved.status, moved.headers['location']]).toEqual([302, 'http://Shop:81/new?q=1']);
    const made = await ask(port, '/thing');
    expect([made.status, made.body, made.headers['location'], made.headers['x-by']]).toEqual([
      201,
      'made',
      'http://reviews/thing',
      'serin',
    ]);
    const tls = await serve({
      routes,
      clusters: [],
      table: { virtualHosts: [{ name: 'a', domains: ['*'], routes, requireTls: true }] },
    });
    expect((await ask(tls.port, '/a?b', { headers: { host: 'Shop:81' } })).headers['location']).toBe(
      'https://Shop:81/a?b',
    );
  });

  test('a fault answers, with a delay before it, and is never retried', async () => {
    const v1 = await echo('v1');
    const retry = { attempts: 3, on: ['5xx'], statusCodes: [], backoffBaseMs: 1, avoidPreviousHosts: false };
    const { port, lines } = await serve({
      routes: [
        route(forwardTo({ v1: 1 }, { retry }), {
          match: { path: { kind: 'prefix', value: '/both' } },
          fault: { delay: { ppm: 1_000_000, ms: 60 }, abort: { ppm: 1_000_000, status: 555 } },
        }),
        route(forwardTo({ v1: 1 }), {
          match: { path: { kind: 'prefix', value: '/grpc' } },
          fault: { abort: { ppm: 1_000_000, status: 200, grpcStatus: 14 } },
        }),
        route(forwardTo({ v1: 1 }, { timeoutMs: 200 }), { fault: { delay: { ppm: 1_000_000, ms: 60 } } }),
      ],
      clusters: [cluster('v1', [endpoint(v1)])],
    });
    const started = performance.now();
    const both = await ask(port, '/both');
    expect([both.status, both.body]).toEqual([555, 'fault filter abort']);
    expect(performance.now() - started).toBeGreaterThan(55);
    expect(lines[0]).toMatchObject({ flags: 'DI,FI' });
    const grpc = await ask(port, '/grpc');
    expect([grpc.status, grpc.body]).toEqual([200, 'fault filter abort']);
    expect((await ask(port, '/delayed')).status).toBe(200);
  });
});

describe('what the upstream sees', () => {
  test('mesh: own headers are added, hop-by-hop headers end here', async () => {
    const v1 = await echo('v1');
    const { port } = await serve({ routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(v1)])] });
    const answer = await ask(port, '/a?b=c', {
      headers: {
        'Keep-Alive': 'timeout=5',
        'Proxy-Connection': 'x',
        TE: 'trailers, deflate',
        'X-Envoy-Retry-On': '5xx',
        'X-Envoy-Upstream-Rq-Timeout-Ms': '1',
        'X-Drop': 'me',
        'X-Keep': 'Me',
        connection: 'close, x-drop',
      },
    });
    const { headers, url, method } = echoed(answer.body);
    expect([method, url, headers['host']]).toEqual(['GET', '/a?b=c', 'reviews']);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-envoy-attempt-count': '1',
      'x-keep': 'Me',
      te: 'trailers',
    });
    for (const name of ['keep-alive', 'proxy-connection', 'x-drop', 'x-envoy-retry-on', 'x-forwarded-for']) {
      expect(headers[name]).toBeUndefined();
    }
    expect(answer.headers).toMatchObject({ server: 'envoy', connection: 'close' });
    expect(Number(answer.headers['x-envoy-upstream-service-time'])).toBeGreaterThanOrEqual(0);
    expect(answer.headers['date']).toBeDefined();
  });

  test('gateway: nothing from outside is believed, the peer is told', async () => {
    const v1 = await echo('v1');
    const { port } = await serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(v1)])],
      listener: { kind: 'gateway' },
    });
    const answer = await ask(port, '/', {
      headers: {
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Proto': 'https',
        'X-Request-Id': 'mine',
        'X-Envoy-External-Address': '1.2.3.4',
        'X-Envoy-Original-Path': '/evil',
      },
    });
    const { headers } = echoed(answer.body);
    expect(headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9,127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-request-id': 'mine',
      'x-envoy-internal': 'true',
    });
    expect(headers['x-envoy-external-address']).toBeUndefined();
    expect(headers['x-envoy-original-path']).toBeUndefined();
    expect(answer.headers['server']).toBe('istio-envoy');
  });

  test('rewrites, header edits at both levels, formats', async () => {
    const v1 = await echo('v1');
    const edited: Route = route(
      {
        ...forwardTo({ v1: 1 }, { rewrite: { path: '/api/', authority: 'inner' }, timeoutMs: 5000 }),
        destinations: [
          {
            cluster: 'v1',
            weight: 1,
            requestHeaders: {
              set: [['x-level', 'destination']],
              add: [['x-from', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%']],
            },
            responseHeaders: { set: [['x-answer', 'destination']] },
          },
        ],
      },
      {
        match: { path: { kind: 'prefix', value: '/public/' } },
        requestHeaders: { remove: ['x-secret'], set: [['x-level', 'route']] },
        responseHeaders: { add: [['x-path', '%REQ(:path)%']], remove: ['content-type'] },
      },
    );
    const { port } = await serve({ routes: [edited], clusters: [cluster('v1', [endpoint(v1)])] });
    const answer = await ask(port, '/public/a?b', { headers: { 'x-secret': '1' } });
    const { headers, url } = echoed(answer.body);
    expect(url).toBe('/api/a?b');
    expect(headers).toMatchObject({
      host: 'inner',
      'x-level': 'route',
      'x-from': '127.0.0.1',
      'x-envoy-original-path': '/public/a?b',
      'x-envoy-original-host': 'reviews',
      'x-envoy-expected-rq-timeout-ms': '5000',
    });
    expect(headers['x-secret']).toBeUndefined();
    expect(answer.headers).toMatchObject({ 'x-answer': 'destination', 'x-path': '/public/a?b' });
    expect(answer.headers['content-type']).toBeUndefined();
  });

  test('paths are normalised before they are matched', async () => {
    const v1 = await echo('v1');
    const secret = route(
      { kind: 'respond', status: 403, body: '' },
      { match: { path: { kind: 'prefix', value: '/admin' } } },
    );
    const { port } = await serve({
      routes: [secret, route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(v1)])],
    });
    for (const path of ['/admin', '/x/../admin', '/%61dmin', '/./admin', '\\admin'.replace('\\', '/x/..\\')]) {
      expect([path, (await ask(port, path)).status]).toEqual([path, 403]);
    }
    expect(echoed((await ask(port, '/a%2Fb/./c?x=../y')).body).url).toBe('/a%2Fb/c?x=../y');
  });

  test('bodies of both kinds, with trailers, and 100-continue', async () => {
    const v1 = await echo('v1');
    const { port } = await serve({ routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(v1)])] });
    expect(echoed((await ask(port, '/', { method: 'POST', body: 'hello' })).body)).toMatchObject({ body: 'hello' });
    const chunked = await exchangeBytes(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\n\r\n5\r\nhel',
      'lo\r\n6;ext\r\n world\r\n0\r\nx-t: yes\r\n\r\n',
    );
    expect(echoed(parseAnswer(chunked).body)).toMatchObject({ body: 'hello world', trailers: { 'x-t': 'yes' } });
    const expecting = await exchangeBytes(
      port,
      'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      'ok',
    );
    expect(expecting.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(true);
    expect(echoed(expecting)).toMatchObject({ body: 'ok' });
    expect(echoed(expecting).headers['expect']).toBeUndefined();
  });
});

describe('answers of all shapes', () => {
  /** A pod that answers every request with these bytes; `close` = and closes. */
  const speaking = (bytes: string, close = false): Promise<Pod> =>
    kept(
      rawPod((socket) =>
        socket.on('data', () => {
          if (close) socket.end(bytes, 'latin1');
          else socket.write(bytes, 'latin1');
        }),
      ),
    );
  const through = async (pod: Pod, method = 'GET'): Promise<string> => {
    const { port } = await serve({ routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(pod)])] });
    return exchangeBytes(port, `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  };

  test('chunked with trailers', async () => {
    const text = await through(
      await speaking('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: y\r\n\r\n'),
    );
    expect(text).toContain('\r\ntransfer-encoding: chunked\r\n');
    expect(text.endsWith('\r\n\r\n3\r\nabc\r\n0\r\nx-t: y\r\n\r\n')).toBe(true);
  });

  test('until the pod closes', async () => {
    const text = await through(await speaking('HTTP/1.1 200 OK\r\n\r\nabc', true));
    expect(text.endsWith('3\r\nabc\r\n0\r\n\r\n')).toBe(true);
  });

  test('HTTP/1.0', async () => {
    const text = await through(await speaking('HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc', true));
    expect(parseAnswer(text)).toMatchObject({ status: 200, body: 'abc' });
    expect(text.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
  });

  test('HEAD: the length stays, no body comes', async () => {
    const text = await through(await speaking('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'), 'HEAD');
    expect(parseAnswer(text)).toMatchObject({ status: 200, body: '' });
    expect(text).toContain('content-length: 3');
  });

  test.each([204, 304])('%i has no body', async (status) => {
    const answer = parseAnswer(await through(await speaking(`HTTP/1.1 ${status} X\r\nETag: "a"\r\n\r\n`)));
    expect(answer).toMatchObject({ status, body: '' });
    expect(answer.headers['transfer-encoding']).toBeUndefined();
  });

  test('interim answers end at the proxy', async () => {
    const text = await through(
      await speaking('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
    expect(parseAnswer(text)).toMatchObject({ status: 200, body: 'ok' });
  });

  test('an answer that breaks off is not passed off as complete', async () => {
    const pod = await speaking('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', true);
    await expect(through(pod)).rejects.toThrow(/ECONNRESET/);
  });

  test('a pod that sends more than its answer is not used again', async () => {
    let connections = 0;
    const pod = await kept(
      rawPod((socket) => {
        connections++;
        socket.on('data', () =>
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'),
        );
      }),
    );
    const { port } = await serve({ routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(pod)])] });
    for (let i = 0; i < 3; i++) expect((await ask(port)).body).toBe('a');
    expect(connections).toBe(3);
  });
});
