import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storeSuite } from '../../test/conformance/store.ts';
import { openApi } from '../../test/support/api-server.ts';
import { openStore } from '../engines/local/store/open-store.ts';
import { systemClock } from '../lib/clock.ts';
import { createClient } from './client.ts';
import { createRemoteStore } from './remote-store.ts';

storeSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-store-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock: systemClock });
  return {
    store,
    close: async () => {
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

storeSuite('control API', async () => {
  const api = await openApi();
  const client = createClient({ base: api.base, token: api.token, language: 'en' });
  return { store: createRemoteStore(client), close: () => api.close() };
});

test('a watch comes back after the connection broke, and misses nothing', async () => {
  const api = await openApi();
  // A relay that can be cut: the server itself lives on.
  let isCut = false;
  const relay = createServer((request, answer) => {
    if (isCut) {
      answer.destroy();
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const asked = fetch(api.base + (request.url ?? ''), { headers: headers as Record<string, string> });
    asked
      .then(async (response) => {
        answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? '' });
        answer.flushHeaders();
        for await (const chunk of response.body ?? []) answer.write(chunk);
        answer.end();
      })
      .catch(() => answer.destroy());
  });
  await new Promise<void>((ready) => relay.listen(0, '127.0.0.1', ready));
  const base = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const store = createRemoteStore(createClient({ base, token: api.token, language: 'en' }));
  const since = (await api.store.list('ConfigMap')).resourceVersion;
  const seen: string[] = [];
  const losses: unknown[] = [];
  const subscription = store.watch(
    { kinds: ['ConfigMap'], since },
    { onEvent: ({ object }) => seen.push(object.metadata.name), onLost: (cause) => losses.push(cause) },
  );
  const create = (name: string) =>
    api.store.write([
      { op: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } } },
    ]);
  await create('a');
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['a']);
  isCut = true;
  relay.closeAllConnections();
  await create('b');
  await new Promise((wait) => setTimeout(wait, 400));
  expect(seen).toEqual(['a']);
  isCut = false;
  await create('c');
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['a', 'b', 'c']);
  expect(losses).toEqual([]);
  subscription.close();
  relay.closeAllConnections();
  relay.close();
  await api.close();
});

test('faults arrive as they were thrown; nobody at the address is `unreachable`', async () => {
  const api = await openApi();
  const wrongToken = createRemoteStore(createClient({ base: api.base, token: 'no', language: 'zh' }));
  await expect(wrongToken.list('Pod')).rejects.toMatchObject({
    code: 'denied',
    text: { key: 'server.noToken' },
    details: { remedy: { key: 'server.noTokenRemedy' } },
  });
  await api.close();
  const gone = createRemoteStore(createClient({ base: api.base, token: api.token, language: 'en' }));
  await expect(gone.get({ kind: 'Pod', namespace: 'default', name: 'a' })).rejects.toMatchObject({
    code: 'unreachable',
  });
});
