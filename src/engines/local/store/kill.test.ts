import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { valueAt } from '../../../core/model/json.ts';
import { openStore } from './open-store.ts';

const writer = fileURLToPath(new URL('writer.fixture.ts', import.meta.url));
const SIZE = 2000;
const clock = { now: () => 0, sleep: () => Promise.resolve() };

/** Lets a process write until it has acknowledged so many batches, then kills it. Gives the last number it acknowledged. */
async function killedAfter(path: string, batches: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, String(SIZE)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let output = '';
  try {
    for await (const chunk of child.stdout) {
      if (output === '') expect(() => openStore({ path, clock })).toThrow('another control plane is using');
      output += String(chunk);
      if (output.split('\n').length > batches) break;
    }
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

test('kill -9 at any moment: whole batches only, none that was acknowledged is missing, and the lock is free', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-kill-'));
  const path = join(folder, 'serin.db');
  try {
    for (const batches of [1, 2, 3, 2, 1]) {
      const acknowledged = await killedAfter(path, batches);
      using store = openStore({ path, clock });
      const entries = await store.journal('batches');
      const numbers = (await store.list('ConfigMap')).items.map((object) =>
        Number(valueAt(valueAt(object, 'data'), 'n')),
      );
      const last = entries.length / SIZE - 1;
      expect(entries.map((entry) => entry.at)).toEqual(entries.map((_, index) => Math.floor(index / SIZE)));
      expect(numbers).toEqual([last, last, last, last, last]);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(store.unreadable).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
