import { appendFileSync, closeSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { containerOf, eventually, openTestBed } from '../../../../test/support/supervisor-bed.ts';
import { logFiles, noteTime, openLog, partsOf, rotate, sizeOf } from './log-files.ts';
import { createLogKeeper } from './log-keeper.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '-');

test('rotation keeps N parts while the writer holds its descriptor', () => {
  const files = logFiles(folder, 'main');
  const log = openLog(files, 2);
  for (const text of ['one', 'two', 'three', 'four']) {
    writeSync(log, `${text}\n`);
    if (text !== 'four') rotate(files.current, 2);
  }
  closeSync(log);
  expect(partsOf(files.current, 2).map(read)).toEqual(['two\n', 'three\n', 'four\n']);
});

test('a new instance makes the log the previous one, with its parts', () => {
  const files = logFiles(folder, 'main');
  const first = openLog(files, 1);
  writeSync(first, 'a\n');
  rotate(files.current, 1);
  writeSync(first, 'b\n');
  closeSync(first);
  noteTime(files.current, 5, 2);
  const second = openLog(files, 1);
  writeSync(second, 'c\n');
  closeSync(second);
  expect(partsOf(files.previous, 1).map(read)).toEqual(['a\n', 'b\n']);
  expect(partsOf(files.current, 1).map(read)).toEqual(['-', 'c\n']);
  closeSync(openLog(files, 1));
  expect(partsOf(files.previous, 1).map(read)).toEqual(['-', 'c\n']);
});

test('the keeper notes times of growth and rotates what is full', async () => {
  const files = logFiles(folder, 'main');
  closeSync(openLog(files, 2));
  let now = 1000;
  const options = { maxBytes: 10, keep: 2, now: () => now, everyMs: 5, onError: expect.unreachable };
  const keeper = createLogKeeper(options);
  keeper.watch(files.current);
  appendFileSync(files.current, 'short\n');
  await eventually(
    async () => (read(`${files.current}.times`) === '1000 6\n' ? true : undefined),
    async () => read(`${files.current}.times`),
  );
  now = 2000;
  appendFileSync(files.current, 'long enough\n');
  await eventually(
    async () => (sizeOf(files.current) === 0 ? true : undefined),
    async () => read(files.current),
  );
  keeper.close();
  expect(read(`${files.current}.1`)).toBe('short\nlong enough\n');
  expect(read(`${files.current}.1.times`)).toBe('1000 6\n2000 18\n');
});

test('reading: tail, since, previous, follow over a restart, faults', async () => {
  await using bed = await openTestBed({ backOff: { base: '10ms' }, drain: '0s' });
  const go = join(bed.folder, 'go');
  const talker = bed.program(
    'talker',
    `import { existsSync, rmSync } from 'node:fs';
console.log('first of ' + process.pid); console.error('second'); console.log('third');
const timer = setInterval(() => { if (existsSync(${JSON.stringify(go)})) {
  rmSync(${JSON.stringify(go)}); console.log('last 再见'); clearInterval(timer); } }, 20);`,
  );
  await bed.createPod('web', { containers: [{ name: 'main', command: talker }] });
  const pod = { namespace: 'default', name: 'web' };
  const all = async (more: object = {}): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of bed.supervisor.readLogs({ pod, ...more })) lines.push(line);
    return lines;
  };
  await eventually(
    async () => ((await all().catch(() => [])).length === 3 ? true : undefined),
    async () => 'no three lines',
  );
  expect((await all({ tail: 2 })).toSorted()).toEqual(['second', 'third']);
  await eventually(
    async () => ((await all({ sinceMs: Date.now() + 60_000 })).length === 0 ? true : undefined),
    async () => 'times were never noted',
  );
  expect(await all({ sinceMs: 0 })).toHaveLength(3);

  const followed: string[] = [];
  const following = (async () => {
    for await (const line of bed.supervisor.readLogs({ pod, follow: true, tail: 1 })) followed.push(line);
  })();
  appendFileSync(go, '');
  await bed.until('web', (each) => containerOf(each).restartCount === 1);
  await eventually(
    async () => (followed.filter((line) => line === 'third').length === 2 ? true : undefined),
    async () => followed.join(),
  );
  expect(followed.slice(0, 2)).toEqual(['third', 'last 再见']);
  expect((await all({ previous: true })).at(-1)).toBe('last 再见');
  await bed.deletePod('web', 0);
  await following;

  await expect(all()).rejects.toThrow('Pod web does not exist');
  await bed.createPod('two', {
    containers: [
      { name: 'a', command: [process.execPath, '-e', ''] },
      { name: 'b', command: [process.execPath, '-e', ''] },
    ],
  });
  const two = { namespace: 'default', name: 'two' };
  await expect(all({ pod: two })).rejects.toThrow('several containers: a, b');
  await expect(all({ pod: two, container: 'c' })).rejects.toThrow('no container c');
});
