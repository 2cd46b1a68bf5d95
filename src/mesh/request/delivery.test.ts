import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { RetryPolicy } from '../../core/routing/table.ts';
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
  until,
} from '../test-bed.ts';

const stage = new Stage();
afterEach(() => stage.end());

/** Istio's default policy. */
const byDefault: RetryPolicy = {
  attempts: 2,
  on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
  statusCodes: [],
  backoffBaseMs: 1,
  avoidPreviousHosts: true,
};
const retrying = (on: readonly string[], more: Partial<RetryPolicy> = {}): RetryPolicy => ({
  ...byDefault,
  on,
  ...more,
});

/** Answers with these statuses in turn, the last one for ever. */
function moody(...statuses: readonly number[]): { pod: Promise<Pod>; asked: string[] } {
  const asked: string[] = [];
  const pod = stage.pod(
    httpPod((request, response) => {
      const status = statuses[Math.min(asked.length, statuses.length - 1)] ?? 200;
      asked.push(String(request.headers['x-envoy-attempt-count']));
      request.resume();
      request.on('end', () => {
        response.statusCode = status;
        response.end(`answer ${asked.length}`);
      });
    }),
  );
  return { pod, asked };
}

async function with1(pod: Promise<Pod>, more: Parameters<typeof forwardTo>[1]): ReturnType<Stage['serve']> {
  return stage.serve({
    routes: [route(forwardTo({ v1: 1 }, more))],
    clusters: [cluster('v1', [endpoint(await pod)])],
  });
}

