import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Cluster, Listener } from '../../core/routing/table.ts';
import {
  cluster,
  echoed,
  echoPod,
  endpoint,
  exchangeBytes,
  forwardTo,
  freePort,
  identity,
  parseAnswer,
  rawPod,
  route,
  Stage,
  until,
} from '../test-bed.ts';

const stage = new Stage();
afterEach(() => stage.end());

describe('forward proxy', () => {
  async function proxy(): Promise<{ port: number; inside: number; outside: number }> {
    const [inside, outside] = [await stage.pod(echoPod('inside')), await stage.pod(echoPod('outside'))];
    const { port } = await stage.serve({
      routes: [],
      clusters: [cluster('v1', [endpoint(inside)])],
      listener: { kind: 'forwardProxy', routesByPort: { '9080': 'main' } },
      table: {
        unknownHost: 'passthrough',
        virtualHosts: [
          { name: 'reviews', domains: ['reviews', 'reviews.default'], routes: [route(forwardTo({ v1: 1 }))] },
        ],
      },
    });
    return { port, inside: inside.port, outside: outside.port };
  }

  test('absolute targets: known hosts are routed, others are reached as they are', async () => {
    const { port, outside } = await proxy();
    const get = (url: string): Promise<string> =>
      exchangeBytes(
        port,
        `GET ${url} HTTP/1.1\r\nHost: ignored\r\nConnection: close\r\nProxy-Connection: close\r\n\r\n`,
      );
    const known = echoed(await get('http://reviews:9080/a?b'));
    expect([known.version, known.url, known.headers['host']]).toEqual(['inside', '/a?b', 'reviews:9080']);
    const other = echoed(await get(`http://127.0.0.1:${outside}/c`));
    expect([other.version, other.url]).toEqual(['outside', '/c']);
  });

  test('CONNECT to a known host: what is asked inside is routed', async () => {
    const { port } = await proxy();
    const text = await exchangeBytes(
      port,
      'CONNECT reviews:9080 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n',
      'GET /x HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n',
    );
    expect(text.startsWith('HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200 OK')).toBe(true);
    expect(echoed(text)).toMatchObject({ version: 'inside', url: '/x' });
  });

  test('CONNECT to another host relays bytes; one that is away is 503', async () => {
    const { port } = await proxy();
    const echo = await stage.pod(
      rawPod((socket) => socket.on('data', (chunk: Buffer) => socket.end(`got ${chunk.toString()}`))),
    );
    const text = await exchangeBytes(port, `CONNECT 127.0.0.1:${echo.port} HTTP/1.1\r\nHost: x\r\n\r\n\x16\x03raw`);
    expect(text).toBe('HTTP/1.1 200 Connection Established\r\n\r\ngot \x16\x03raw');
    const away = await exchangeBytes(port, `CONNECT 127.0.0.1:${await freePort()} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(parseAnswer(away).status).toBe(503);
  });
});

describe('tcp', () => {
  const tcp = (weights: Readonly<Record<string, number>>): Partial<Listener> => ({
    protocol: 'tcp',
    tcp: Object.entries(weights).map(([name, weight]) => ({ cluster: name, weight })),
  });
  const serve = (weights: Readonly<Record<string, number>>, clusters: readonly Cluster[]): ReturnType<Stage['serve']> =>
    stage.serve({ routes: [], clusters, listener: tcp(weights) });

  test('bytes both ways, each half ends on its own, bytes and connections are counted', async () => {
    const pod = await stage.pod(
      rawPod((socket) => {
        const chunks: Buffer[] = [];
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
        // Answers only once the client has ended its half.
        socket.on('end', () => socket.end(`you said ${Buffer.concat(chunks).toString()}`));
      }, true),
    );
    const { port, stats } = await serve({ v1: 1 }, [cluster('v1', [endpoint(pod)])]);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.end('hello');
    });
    expect(answer).toBe('you said hello');
    const totals = await until(() => {
      const found = [...stats.series()].find(({ edge }) => edge.reporter === 'source')?.tcp;
      return found?.closed === 1 ? found : undefined;
    });
    expect(totals).toEqual({ opened: 1, closed: 1, sentBytes: 14, receivedBytes: 5 });
    expect(stats.allRows()).toMatchObject([{ protocol: 'tcp', requests: 1, failures: 0, version: 'v1' }]);
  });

  test('connections choose by weight; a pod that is away is passed over, an empty cluster closes', async () => {
    const named = (name: string) => stage.pod(rawPod((socket) => socket.end(name)));
    const [one, two] = [await named('one'), await named('two')];
    const { port, stats } = await serve({ v1: 50, v2: 50, v3: 0.0001 }, [
      cluster('v1', [endpoint(one), endpoint({ port: await freePort() })]),
      cluster('v2', [endpoint(two, 'v2')]),
      cluster('v3', []),
    ]);
    const seen = await Promise.all(Array.from({ length: 60 }, () => exchangeBytes(port, '')));
    expect(new Set(seen)).toEqual(new Set(['one', 'two']));
    expect(stats.allRows().reduce((sum, { failures }) => sum + failures, 0)).toBe(0);
    const empty = await serve({ v3: 1 }, [cluster('v3', [])]);
    await exchangeBytes(empty.port, '').catch(() => '');
    expect(empty.stats.allRows()).toMatchObject([{ failures: 1 }]);
  });
});

test('callers are told apart by the listener', async () => {
  const pod = await stage.pod(echoPod('v1'));
  const { port, stats } = await stage.serve({
    routes: [route(forwardTo({ v1: 1 }))],
    clusters: [cluster('v1', [endpoint(pod)])],
    listener: { caller: identity('ratings-v1') },
  });
  await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(stats.allRows()[0]?.source.workload).toBe('ratings-v1');
});
