/** What Chinese readers see of a running engine: every sentence in Chinese, and the stored English beside it untouched. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../src/core/model/plain.ts';
import type { Release } from '../../src/core/model/release.ts';
import type { Serin } from './support/serin.ts';
import { startLoad, startSerin, until } from './support/serin.ts';

let serin: Serin;
let load: { stop(): Promise<unknown> } | undefined;

const bookinfo = 'examples/bookinfo';
const shop = ['bookinfo', 'gateway', 'release-by-hand'].flatMap((name) => ['-f', `${bookinfo}/${name}.yaml`]);

beforeAll(async () => {
  serin = await startSerin({ config: `${bookinfo}/serin.yaml`, workers: 1 });
}, 60_000);
afterAll(async () => {
  await load?.stop();
  await serin.close();
});

/** Words in a row are a sentence; names, columns and code are not. */
const SENTENCE = /[A-Za-z']{2,} [a-z']{2,} [a-z']{2,}/;
const code = /`[^`]*`|^(Usage|  serin ).*$/gm;

function english(text: string): readonly string[] {
  return text
    .replace(code, '')
    .split('\n')
    .filter((line) => SENTENCE.test(line));
}

async function inChinese(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await serin.run([...args, '--lang', 'zh']);
  const said = `${stdout}${stderr}`;
  expect(english(said), `serin ${args.join(' ')}`).toEqual([]);
  return said;
}

async function settled(phase: string): Promise<void> {
  await until(`the release to be ${phase}`, async () => {
    const { status } = await serin.json<Release>(['get', 'rel', 'reviews']);
    return status?.phase === phase ? true : undefined;
  });
}

test('every page and every verb of a release, from the first version to the last word', async () => {
  expect(await inChinese('apply', ...shop)).toContain('已创建');
  await inChinese('rollout', 'status', 'deploy/reviews-v1');
  await settled('idle');
  const { engine } = await serin.json<{ engine: { addresses: { kind: string; port: number }[] } }>(['status']);
  const port = engine.addresses.find(({ kind }) => kind === 'gateway')?.port ?? 0;
  load = startLoad(`http://127.0.0.1:${port}/productpage`, 40);
  await inChinese('plan');
  await inChinese('apply', '-f', `${bookinfo}/reviews-v2.yaml`);
  await settled('stepping');
  for (const args of [['status'], ['get', 'rel,runs'], ['describe', 'rel', 'reviews'], ['why'], ['history']]) {
    await inChinese(...args);
  }
  expect(await inChinese('pause', 'reviews')).toContain('已暂停');
  expect(await inChinese('pause', 'reviews')).toContain('已经处于暂停状态');
  await inChinese('set-weight', 'reviews', '40');
  expect(await inChinese('why')).toContain('手动');
  for (const verb of ['resume', 'approve', 'start', 'promote']) await inChinese(verb, 'reviews');
  await settled('idle');
  expect(await inChinese('why')).toMatch(/^v2 用时 .+ 从 v1 接管了全部流量\n/);
  await inChinese('rollback', 'reviews');
  expect(await inChinese('abort', 'reviews', '--reason', 'JIRA-42')).toContain('回到稳定版');
  await settled('idle');
  expect(await inChinese('why')).toContain('JIRA-42');
  await inChinese('history', 'reviews', '--run', 'reviews-1');
  for (const kind of ['po', 'deploy', 'rs', 'svc', 'cmd', 'runs', 'vs', 'dr', 'ev']) {
    await inChinese('get', kind, '-o', 'wide');
  }
  for (const kind of ['po', 'deploy', 'rs', 'runs', 'cmd']) await inChinese('describe', kind);
  await inChinese('events');
  await inChinese('route', 'test', 'http://reviews:9080/reviews/1', '--cookie', 'user=jason');
});

test('pods that cannot start, and rollouts that hang, say why in Chinese', async () => {
  await inChinese('set', 'image', 'deploy/ratings-v1', 'ratings=nobody/knows:1');
  await until('the pod to wait', async () => (await serin.must(['get', 'po'])).includes('NoCommand') || undefined);
  expect(await inChinese('describe', 'po', '-l', 'app=ratings')).toContain('本机没有对应的命令');
  expect((await serin.run(['rollout', 'status', 'deploy/ratings-v1', '--timeout', '300ms'])).code).toBe(8);
  await inChinese('rollout', 'status', 'deploy/ratings-v1', '--timeout', '300ms');
  for (const verb of ['undo', 'history', 'pause', 'resume', 'restart'])
    await inChinese('rollout', verb, 'deploy/ratings-v1');
});

test('the objects keep English for other tools, with the message beside it', async () => {
  const { items } = await serin.json<{ items: Event[] }>(['events']);
  expect(items.length).toBeGreaterThan(10);
  expect(items.filter(({ message }) => /[\u4e00-\u9fff]/.test(message))).toEqual([]);
  expect(items.filter(({ text }) => text === undefined).map(({ reason }) => reason)).toEqual([]);
  const { status } = await serin.json<Release>(['get', 'rel', 'reviews']);
  expect(status?.message).toBe('v2 is stable and serves all traffic');
  expect(status?.text).toEqual({ key: 'run.now.idle', params: { version: 'v2' } });
});
