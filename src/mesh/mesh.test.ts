import { afterEach, describe, expect, test } from 'vitest';
import {
  ask,
  cluster,
  endpoint,
  exchangeBytes,
  forwardTo,
  freePort,
  httpPod,
  type Pod,
  route,
  startMesh,
  table,
} from './test-bed.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function pod(version: string): Promise<Pod> {
  const started = await httpPod((request, response) => {
    response.setHeader('x-version', version);
    response.end(`${version} ${request.method} ${request.url}`);
  });
  cleanUp.push(() => started.close());
  return started;
}

async function started(): Promise<ReturnType<typeof startMesh> & { port: number }> {
  const mesh = startMesh();
  cleanUp.push(() => mesh.mesh.close());
  return { ...mesh, port: await freePort() };
}

describe('one listener', () => {
  test('forwards and counts', async () => {
    const { mesh, stats, port } = await started();
    const v1 = await pod('v1');
    const problems = await mesh.apply(
      table({ port, routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(v1)])] }),
    );
    expect(problems).toEqual([]);
    const answer = await ask(port, '/a/b?c=d');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('v1 GET /a/b?c=d');
    expect(answer.headers['server']).toBe('envoy');
    const [row] = stats.allRows();
    expect(row).toMatchObject({ requests: 1, failures: 0, version: 'v1', workload: 'reviews-v1' });
    expect(row?.lastSentAt).toBeGreaterThan(Date.now() - 10_000);
  });

  test('splits by weight', async () => {
    const { mesh, stats, port } = await started();
    const [v1, v2] = [await pod('v1'), await pod('v2')];
    await mesh.apply(
      table({
        port,
        routes: [route(forwardTo({ v1: 90, v2: 10 }))],
        clusters: [cluster('v1', [endpoint(v1)]), cluster('v2', [endpoint(v2, 'v2')])],
      }),
    );
    const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    await exchangeBytes(port, request.repeat(999), 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const rows = stats.allRows();
    const second = rows.find(({ version }) => version === 'v2')?.requests ?? 0;
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(1000);
    // Six standard deviations of a binomial share.
    expect(Math.abs(second - 100)).toBeLessThan(6 * Math.sqrt(1000 * 0.1 * 0.9));
  });
});
