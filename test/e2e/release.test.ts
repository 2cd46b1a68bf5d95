import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyReviews, byHand, outcome, page, phase, quick, startBookinfo, underLoad } from './support/bookinfo.ts';
import { startSerin, until, withinNoise, type Serin } from './support/serin.ts';

let serin: Serin;
beforeEach(async () => {
  serin = await startSerin({ config: 'examples/bookinfo/serin.yaml' });
});
afterEach(() => serin.close());

interface DeploymentView {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly readyReplicas?: number };
}

describe('releases on one machine', () => {
  test('a good version is promoted by itself: nobody fails, nobody flips, the old version is scaled down', async () => {
    await startBookinfo(serin, quick);
    const load = await underLoad(60, async () => {
      await applyReviews(serin, 'v2');
      expect(await outcome(serin, 'v2')).toBe('promoted');
      await phase(serin, (status) => status.stable?.version === 'v2');
      await until('v1 to be scaled down', async () => {
        const { spec } = await serin.json<DeploymentView>(['get', 'deploy', 'reviews-v1']);
        return spec.replicas === 0 ? true : undefined;
      });
    });
    expect(load.failed).toBe(0);
    expect(load.flips).toEqual({});
    expect(load.versions['reviews-v2']?.requests).toBeGreaterThan(0);
  });

  test('a bad version is taken back by itself, and says why', async () => {
    await startBookinfo(serin, quick);
    const load = await underLoad(60, async () => {
      await applyReviews(serin, 'v4');
      expect(await outcome(serin, 'v4')).toBe('aborted');
      await new Promise((wake) => setTimeout(wake, 1000));
    });
    const bad = load.versions['reviews-v4'];
    expect(bad?.failed).toBeGreaterThan(0);
    expect(load.failed).toBe(bad?.failed);
    expect(load.failed).toBeLessThan(60);
    const why = await serin.must(['why', 'reviews']);
    expect(why).toMatch(/v4/);
    expect(why).toMatch(/\d+(\.\d+)?%/);
    const { stable } = await phase(serin, (status) => status.phase === 'idle');
    expect(stable?.version).toBe('v1');
  });

  test('a hundred weight changes under load: nothing fails, and shares are as asked', async () => {
    await startBookinfo(serin, byHand);
    await applyReviews(serin, 'v2');
    await phase(serin, (status) => status.desiredWeight === 30);
    const load = await underLoad(100, async () => {
      for (let change = 0; change < 100; change += 1) {
        await serin.must(['set-weight', 'reviews', String(10 + ((change * 37) % 80))]);
      }
    });
    expect(load.failed).toBe(0);
    await serin.must(['set-weight', 'reviews', '40']);
    await phase(serin, (status) => status.desiredWeight === 40);
    const steady = await underLoad(150, () => new Promise((wake) => setTimeout(wake, 5000)));
    expect(steady.failed).toBe(0);
    // Users stick to their version, so the share is that of 500 users, not of independent requests.
    const share = (steady.versions['reviews-v2']?.requests ?? 0) / steady.requests;
    expect(withinNoise(share * 500, 500, 0.4)).toBe(true);
  });

  test('an accepted abort empties the candidate at once', async () => {
    await startBookinfo(serin, byHand);
    await applyReviews(serin, 'v2');
    await phase(serin, (status) => status.desiredWeight === 30);
    let abortedAt = 0;
    const load = await underLoad(100, async () => {
      await new Promise((wake) => setTimeout(wake, 1000));
      await serin.must(['abort', 'reviews', '--reason', 'trial over']);
      abortedAt = Date.now();
      expect(await outcome(serin, 'v2')).toBe('aborted');
      await new Promise((wake) => setTimeout(wake, 1000));
    });
    expect(load.failed).toBe(0);
    expect(load.versions['reviews-v2']?.lastAt).toBeLessThan(abortedAt + 1000);
  });

  test('the control plane may die at a step, in a promotion and in an abort: same end, nobody fails', async () => {
    await startBookinfo(serin, 'steps: [{weight: 20}, {pause: 3s}, {weight: 100}]');
    const load = await underLoad(50, async () => {
      await applyReviews(serin, 'v2');
      await phase(serin, (status) => status.desiredWeight === 20);
      await serin.kill9();
      await new Promise((wake) => setTimeout(wake, 1500));
      await serin.restart();
      await phase(serin, (status) => status.phase === 'promoting' || status.stable?.version === 'v2');
      await serin.kill9();
      await serin.restart();
      expect(await outcome(serin, 'v2')).toBe('promoted');
      await applyReviews(serin, 'v3');
      await phase(serin, (status) => status.candidate?.version === 'v3' && status.desiredWeight === 20);
      await serin.must(['abort', 'reviews', '--reason', 'drill']);
      await serin.kill9();
      await serin.restart();
      expect(await outcome(serin, 'v3')).toBe('aborted');
      await phase(serin, (status) => status.phase === 'idle' && status.stable?.version === 'v2');
    });
    expect(load.failed).toBe(0);
  });

  test('a second control plane on the same folder is refused', async () => {
    const second = await serin.run(['up', '--data', serin.folder, '--port', '0']);
    expect(second.code).not.toBe(0);
    expect(second.stderr).toMatch(/another control plane/);
    expect((await fetch(page).catch(() => undefined))?.status).not.toBe(500);
  });
});
