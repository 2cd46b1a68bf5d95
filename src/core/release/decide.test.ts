import { expect, test } from 'vitest';
import { phaseOf } from './state.ts';
import { deploy, look, runUntil, world } from './world.fixture.ts';

const idle = (w: ReturnType<typeof world>): boolean => phaseOf(w.state) === 'idle' && w.state.pin?.inForceSince != null;

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
