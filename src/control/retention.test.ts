import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from '../core/model/run.ts';
import { openStore } from '../engines/local/store/open-store.ts';
import { fakeClock } from '../lib/fake-clock.ts';
import { silentLog } from '../lib/log.ts';
import { eventRecorder } from './events.ts';
import { startRetention } from './retention.ts';

function command(name: string): Omit<Command, 'metadata'> & { metadata: { name: string; namespace: string } } {
  const spec = { release: 'reviews', verb: 'pause', by: 'ann' } as const;
  return { apiVersion: 'serin.dev/v1alpha1', kind: 'Command', metadata: { name, namespace: 'default' }, spec };
}

test('old events and answered commands go, commands without an answer stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-retention-'));
  const clock = fakeClock();
  using store = openStore({ path: join(folder, 'serin.db'), clock });
  const written = await store.write([
    { op: 'create', object: command('answered') },
    { op: 'create', object: command('waiting') },
  ]);
  const answered = written.results[0]?.object;
  if (answered === undefined) throw new Error('nothing was written');
  const status = { result: 'accepted', message: 'paused', at: new Date(clock.now()).toISOString() };
  await store.write([{ op: 'status', object: Object.assign({ ...answered }, { status }) }]);
  const recorder = eventRecorder({ store, clock, log: silentLog, component: 'test' });
  await recorder.record(answered, [
    { type: 'Normal', reason: 'Tested', message: { key: 'run.reason.gone', params: { version: 'v1' } } },
  ]);
  const retention = startRetention({ store, clock, log: silentLog, keepMs: 60_000, everyMs: 10_000 });
  const names = async (kind: string): Promise<string[]> =>
    (await store.list(kind)).items.map(({ metadata }) => metadata.name);
  await clock.advance(50_000);
  expect([(await names('Event')).length, await names('Command')]).toEqual([1, ['answered', 'waiting']]);
  await clock.advance(30_000);
  expect([await names('Event'), await names('Command')]).toEqual([[], ['waiting']]);
  await retention.close();
  rmSync(folder, { recursive: true });
});
