import { expect, test } from 'vitest';
import { isPinned, phaseOf } from './state.ts';
import { command, deploy, look, ONE_STEP, runUntil, world } from './world.fixture.ts';

const idle = (w: ReturnType<typeof world>): boolean => phaseOf(w.state) === 'idle' && isPinned(w.state);

test('a good version is promoted by itself and the old one is lowered only after it fell silent', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  expect(w.state.stable?.version).toBe('v1');
  deploy(w, 'v2', { replicas: 1 });
  runUntil(w, () => w.closed.length === 1);
  expect(w.closed[0]?.outcome).toBe('promoted');
  expect(w.state.stable?.version).toBe('v2');
  expect(w.share).toBe(0);
  const weights = w.history.filter((one) => one.entry.kind === 'weight').map((one) => one.entry.body['to']);
  expect(weights).toEqual([10, 50, 100]);
  expect(w.deployed.get('reviews-v2')?.replicas).toBe(2);
  const ended = w.now;
  runUntil(w, () => w.deployed.get('reviews-v1')?.replicas === 0);
  expect(w.now - ended).toBeGreaterThanOrEqual(30_000);
  look(w);
  expect(look(w).wakeAt).toBeUndefined();
});

test('a new release finds the version that serves: not one that is scaled to 0, and not before its pods are there', () => {
  const w = world();
  deploy(w, 'v1');
  deploy(w, 'v2');
  deploy(w, 'v3');
  Object.assign(w.deployed.get('reviews-v1') ?? {}, { replicas: 0 });
  Object.assign(w.deployed.get('reviews-v2') ?? {}, { readyAt: w.now + 5_000 });
  const from = w.now;
  runUntil(w, () => w.applied.length > 0, 10_000);
  expect(w.state.stable?.version).toBe('v2');
  expect(w.applied[0]).toMatchObject({ kind: 'split', split: { stable: { version: 'v2' } } });
  // Nobody served at all at the first look; once v3 did, v2 had to be there.
  expect(w.now - from).toBe(0);
  const late = world();
  deploy(late, 'v1');
  deploy(late, 'v2');
  late.now += late.readyDelayMs;
  Object.assign(late.deployed.get('reviews-v1') ?? {}, { readyAt: late.now + 5_000 });
  late.inForce = false;
  const start = late.now;
  runUntil(late, () => late.applied.length > 0, 10_000);
  expect(late.state.stable?.version).toBe('v1');
  expect(late.now - start).toBeGreaterThanOrEqual(5_000);
});

test('I17 a paused run is still judged and still aborted', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v4', { failing: 1 });
  runUntil(w, () => w.state.run?.phase === 'preparing');
  command(w, 'pause');
  look(w);
  expect(w.state.run?.holds[0]).toMatchObject({ reason: 'paused', ends: { key: 'run.ends.resume' } });
  command(w, 'resume');
  runUntil(w, () => w.state.run?.desired === 10);
  command(w, 'pause');
  const from = w.now;
  runUntil(w, () => w.closed.length === 1, 60_000);
  expect(w.closed[0]).toMatchObject({ outcome: 'aborted', reason: { key: 'release.verdict.fail' } });
  expect(w.now - from).toBeLessThan(20_000);
});

test('a crashed candidate is out at the next look, one that only stops being ready after two seconds', () => {
  for (const crash of [true, false]) {
    const w = world();
    deploy(w, 'v1');
    runUntil(w, idle);
    deploy(w, 'v2');
    runUntil(w, () => w.state.run?.desired === 10 && w.state.run.inForceSince !== null);
    const v2 = w.deployed.get('reviews-v2');
    if (v2 === undefined) throw new Error('no v2');
    Object.assign(v2, { ready: 0, readyAt: w.now + 60_000, restarts: crash ? 1 : 0 });
    const from = w.now;
    runUntil(w, () => w.share === 0, 5_000);
    expect(w.now - from).toBeLessThanOrEqual(crash ? 0 : 2_000);
    expect(w.state.run?.reason?.key).toBe(crash ? 'run.reason.crashed' : 'run.reason.down');
  }
});

test('a candidate that takes no connections is out within two seconds, one answer in between clears it', () => {
  for (const answers of [false, true]) {
    const w = world();
    deploy(w, 'v1');
    runUntil(w, idle);
    w.rps = 20;
    w.refusing = true;
    deploy(w, 'v2');
    runUntil(w, () => w.state.run?.desired === 10 && w.state.run.inForceSince !== null);
    const v2 = w.deployed.get('reviews-v2');
    if (v2 === undefined) throw new Error('no v2');
    v2.failing = 1;
    runUntil(w, () => w.state.run?.evidence.refusedSince !== null, 5_000);
    const from = w.now;
    if (answers) v2.failing = 0;
    runUntil(w, () => w.share === 0 || w.now >= from + 2_000, 3_000);
    expect(w.share).toBe(answers ? 10 : 0);
    expect(w.state.run?.reason?.key).toBe(answers ? undefined : 'run.reason.refused');
  }
});

test('without requests nothing moves, and the hold says what would end it', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  w.rps = 0;
  deploy(w, 'v2');
  runUntil(w, () => w.state.run?.desired === 10);
  const until = w.now + 600_000;
  runUntil(w, () => w.now >= until, 700_000);
  expect(w.state.run?.desired).toBe(10);
  expect(w.state.run?.holds).toMatchObject([{ reason: 'noData', ends: { key: 'run.ends.data' } }]);
  w.rps = 50;
  runUntil(w, () => w.closed.length === 1);
  expect(w.closed[0]?.outcome).toBe('promoted');
});

