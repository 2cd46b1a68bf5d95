import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../engines/local/store/open-store.ts';
import { say } from '../../../texts/catalogue.ts';
import { cluster, deployment, releaseOf, service } from '../../release/cluster.fixture.ts';
import type { Cluster, OpenTestStore } from '../../release/cluster.fixture.ts';
import { abort, pause, promoteFull, resume, setWeight, skip, start, waitForCommand } from './ask.ts';
import { history, why } from './history.ts';
import { planOf, releaseView } from './view.ts';

const open: OpenTestStore = (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-commands-'));
  const store = openStore({ path: join(folder, 'serin.db'), clock });
  const end = (): void => {
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  };
  return { store, end };
};

const target = { namespace: 'default', name: 'reviews' };
const ada = { ...target, by: 'ada' };
let c: Cluster;

beforeEach(async () => {
  c = await cluster(open);
  await c.apply(service());
  await c.apply(deployment('reviews-v1', { version: 'v1' }));
  await c.apply(releaseOf());
  await c.until(async () => c.router.current !== undefined, 10_000);
  await c.pass(500);
});

afterEach(async () => {
  await c.end();
});

async function toTenPercent(version: string): Promise<void> {
  await c.apply(deployment(`reviews-${version}`, { version }));
  await c.until(async () => c.router.current?.candidateWeight === 10, 60_000);
  await c.pass(1_000);
}

test('what the present state refuses is refused before it is written', async () => {
  const noRun = { code: 'refused', text: { key: 'run.refused.noRun' } };
  await expect(pause(c.store, ada)).rejects.toMatchObject(noRun);
  await expect(setWeight(c.store, { ...ada, weight: 30 })).rejects.toMatchObject(noRun);
  await expect(start(c.store, ada)).rejects.toMatchObject({ text: { key: 'run.refused.nothingToStart' } });
  await expect(start(c.store, { ...ada, version: 'v9' })).rejects.toMatchObject({
    text: { key: 'run.refused.noSuchVersion' },
  });
  await expect(start(c.store, { ...ada, name: 'nobody' })).rejects.toMatchObject({ code: 'notFound' });
  expect((await c.store.list('Command')).items).toEqual([]);
});

test('a command is answered by the controller, and whoever asked hears it', async () => {
  await toTenPercent('v2');
  const command = await pause(c.store, { ...ada, reason: 'lunch' });
  const waiting = waitForCommand(c.store, command, { clock: c.clock, withinMs: 5_000 });
  await c.pass(200);
  await expect(waiting).resolves.toMatchObject({ result: 'accepted', message: 'paused at 10%' });
  await c.pass(60_000);
  expect(c.router.current?.candidateWeight).toBe(10);
  const view = await releaseView(c.store, target, 'en');
  expect(view.sentence).toBe('waits: paused by ada: lunch; ends by: `serin resume` or `serin promote`');
  await resume(c.store, ada);
  await c.until(async () => c.router.current?.candidateWeight === 50, 20_000);
});

test('nobody answers: the wait ends with a fault, the command stays', async () => {
  await toTenPercent('v2');
  await c.controller.close();
  const command = await skip(c.store, ada);
  const waiting = waitForCommand(c.store, command, { clock: c.clock, withinMs: 1_000 });
  const seen = expect(waiting).rejects.toMatchObject({ code: 'timeout' });
  await c.clock.advance(1_100);
  await seen;
  expect((await c.store.list('Command')).items).toHaveLength(1);
  c.restart();
  await c.until(async () => c.router.current?.candidateWeight === 50, 20_000);
});

test('a weight by hand stays until resumed; promote --full goes straight on', async () => {
  await toTenPercent('v2');
  await setWeight(c.store, { ...ada, weight: 33 });
  await c.pass(30_000);
  expect(c.router.current?.candidateWeight).toBe(33);
  await promoteFull(c.store, ada);
  await c.until(async () => (await c.runs())[0]?.status?.outcome === 'promoted', 20_000);
});

test('history and why tell what happened, in words with numbers', async () => {
  c.metrics.failing['v4'] = 0.6;
  await toTenPercent('v4').catch(() => undefined);
  await c.until(async () => (await c.runs())[0]?.status?.outcome === 'aborted', 60_000);
  const [first] = await history(c.store, target);
  expect(first).toMatchObject({ run: 'reviews-1', from: 'v1', to: 'v4', outcome: 'aborted', peak: 10 });
  const told = await why(c.store, target);
  expect(say('en', told.decisive)).toMatch(
    /^v4 failed \d+ of \d+ requests \(.+%\), v1 0 of \d+ \(0%\): .+ \(threshold 100\)$/,
  );
  expect(say('zh', told.decisive)).toContain('v4');
  expect(told.timeline.map((one) => say('en', one.text))).toEqual(
    expect.arrayContaining(['0% → 10%', '10% in force at the router', '10% → 0%', 'stepping → aborting', 'aborted']),
  );
  expect(told.timeline.every((one) => !say('en', one.text).includes('{'))).toBe(true);
  const fatal = told.timeline.filter((one) => say('en', one.text).includes('(threshold 100)'));
  expect(fatal.map((one) => one.kind)).toEqual(['verdict']);
  expect(told.weights.map(({ weight }) => weight)).toEqual([10, 0]);
  expect(told.weights[0]?.observed).toBeGreaterThan(2);
  expect(told.weights.every(({ forMs }) => (forMs ?? 0) > 0)).toBe(true);
  const names = /v\d|\bPod\b/g;
  for (const { text } of told.timeline) expect(say('zh', text).replace(names, '')).not.toMatch(/[a-z]{2}/i);
  await expect(why(c.store, { ...target, run: 'reviews-9' })).rejects.toMatchObject({ code: 'notFound' });
});

test('the view shows arms, weights desired and observed, pods, the step and the verdict', async () => {
  await toTenPercent('v2');
  await c.pass(4_000);
  const view = await releaseView(c.store, target, 'en');
  expect(view).toMatchObject({ phase: 'stepping', run: 'reviews-1', step: { index: 0, of: 3 }, holds: [] });
  const [stable, candidate] = view.arms;
  expect(stable).toMatchObject({ role: 'stable', version: 'v1', ready: 2, wanted: 2, desired: 90 });
  expect(candidate).toMatchObject({ role: 'candidate', version: 'v2', desired: 10 });
  expect(candidate?.observed).toBeGreaterThan(2);
  expect(candidate?.observed).toBeLessThan(25);
  expect(candidate?.pods.every((pod) => pod.ready && pod.status === 'Running')).toBe(true);
  expect(view.verdict?.kind).toMatch(/pass|inconclusive/);
  expect(view.sentence).toContain('v2 has 10% of the traffic');
});

test('the plan says every step and every default', async () => {
  const { steps, policy } = await planOf(c.store, target);
  expect(steps.map((one) => say('zh', one)).at(-1)).toBe('把全部流量给候选版，使其成为稳定版');
  expect(policy).toMatchObject({ trigger: 'auto', onNewVersion: 'replace', keepCandidateMs: 30_000 });
});

test('an abort asks nothing and is written at once', async () => {
  const command = await abort(c.store, ada);
  await c.pass(200);
  const answer = await waitForCommand(c.store, command, { clock: c.clock, withinMs: 1_000 });
  expect(answer).toMatchObject({ result: 'refused' });
});