describe('retries', () => {
  test('the default policy retries no 503', async () => {
    const { pod, asked } = moody(503, 200);
    const { port } = await with1(pod, { retry: byDefault });
    expect((await ask(port)).status).toBe(503);
    expect(asked).toEqual(['1']);
  });

  test.each([
    ['5xx', 500],
    ['gateway-error', 502],
    ['retriable-4xx', 409],
  ])('%s retries a %i, counting up; the body is sent again', async (token, status) => {
    const { pod, asked } = moody(status, 200);
    const { port, stats } = await with1(pod, { retry: retrying([token]) });
    expect(await ask(port, '/', { method: 'POST', body: 'x'.repeat(3000) })).toMatchObject({
      status: 200,
      body: 'answer 2',
    });
    expect(asked).toEqual(['1', '2']);
    // The client's request counts once; the pod saw two tries.
    expect(stats.allRows()).toMatchObject([{ requests: 1, failures: 0 }]);
    const tries = [...stats.series()].find(({ edge }) => edge.reporter === 'destination')?.all();
    expect(tries?.map((series) => [series.status, series.requests])).toEqual([
      [200, 1],
      [status, 1],
    ]);
  });

  test('status codes; and an answer that stays bad is passed on when the tries are used up', async () => {
    const { pod, asked } = moody(418);
    const retry = retrying(['retriable-status-codes'], { statusCodes: [418] });
    const { port, lines } = await with1(pod, { retry });
    expect(await ask(port)).toMatchObject({ status: 418, body: 'answer 3' });
    expect(asked).toEqual(['1', '2', '3']);
    expect(lines[0]).toMatchObject({ flags: 'URX' });
  });

  test('an overloaded upstream is left alone', async () => {
    let asked = 0;
    const pod = stage.pod(
      httpPod((_, response) => {
        asked++;
        response.writeHead(503, { 'x-envoy-overloaded': 'true' }).end();
      }),
    );
    const { port } = await with1(pod, { retry: retrying(['5xx']) });
    expect((await ask(port)).status).toBe(503);
    expect(asked).toBe(1);
  });

  test('a pod that refuses connections is avoided by the default policy: nobody notices', async () => {
    const good = await stage.pod(echoPod('v1'));
    const bad = { port: await freePort() };
    const { port, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }, { retry: byDefault }))],
      clusters: [cluster('v1', [endpoint(good), endpoint(bad)], { balance: { kind: 'roundRobin' } })],
    });
    for (let i = 0; i < 10; i++) expect((await ask(port)).status).toBe(200);
    expect(stats.allRows().reduce((sum, row) => sum + row.failures, 0)).toBe(0);
  });

  test('UF with URX and the retried wording once all tries failed', async () => {
    const bad = Promise.resolve({ address: '127.0.0.1', port: await freePort(), close: () => Promise.resolve() });
    const { port, lines } = await with1(bad, { retry: byDefault });
    const answer = await ask(port);
    expect(answer.body).toContain('retried and the latest reset reason: remote connection failure');
    expect(lines[0]).toMatchObject({ flags: 'URX,UF' });
  });

  test('per-try timeout: 5xx retries it, connect-failure alone does not', async () => {
    let asked = 0;
    const pod = stage.pod(
      httpPod((_, response) => {
        if (++asked % 2 === 0) response.end('second');
      }),
    );
    const first = await with1(pod, { retry: retrying(['5xx'], { perTryTimeoutMs: 50 }) });
    expect((await ask(first.port)).body).toBe('second');
    const second = await with1(pod, { retry: retrying(['connect-failure'], { perTryTimeoutMs: 50 }) });
    expect(await ask(second.port)).toMatchObject({ status: 504, body: 'upstream request timeout' });
    expect(second.lines[0]).toMatchObject({ flags: 'UT' });
  });

  test('a kept connection that was closed meanwhile: idempotent requests go out again, others do not', async () => {
    const sockets: Socket[] = [];
    const perConnection = new Map<Socket, number>();
    // Closes as soon as it hears the second request on one connection.
    const pod = stage.pod(
      rawPod((socket) => {
        sockets.push(socket);
        socket.on('data', () => {
          const count = (perConnection.get(socket) ?? 0) + 1;
          perConnection.set(socket, count);
          if (count > 1) socket.destroy();
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
      }),
    );
    const { port } = await with1(pod, { retry: null });
    expect((await ask(port)).status).toBe(200);
    expect((await ask(port)).status).toBe(200);
    expect(sockets.length).toBe(2);
    expect((await ask(port, '/', { method: 'POST', body: 'x' })).status).toBe(503);
    expect((await ask(port, '/', { method: 'POST', body: 'x' })).status).toBe(200);
  });

  test("Keep-Alive: timeout is honoured: an old connection isn't used for a POST", async () => {
    let connections = 0;
    const pod = stage.pod(
      rawPod((socket) => {
        connections++;
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n'));
      }),
    );
    const { port } = await with1(pod, { retry: null });
    for (let i = 0; i < 3; i++) expect((await ask(port, '/', { method: 'POST', body: 'x' })).status).toBe(200);
    expect(connections).toBe(3);
  });
});

describe('time', () => {
  test('504 UT when the route has waited enough; the upstream is let go', async () => {
    const closed = Promise.withResolvers<void>();
    const pod = stage.pod(
      rawPod((socket) => {
        socket.on('data', () => {});
        socket.on('close', () => closed.resolve());
      }),
    );
    const { port, lines, stats } = await with1(pod, { timeoutMs: 50 });
    expect(await ask(port)).toMatchObject({ status: 504, body: 'upstream request timeout' });
    expect(lines[0]).toMatchObject({ status: 504, flags: 'UT' });
    expect(stats.allRows()).toMatchObject([{ requests: 1, failures: 1 }]);
    await closed.promise;
  });

  test('a timeout in the middle of an answer cuts it', async () => {
    const pod = stage.pod(
      rawPod((socket) => socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'))),
    );
    const { port, stats } = await with1(pod, { timeoutMs: 50 });
    await expect(ask(port)).rejects.toThrow(/ECONNRESET/);
    await until(() => stats.allRows()[0]?.failures === 1);
  });

  test('connect timeout: UF', async () => {
    // TEST-NET-1 (RFC 5737) answers nobody; where the system knows at once, that is a connect failure all the same.
    const { port, lines } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [{ ...endpoint({ port: 9 }), address: '192.0.2.1' }], { connectTimeoutMs: 50 })],
    });
    expect((await ask(port)).status).toBe(503);
    expect(lines[0]?.flags).toBe('UF');
  });
});

