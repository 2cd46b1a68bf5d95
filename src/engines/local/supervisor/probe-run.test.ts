import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { ProbeHandler } from '../../../core/model/pod.ts';
import { say } from '../../../texts/catalogue.ts';
import { decodeStatus, encodeRequest } from './grpc-health.ts';
import { runProbe } from './probe-run.ts';

const probe = async (handler: ProbeHandler, real: number, timeoutMs = 1000): Promise<string | undefined> => {
  const finding = await runProbe(
    handler,
    {
      spec: { containers: [{ name: 'main', ports: [{ name: 'web', containerPort: 80 }] }] },
      grant: { address: '127.0.0.1', ports: { 80: real }, moved: [] },
      launch: { command: [], cwd: '/', variables: { PATH: process.env['PATH'] ?? '', WHO: 'probe' } },
    },
    timeoutMs,
  );
  return finding && say('en', finding);
};

test('http: 200 to 399 by name and number, headers, no answer, wrong names', async () => {
  const server = createHttp((request, response) => {
    if (request.url === '/hang') return;
    response.statusCode = Number(request.headers['x-status'] ?? 200);
    response.end(request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const status = (value: string): ProbeHandler => ({
    httpGet: { port: 'web', path: '/x', httpHeaders: [{ name: 'X-Status', value }] },
  });
  expect(await probe({ httpGet: { port: 80 } }, port)).toBeUndefined();
  expect(await probe(status('302'), port)).toBeUndefined();
  expect(await probe(status('404'), port)).toBe('HTTP status 404');
  expect(await probe({ httpGet: { port: 80, path: '/hang' } }, port, 50)).toBe('no answer within 50 ms');
  expect(await probe({ httpGet: { port: 'nope' } }, port)).toBe('no port nope');
  expect(await probe({ tcpSocket: { port: 'web' } }, port)).toBeUndefined();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  expect(await probe({ tcpSocket: { port: 80 } }, port)).toBe(`connection refused at 127.0.0.1:${port}`);
});

test('exec: exit code, output, environment, time limit', async () => {
  const exec = (source: string): ProbeHandler => ({ exec: { command: [process.execPath, '-e', source] } });
  expect(await probe(exec("process.exit(process.env.WHO === 'probe' ? 0 : 1)"), 1)).toBeUndefined();
  expect(await probe(exec("console.log('no way'); process.exit(4)"), 1)).toBe('command failed (4): no way');
  expect(await probe(exec('setInterval(() => {}, 1000)'), 1, 200)).toContain('no end within 200 ms');
  expect(await probe({ exec: { command: ['/no/such'] } }, 1)).toContain('ENOENT');
});

test('grpc: serving, not serving, unknown service, no server', async () => {
  const server = createHttp2();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('end', () => {
      const asked = Buffer.concat(chunks).subarray(7).toString();
      if (headers[':path'] !== '/grpc.health.v1.Health/Check' || asked === 'gone') {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' }, { endStream: true });
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, asked === 'down' ? 2 : 1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await probe({ grpc: { port: 80 } }, port)).toBeUndefined();
  expect(await probe({ grpc: { port: 80, service: 'up' } }, port)).toBeUndefined();
  expect(await probe({ grpc: { port: 80, service: 'down' } }, port)).toBe('grpc-status 0, health status 2');
  expect(await probe({ grpc: { port: 80, service: 'gone' } }, port)).toBe('grpc-status 5, health status -');
  await new Promise((resolve) => server.close(resolve));
  expect(await probe({ grpc: { port: 80 } }, port)).toBe(`connection refused at 127.0.0.1:${port}`);
});

test('grpc messages', () => {
  expect([...encodeRequest('')]).toEqual([0, 0, 0, 0, 0]);
  expect([...encodeRequest('ab')]).toEqual([0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]);
  expect(encodeRequest('x'.repeat(300)).subarray(5, 8)).toEqual(Buffer.from([0x0a, 0xac, 0x02]));
  expect(decodeStatus(Buffer.from([0, 0, 0, 0, 0]))).toBe(0);
  expect(decodeStatus(Buffer.from([1]))).toBeUndefined();
});
