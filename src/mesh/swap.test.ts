import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Cluster } from '../core/routing/table.ts';
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
  type Pod,
  rawPod,
  route,
  Stage,
  table,
  until,
} from './test-bed.ts';

const stage = new Stage();
afterEach(() => stage.end());

/** Asks one request after the other on each of the kept connections until told to stop. */
function load(port: number, connections: number): { stop(): Promise<{ good: number; bad: string[] }> } {
  const request = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
  let stopping = false;
  let good = 0;
  const bad: string[] = [];
  const running = Array.from(
    { length: connections },
    () =>
      new Promise<void>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true });
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (!text.endsWith('\r\n\r\nok')) return;
          if (text.startsWith('HTTP/1.1 200 ')) good++;
          else bad.push(text);
          text = '';
          if (stopping) socket.end();
          else socket.write(request);
        });
        socket.on('error', (error) => bad.push(String(error)));
        socket.on('close', () => {
          if (text !== '' || !stopping) bad.push(`closed after: ${text}`);
          resolve();
        });
        socket.write(request);
      }),
  );
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(running);
      return { good, bad };
    },
  };
}

const okPod = (): Promise<Pod> =>
  stage.pod(httpPod((_, response) => response.setHeader('content-length', 2).end('ok')));

describe('a new table', () => {
  test('100 weight changes and as many changes of pods under load: no request fails, shares are right', async () => {
    const pods = await Promise.all([okPod(), okPod(), okPod(), okPod()]);
    const [a, b, c, d] = pods.map((pod, index) => endpoint(pod, index < 2 ? 'v1' : 'v2'));
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four pods');
    const at = (version: number, weight: number): Parameters<typeof table>[0] => ({
      version,
      port,
      routes: [route(weight === 0 ? forwardTo({ v1: 1 }) : forwardTo({ v1: 100 - weight, v2: weight }))],
      // One pod of each version comes and goes.
      clusters: [cluster('v1', version % 2 === 0 ? [a, b] : [a]), cluster('v2', version % 3 === 0 ? [c, d] : [c])],
    });
    const { port, mesh, stats } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [a])],
    });
    const running = load(port, 8);
    for (let change = 1; change <= 100; change++) {
      expect(await mesh.apply(table(at(change, change % 101)))).toEqual([]);
      expect(mesh.version).toBe(change);
      await exchangeBytes(
        port,
        `${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
    }
    const { good, bad } = await running.stop();
    expect(bad).toEqual([]);
    expect(good).toBeGreaterThan(500);
    expect(stats.allRows().reduce((sum, { failures }) => sum + failures, 0)).toBe(0);
  });

  test('shares lie within binomial noise of the weights of their time', async () => {
    const [v1, v2] = [await okPod(), await okPod()];
    const clusters = [cluster('v1', [endpoint(v1)]), cluster('v2', [endpoint(v2, 'v2')])];
    const { port, mesh, stats } = await stage.serve({ routes: [route(forwardTo({ v1: 1 }))], clusters });
    let expected = 0;
    let variance = 0;
    const each = 60;
    for (const weight of [5, 10, 30, 50, 70, 95]) {
      await mesh.apply(
        table({ version: weight, port, routes: [route(forwardTo({ v1: 100 - weight, v2: weight }))], clusters }),
      );
      await exchangeBytes(
        port,
        `${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(each - 1)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expected += (each * weight) / 100;
      variance += each * (weight / 100) * (1 - weight / 100);
    }
    const second = stats.allRows().find(({ version }) => version === 'v2')?.requests ?? 0;
    expect(Math.abs(second - expected)).toBeLessThan(6 * Math.sqrt(variance));
  });

  test('what is in flight ends as it began; afterwards nothing goes to the old arm', async () => {
    const release = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const slow = await stage.pod(
      httpPod((_, response) => {
        asked.resolve();
        void release.promise.then(() => response.end('old'));
      }),
    );
    const fresh = await stage.pod(httpPod((_, response) => response.end('new')));
    const clusters = [cluster('v1', [endpoint(slow)]), cluster('v2', [endpoint(fresh, 'v2')])];
    const { port, mesh, stats } = await stage.serve({ routes: [route(forwardTo({ v1: 1 }))], clusters });
    const old = ask(port);
    await asked.promise;
    // The cluster of the request in flight is gone from the new table altogether.
    await mesh.apply(table({ version: 2, port, routes: [route(forwardTo({ v2: 1 }))], clusters: clusters.slice(1) }));
    const swappedAt = Date.now();
    expect((await ask(port)).body).toContain('new');
    release.resolve();
    expect((await old).body).toContain('old');
    const lastOld = stats.allRows().find(({ version }) => version === 'v1')?.lastSentAt ?? Infinity;
    expect(lastOld).toBeLessThanOrEqual(swappedAt);
  });

  test('connections to pods that left are closed, connections to pods that stayed are not', async () => {
    const counted = (): { pod: Promise<Pod>; open: () => number; made: () => number } => {
      let open = 0;
      let made = 0;
      const pod = stage.pod(
        rawPod((socket) => {
          open++;
          made++;
          socket.on('close', () => open--);
          socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
        }),
      );
      return { pod, open: () => open, made: () => made };
    };
    const [stays, leaves] = [counted(), counted()];
    const policy: Partial<Cluster> = { balance: { kind: 'roundRobin' } };
    const both = [endpoint(await stays.pod), endpoint(await leaves.pod)];
    const routes = [route(forwardTo({ v1: 1 }))];
    const { port, mesh } = await stage.serve({ routes, clusters: [cluster('v1', both, policy)] });
    for (let i = 0; i < 4; i++) await ask(port);
    expect([stays.open(), leaves.open()]).toEqual([1, 1]);
    await mesh.apply(table({ version: 2, port, routes, clusters: [cluster('v1', both.slice(0, 1), policy)] }));
    await until(() => leaves.open() === 0);
    for (let i = 0; i < 4; i++) await ask(port);
    expect([stays.open(), stays.made()]).toEqual([1, 1]);
  });

  test('listeners: new ones open, removed ones end their kept connections, others keep their socket', async () => {
    const pod = await okPod();
    const clusters = [cluster('v1', [endpoint(pod)])];
    const routes = [route(forwardTo({ v1: 1 }))];
    const { port, mesh } = await stage.serve({ routes, clusters });
    const second = await freePort();
    const one = table({ version: 2, port, routes, clusters });
    const two = table({ version: 3, port: second, routes, clusters });
    const running = load(port, 2);
    await mesh.apply({ ...one, listeners: [...one.listeners, ...two.listeners] });
    expect((await ask(second)).status).toBe(200);
    const kept = connect({ port: second, host: '127.0.0.1' });
    const closed = new Promise<void>((resolve) => kept.on('close', () => resolve()));
    kept.resume();
    kept.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => kept.once('data', resolve));
    await mesh.apply({ ...one, version: 4 });
    await closed;
    await expect(ask(second)).rejects.toThrow(/ECONNREFUSED/);
    const { bad } = await running.stop();
    expect(bad).toEqual([]);
  });

  test('a table that cannot be prepared changes nothing', async () => {
    const pod = await okPod();
    const { port, mesh } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(pod)])],
    });
    const broken = table({
      version: 2,
      port,
      routes: [route(forwardTo({ v1: 1 }), { match: { path: { kind: 'regex', value: '(' } } })],
      clusters: [],
    });
    await expect(mesh.apply(broken)).rejects.toThrow();
    expect(mesh.version).toBe(1);
    expect((await ask(port)).status).toBe(200);
  });

  test('drain: no new connections, what runs is finished', async () => {
    const release = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const pod = await stage.pod(
      httpPod((_, response) => {
        asked.resolve();
        void release.promise.then(() => response.end('late'));
      }),
    );
    const { port, mesh } = await stage.serve({
      routes: [route(forwardTo({ v1: 1 }))],
      clusters: [cluster('v1', [endpoint(pod)])],
    });
    const running = ask(port, '/', { headers: { connection: 'keep-alive' } });
    await asked.promise;
    const drained = mesh.drain(5000);
    await until(() => true);
    await expect(ask(port)).rejects.toThrow(/ECONNREFUSED/);
    release.resolve();
    const answer = await running;
    expect(answer.body).toContain('late');
    expect(answer.headers['connection']).toBe('close');
    await drained;
  });
});

test('each version of a pod that takes over an address is its own endpoint', async () => {
  const pod = await stage.pod(echoPod('x'));
  const routes = [route(forwardTo({ v1: 1 }))];
  const { port, mesh, stats } = await stage.serve({
    routes,
    clusters: [cluster('v1', [endpoint(pod, 'v1', 'pod-a')])],
  });
  expect(echoed((await ask(port)).body).version).toBe('x');
  await mesh.apply(table({ version: 2, port, routes, clusters: [cluster('v1', [endpoint(pod, 'v1', 'pod-b')])] }));
  await ask(port);
  expect(stats.allRows().map((row) => [row.pod, row.requests])).toEqual([
    ['pod-a', 1],
    ['pod-b', 1],
  ]);
});