describe('the client leaves', () => {
  test('the upstream is let go; DC, code 0, no failure', async () => {
    const closed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const pod = stage.pod(
      rawPod((socket) => {
        socket.on('data', () => asked.resolve());
        socket.on('close', () => closed.resolve());
      }),
    );
    const { port, lines, stats } = await with1(pod, {});
    const client = connect(port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await asked.promise;
    client.destroy();
    await closed.promise;
    expect(lines[0]).toMatchObject({ status: 0, flags: 'DC' });
    expect(stats.allRows()).toMatchObject([{ requests: 1, failures: 0 }]);
  });

  test('a rest of a request that makes no sense is answered 400', async () => {
    const pod = stage.pod(echoPod('v1'));
    const { port } = await with1(pod, {});
    const text = await exchangeBytes(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'zz\r\n',
    );
    expect(parseAnswer(text).status).toBe(400);
  });
});

describe('mirrors, CORS, stickiness', () => {
  test('a mirror gets a copy with the body, its answer is dropped, its counts are marked', async () => {
    const main = await stage.pod(echoPod('v1'));
    const seen: string[] = [];
    const shadow = await stage.pod(
      httpPod((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          seen.push(`${request.headers.host} ${body}`);
          response.writeHead(500).end('nobody hears this');
        });
      }),
    );
    const { port, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }, { mirrors: [{ cluster: 'v2', ppm: 1_000_000 }] }))],
      clusters: [cluster('v1', [endpoint(main)]), cluster('v2', [endpoint(shadow, 'v2')])],
    });
    expect(echoed((await ask(port, '/', { method: 'POST', body: 'hello' })).body).body).toBe('hello');
    const row = await until(() => stats.allRows().find(({ mirrored, requests }) => mirrored === true && requests > 0));
    expect(row).toMatchObject({ version: 'v2', requests: 1, failures: 1 });
    expect(seen).toEqual(['reviews hello']);
    expect(stats.allRows().filter(({ mirrored }) => mirrored !== true)).toMatchObject([
      { version: 'v1', requests: 1, failures: 0 },
    ]);
  });

  test('a mirror that is away hurts nobody', async () => {
    const main = await stage.pod(echoPod('v1'));
    const { port } = await stage.serve({
      routes: [
        route(
          forwardTo(
            { v1: 1 },
            {
              mirrors: [
                { cluster: 'v2', ppm: 1_000_000 },
                { cluster: 'v9', ppm: 1_000_000 },
              ],
            },
          ),
        ),
      ],
      clusters: [cluster('v1', [endpoint(main)]), cluster('v2', [endpoint({ port: await freePort() }, 'v2')])],
    });
    for (let i = 0; i < 5; i++) expect((await ask(port)).status).toBe(200);
  });

  test('CORS: preflights, allowed and other origins', async () => {
    const main = await stage.pod(echoPod('v1'));
    const { port } = await stage.serve({
      routes: [
        route(forwardTo({ v1: 1 }), {
          cors: {
            allowOrigins: [{ kind: 'exact', value: 'https://shop.example' }],
            allowMethods: 'GET,POST',
            allowHeaders: 'x-a',
            exposeHeaders: 'x-b',
            maxAgeSeconds: 60,
            allowCredentials: true,
            forwardUnmatchedPreflights: true,
          },
        }),
      ],
      clusters: [cluster('v1', [endpoint(main)])],
    });
    const from = (origin: string, more: object = {}): Record<string, string> => ({ origin, ...more });
    const ours = 'https://shop.example';
    const preflight = await ask(port, '/', {
      method: 'OPTIONS',
      headers: from(ours, { 'access-control-request-method': 'GET' }),
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': ours,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '60',
      'access-control-allow-credentials': 'true',
    });
    expect(preflight.body).toBe('');
    const actual = await ask(port, '/', { headers: from(ours) });
    expect(actual.headers).toMatchObject({
      'access-control-allow-origin': ours,
      'access-control-expose-headers': 'x-b',
    });
    const foreign = await ask(port, '/', { headers: from('https://evil.example') });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    const forwarded = await ask(port, '/', {
      method: 'OPTIONS',
      headers: from('https://evil.example', { 'access-control-request-method': 'GET' }),
    });
    expect(echoed(forwarded.body).method).toBe('OPTIONS');
  });

  test('sticky: a minted cookie keeps its arm, and growing the weight moves nobody back', async () => {
    const [v1, v2] = [await stage.pod(echoPod('v1')), await stage.pod(echoPod('v2'))];
    const clusters = [cluster('v1', [endpoint(v1)]), cluster('v2', [endpoint(v2, 'v2')])];
    const sticky = { cookie: 'user', mintSeconds: 3600, salt: 's' };
    // The first entry has the lowest buckets: the candidate.
    const at = (weight: number) => [route(forwardTo({ v2: weight, v1: 100 - weight }, { sticky }))];
    const small = await stage.serve({ routes: at(30), clusters });
    const large = await stage.serve({ routes: at(60), clusters });
    let candidates = 0;
    for (let i = 0; i < 40; i++) {
      const first = await ask(small.port);
      const cookie = /user=[^;]+/.exec(first.headers['set-cookie'] ?? '')?.[0] ?? '';
      expect(first.headers['set-cookie']).toContain('Max-Age=3600');
      const { version } = echoed(first.body);
      const second = await ask(small.port, '/', { headers: { cookie } });
      expect(echoed(second.body).version).toBe(version);
      expect(second.headers['set-cookie']).toBeUndefined();
      if (version !== 'v2') continue;
      candidates++;
      expect(echoed((await ask(large.port, '/', { headers: { cookie } })).body).version).toBe('v2');
    }
    expect(candidates).toBeGreaterThan(0);
  });

  test('consistent hash: the same key, the same pod; a cookie is minted where the policy says so', async () => {
    const pods = await Promise.all(['a', 'b', 'c'].map((name) => stage.pod(echoPod(name))));
    const clusters = [
      cluster(
        'v1',
        pods.map((pod) => endpoint(pod)),
        { balance: { kind: 'ringHash', minimumSize: 1024 } },
      ),
    ];
    const byHeader = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }, { hash: [{ header: 'x-user' }] }))],
      clusters,
    });
    const seen = new Set<string>();
    for (let user = 0; user < 12; user++) {
      const answers = await Promise.all(
        [1, 2, 3].map(() => ask(byHeader.port, '/', { headers: { 'x-user': `u${user}` } })),
      );
      const versions = new Set(answers.map(({ body }) => echoed(body).version));
      expect(versions.size).toBe(1);
      for (const version of versions) seen.add(version);
    }
    expect(seen.size).toBeGreaterThan(1);
    const hash = [{ cookie: { name: 'lb', path: '/', ttlMs: 5000 } }];
    const byCookie = await stage.serve({ routes: [route(forwardTo({ v1: 1 }, { hash }))], clusters });
    const first = await ask(byCookie.port);
    expect(first.headers['set-cookie']).toMatch(/^lb="[^"]+"; Max-Age=5; Path=\/; HttpOnly$/);
    const cookie = /lb="[^"]+"/.exec(first.headers['set-cookie'] ?? '')?.[0] ?? '';
    const again = await ask(byCookie.port, '/', { headers: { cookie } });
    expect(echoed(again.body).version).toBe(echoed(first.body).version);
  });
});
