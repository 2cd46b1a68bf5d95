import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  ask,
  cluster,
  echoed,
  echoPod,
  endpoint,
  exchangeBytes,
  forwardTo,
  httpPod,
  parseAnswer,
  type Pod,
  rawPod,
  route,
  type Scene,
  Stage,
  table,
  until,
} from '../test-bed.ts';

const stage = new Stage();
afterEach(() => stage.end());

const MEGABYTE = 1024 * 1024;

async function before(pod: Pod, options: Parameters<Stage['serve']>[1] = {}): Promise<Scene> {
  const parts = { routes: [route(forwardTo({ v1: 1 }))], clusters: [cluster('v1', [endpoint(pod)])] };
  return stage.serve(parts, options);
}

describe('keep-alive and pipelining', () => {
  test('requests sent ahead are answered in order, whatever they take', async () => {
    const pod = await stage.pod(
      httpPod((request, response) => {
        const wait = request.url === '/0' ? 40 : 0;
        setTimeout(() => response.end(`<${request.method} ${request.url}>`), wait);
      }),
    );
    const { port } = await before(pod);
    const ahead = Array.from({ length: 6 }, (_, i) =>
      i % 2 === 0
        ? `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`
        : `POST /${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`,
    ).join('');
    const text = await exchangeBytes(port, `${ahead}GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    const order = [...text.matchAll(/<(\w+ \/\w+)>/g)].map(([, what]) => what);
    expect(order).toEqual(['GET /0', 'POST /1', 'GET /2', 'POST /3', 'GET /4', 'POST /5', 'GET /last']);
  });

  test('a request cut anywhere, octet by octet', async () => {
    const { port } = await before(await stage.pod(echoPod('v1')));
    const text =
      'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const answered = Promise.withResolvers<string>();
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('end', () => answered.resolve(answer));
    for (const octet of text) await new Promise((resolve) => socket.write(octet, resolve));
    expect(echoed(await answered.promise)).toMatchObject({ url: '/x', body: 'abc' });
  });

  test('connections to pods are used again', async () => {
    let connections = 0;
    const pod = await stage.pod(httpPod((_, response) => response.end('x')));
    const counting = await stage.pod(
      rawPod((socket) => {
        connections++;
        const to = connect(pod.port, '127.0.0.1');
        socket.pipe(to).pipe(socket);
        to.on('error', () => socket.destroy());
        socket.on('error', () => to.destroy());
      }),
    );
    const { port } = await before(counting);
    for (let i = 0; i < 20; i++) expect((await ask(port)).status).toBe(200);
    expect(connections).toBe(1);
  });

  test('an answer before the request is complete: the rest is dropped, the connection ends', async () => {
    const pod = await stage.pod(
      rawPod((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')),
      ),
    );
    const { port } = await before(pod);
    const text = await exchangeBytes(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc');
    expect(parseAnswer(text).status).toBe(413);
  });
});

describe('flow', () => {
  test('20 MB up and down arrive unchanged', async () => {
    const content = randomBytes(20 * MEGABYTE);
    const pod = await stage.pod(httpPod((request, response) => request.pipe(response)));
    const { port } = await before(pod);
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${content.length}\r\n\r\n`;
    const socket = connect({ port, host: '127.0.0.1' });
    const received: Buffer[] = [];
    const ended = Promise.withResolvers<void>();
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('end', () => ended.resolve());
    socket.write(head);
    socket.write(content);
    await ended.promise;
    const all = Buffer.concat(received);
    const start = all.indexOf('\r\n\r\n') + 4;
    const body = all.subarray(start);
    // Sent without a length, so it comes back in chunks.
    expect(dechunk(body).equals(content)).toBe(true);
  });

  test('a client that does not read stops the pod from sending', async () => {
    let sent = 0;
    const pod = await stage.pod(
      httpPod((_, response) => {
        const block = Buffer.alloc(64 * 1024);
        const pump = (): void => {
          while (sent < 200 * MEGABYTE) {
            sent += block.length;
            if (!response.write(block)) {
              response.once('drain', pump);
              return;
            }
          }
          response.end();
        };
        pump();
      }),
    );
    const { port } = await before(pod);
    const socket = connect({ port, host: '127.0.0.1' });
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const stalled = await stable(() => sent);
    // What fits into the buffers of the system on the way, not the 200 MB.
    expect(stalled).toBeLessThan(40 * MEGABYTE);
    let received = 0;
    const ended = Promise.withResolvers<void>();
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    socket.on('end', () => ended.resolve());
    socket.resume();
    await ended.promise;
    expect(received).toBeGreaterThan(200 * MEGABYTE);
  });

  test('a pod that does not read stops the client from sending', async () => {
    const accepted = Promise.withResolvers<Socket>();
    const pod = await stage.pod(
      rawPod((socket) => {
        socket.pause();
        accepted.resolve(socket);
      }),
    );
    const { port } = await before(pod);
    const socket = connect({ port, host: '127.0.0.1' });
    const total = 100 * MEGABYTE;
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`);
    const block = Buffer.alloc(64 * 1024);
    let given = 0;
    const pump = (): void => {
      while (given < total) {
        given += block.length;
        if (!socket.write(block)) {
          socket.once('drain', pump);
          return;
        }
      }
    };
    pump();
    const stalled = await stable(() => socket.bytesWritten - socket.writableLength);
    expect(stalled).toBeLessThan(40 * MEGABYTE);
    const upstream = await accepted.promise;
    let taken = 0;
    upstream.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      if (taken > total) upstream.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    upstream.resume();
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    expect(answer.startsWith('HTTP/1.1 200 OK')).toBe(true);
  });
});

/** The value once it has not changed for a while. */
async function stable(look: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await until(() => {
    const now = look();
    same = now === last ? same + 1 : 0;
    last = now;
    return now > 0 && same > 40;
  });
  return last;
}

function dechunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, line), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

test('a slow client gets the end of its last answer, however long it takes', async () => {
  // More than the buffers of the system hold, so the rest waits in the proxy.
  const body = 'x'.repeat(80 * MEGABYTE);
  const { port } = await stage.serve(
    { routes: [route({ kind: 'respond', status: 200, body })], clusters: [] },
    { timeouts: { headMs: 10_000, idleMs: 60_000, lingerMs: 1 } },
  );
  const socket = connect({ port, host: '127.0.0.1' });
  let received = 0;
  const ended = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  socket.on('close', () => ended.resolve());
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  // Much longer than the proxy lingers for a client that got everything.
  setTimeout(() => socket.resume(), 300);
  await ended.promise;
  expect(received).toBeGreaterThan(body.length);
});

test('rubbish from clients and from pods hurts nobody else', async () => {
  const soup = fc.array(
    fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'Host: a\r\n',
        '\r\n',
        'HTTP/1.1 200 OK\r\n',
        'Content-Length: 3\r\n',
        'abc',
        '\n',
        '\0',
        'Transfer-Encoding: chunked\r\n',
        '5\r\nhello\r\n',
        '0\r\n\r\n',
      ),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 12 },
  );
  const pieces = fc.sample(soup, { seed: 5, numRuns: 300 }).map((parts) => parts.join(''));
  let next = 0;
  const pod = await stage.pod(
    rawPod((socket) =>
      socket.on('data', (chunk: Buffer) => {
        if (chunk.toString().startsWith('GET /good')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else socket.end(pieces[next++ % pieces.length] ?? '', 'latin1');
      }),
    ),
  );
  const { port } = await before(pod);
  const talk = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(text, 'latin1'));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
    });
  for (let i = 0; i < pieces.length; i += 20) await Promise.all(pieces.slice(i, i + 20).map(talk));
  for (let i = 0; i < 60; i++) await ask(port).catch(() => undefined);
  expect(await ask(port, '/good')).toMatchObject({ status: 200, body: 'ok' });
});

describe('upgrades', () => {
  const upgrading = (): Promise<Pod> =>
    stage.pod(
      rawPod((socket) => {
        let open = false;
        socket.on('data', (chunk: Buffer) => {
          if (open) {
            socket.write(`echo:${chunk.toString()}`);
            return;
          }
          open = true;
          const asked = /upgrade: (\w+)/.exec(chunk.toString())?.[1] ?? 'none';
          socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${asked}\r\n\r\nhello`);
        });
      }),
    );

  test('bytes go both ways until one side ends', async () => {
    const { port, lines } = await before(await upgrading());
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until(() => text.endsWith('hello'));
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text).toContain('\r\nconnection: upgrade\r\nupgrade: websocket\r\n');
    socket.write('ping');
    await until(() => text.endsWith('echo:ping'));
    socket.end();
    await until(() => lines.length > 0);
    expect(lines[0]).toMatchObject({ status: 101, flags: '-' });
  });

  test('a 101 that nobody asked for is no answer', async () => {
    const { port } = await before(await upgrading());
    expect((await ask(port)).status).toBe(502);
  });

  test('an upgrade that the pod does not want is a plain answer', async () => {
    const { port } = await before(await stage.pod(echoPod('v1')));
    const answer = await ask(port, '/', { headers: { connection: 'Upgrade, close', upgrade: 'websocket' } });
    expect(answer.status).toBe(200);
  });
});