test('skip goes on without data, up to the share of the next step and to the end', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  w.rps = 0;
  deploy(w, 'v2');
  for (const weight of [10, 50]) {
    runUntil(w, () => w.state.run?.desired === weight && w.state.run.holds.some((one) => one.reason === 'noData'));
    command(w, 'skip');
  }
  runUntil(w, () => w.closed.length === 1, 60_000);
  expect(w.closed[0]?.outcome).toBe('promoted');
  const steps = w.history.filter((one) => one.entry.kind === 'step').map((one) => one.entry.body['step']);
  expect(steps).not.toContain('auto');
});

test('with `auto`, skip goes on without data as well', () => {
  const w = world({ ...ONE_STEP, strategy: { canary: { auto: {} } } });
  deploy(w, 'v1');
  runUntil(w, idle);
  w.rps = 0;
  deploy(w, 'v2');
  runUntil(w, () => (w.state.run?.holds ?? []).some((one) => one.reason === 'noData'));
  const before = w.state.run?.desired ?? 100;
  command(w, 'skip');
  runUntil(w, () => (w.state.run?.desired ?? 0) > before, 10_000);
});

test('a rollback away from a version that is broken does not wait for that version', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2');
  runUntil(w, () => w.closed.length === 1);
  expect(w.state.stable?.version).toBe('v2');
  Object.assign(w.deployed.get('reviews-v2') ?? {}, { ready: 0, readyAt: Infinity, restarts: 5, crashing: 2 });
  command(w, 'rollback');
  const decision = look(w);
  expect(decision.actions[0]).toMatchObject({ class: 'routing', split: { weight: 100, candidate: { version: 'v1' } } });
  runUntil(w, () => w.closed.length === 2, 60_000);
  expect(w.closed[1]).toMatchObject({ outcome: 'promoted', to: { version: 'v1' } });
});

test('a route that was changed at rest is set again, and an arm that waits to be lowered starts to fall silent anew', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2');
  runUntil(w, () => w.closed.length === 1 && idle(w) && (w.state.retiring[0]?.quietSince ?? null) !== null);
  w.share = 80;
  const lost = look(w);
  expect(isPinned(lost.state)).toBe(false);
  expect(lost.actions[0]).toMatchObject({ kind: 'split', split: { stable: { version: 'v2' }, weight: 0 } });
  expect(lost.notes.map(({ run, entry }) => [run, entry.kind])).toEqual([[null, 'contradiction']]);
  expect(lost.state.retiring[0]?.quietSince).toBe(w.now);
  w.now += 100;
  expect(isPinned(look(w).state)).toBe(true);
});

test('a run ends although somebody else resets the route again and again; the old arm stays while it has requests', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2');
  runUntil(w, () => w.state.run?.desired === 100);
  const from = w.now;
  for (let looks = 0; w.closed.length === 0; looks += 1) {
    expect(w.now - from).toBeLessThan(60_000);
    look(w);
    w.now += 500;
    if (looks % 2 === 0) w.share = 0;
  }
  expect(w.closed[0]?.outcome).toBe('promoted');
  expect(w.deployed.get('reviews-v1')?.replicas).toBe(2);
});

test('an aborted version is not tried again by itself, its changed content is, and a command starts it', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2');
  runUntil(w, () => w.state.run?.desired === 10);
  command(w, 'abort');
  runUntil(w, () => w.closed.length === 1);
  const until = w.now + 60_000;
  runUntil(w, () => w.now >= until, 100_000);
  expect(w.state.run).toBeNull();
  command(w, 'start', { version: 'v2' });
  look(w);
  expect(w.state.run).toMatchObject({ name: 'reviews-2', cause: 'command' });
  command(w, 'abort');
  runUntil(w, () => w.closed.length === 2);
  deploy(w, 'v2', { hash: 'other' });
  runUntil(w, () => w.closed.length === 3);
  expect(w.closed[2]).toMatchObject({ outcome: 'promoted', to: { hash: 'other' } });
});

test('a newer version takes the place of the one on trial, and rollback to a warm version is one look', () => {
  const w = world();
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2');
  runUntil(w, () => w.state.run?.desired === 10);
  deploy(w, 'v3');
  runUntil(w, () => w.closed.length === 2);
  expect(w.closed.map((run) => [run.to.version, run.outcome])).toEqual([
    ['v2', 'superseded'],
    ['v3', 'promoted'],
  ]);
  command(w, 'rollback');
  const decision = look(w);
  expect(decision.actions[0]).toMatchObject({ class: 'routing', split: { weight: 100, candidate: { version: 'v1' } } });
  runUntil(w, () => w.closed.length === 3);
  expect(w.state.stable?.version).toBe('v1');
});

test('with `auto` stable is measured first, and the weights follow the evidence', () => {
  const w = world({ ...ONE_STEP, strategy: { canary: { auto: { dwell: '10s', bake: '20s', timeBox: '60s' } } } });
  w.rps = 200;
  deploy(w, 'v1');
  runUntil(w, idle);
  deploy(w, 'v2', { failing: 0.004 });
  runUntil(w, () => w.closed.length === 1);
  const weights = w.history.filter((one) => one.entry.kind === 'weight').map((one) => one.entry.body['to']);
  expect(weights[0]).toBe(1);
  expect(weights.at(-1)).toBe(100);
  expect(w.closed[0]?.outcome).toBe('promoted');
});