describe('slow and idle clients', () => {
  test('a head that does not come to its end: 408', async () => {
    const { port } = await before(await stage.pod(echoPod('v1')), {
      timeouts: { headMs: 100, idleMs: 60_000, lingerMs: 1000 },
    });
    const text = await exchangeBytes(port, 'GET / HTTP/1.1\r\nHo');
    expect(parseAnswer(text).status).toBe(408);
  });

  test('an idle connection is closed', async () => {
    const { port } = await before(await stage.pod(echoPod('v1')), {
      timeouts: { headMs: 60_000, idleMs: 100, lingerMs: 1000 },
    });
    expect(await exchangeBytes(port, '')).toBe('');
  });
});

test('a bug in the handling of one connection costs that connection only', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { port, mesh } = await before(await stage.pod(echoPod('v1')));
  expect((await ask(port)).status).toBe(200);
  const broken = table({
    version: 2,
    port,
    routes: [
      // A shape that no compiler makes: the mesh throws while it handles the request.
      route({ kind: 'redirect', code: 302 } as never, {
        match: { path: { kind: 'prefix', value: '/bug' } },
        responseHeaders: { set: [['x', 'y']] },
      }),
      route(forwardTo({ v1: 1 })),
    ],
    clusters: [],
  });
  const [poisoned] = broken.routes['main']?.virtualHosts[0]?.routes ?? [];
  if (poisoned !== undefined) Object.assign(poisoned.action, { kind: 'nothing' });
  await mesh.apply(broken);
  expect(await exchangeBytes(port, 'GET /bug HTTP/1.1\r\nHost: a\r\n\r\n').catch(() => '')).toBe('');
  expect(said.mock.calls.join()).toContain('cut by a bug');
  said.mockRestore();
  // The next answer carries nothing of what was begun.
  expect((await ask(port)).status).toBe(503);
});
