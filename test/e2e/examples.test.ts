import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openExample, type Example } from './support/example.ts';
import { sample, startSerin, until, withinNoise, type Serin } from './support/serin.ts';

let serin: Serin;
beforeAll(async () => {
  serin = await startSerin({ config: 'examples/serin.yaml' });
});
afterAll(() => serin.close());

interface PodList {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

interface Count {
  readonly all: number;
  readonly ready: number;
}

/** Pods of both versions at one instant; those that are going away do not count. */
async function podCounts(): Promise<Record<'v1.0.0' | 'v2.0.0', Count>> {
  const list = await serin.json<PodList>(['get', 'pods', '-l', 'app=my-app']);
  const of = (version: string): Count => {
    const living = list.items.filter(
      ({ metadata }) => metadata.labels['version'] === version && metadata.deletionTimestamp === undefined,
    );
    const ready = living.filter((pod) =>
      pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    );
    return { all: living.length, ready: ready.length };
  };
  return { 'v1.0.0': of('v1.0.0'), 'v2.0.0': of('v2.0.0') };
}

async function pods(version: 'v1.0.0' | 'v2.0.0'): Promise<Count> {
  return (await podCounts())[version];
}

/** Runs `body` in an empty namespace and ends with all steps of the README run. */
async function inExample(name: string, body: (example: Example) => Promise<void>): Promise<void> {
  const example = openExample(name, serin);
  try {
    await body(example);
    example.finish();
  } finally {
    await cleanUp();
  }
}

async function cleanUp(): Promise<void> {
  await serin.must(['delete', 'all', '-l', 'app=my-app']);
  for (const kind of ['virtualservice', 'destinationrule', 'gateway']) await serin.run(['delete', kind, 'my-app']);
  await until('all pods to be gone', async () => {
    const list = await serin.json<PodList>(['get', 'pods']);
    return list.items.length === 0 ? true : undefined;
  });
}

/** The share of traffic settles a moment after the pods are ready. */
async function settled(url: string, expected: (tally: Record<string, number>) => boolean, headers = {}): Promise<void> {
  await until(`the expected answers of ${url}`, async () =>
    expected(await sample(url, 20, headers)) ? true : undefined,
  );
}

describe('strategies without a router', () => {
  test('recreate: no moment with both versions', async () => {
    await inExample('recreate', async (example) => {
      const url = 'http://127.0.0.1:30081/';
      await example.next();
      await settled(url, (tally) => tally['v1.0.0'] === 20);
      let both = 0;
      let watching = true;
      const watch = (async () => {
        while (watching) {
          const counts = await podCounts();
          if (counts['v1.0.0'].ready > 0 && counts['v2.0.0'].all > 0) both += 1;
        }
      })();
      await example.next();
      watching = false;
      await watch;
      expect(both).toBe(0);
      await settled(url, (tally) => tally['v2.0.0'] === 20);
    });
  });

  test('rolling: surge and unavailability stay in bounds, pause holds, undo goes back, no request fails', async () => {
    await inExample('rolling', async (example) => {
      const url = 'http://127.0.0.1:30082/';
      await example.next();
      await settled(url, (tally) => tally['v1.0.0'] === 20);
      let failed = 0;
      let watching = true;
      const bounds = { most: 0, fewest: 10 };
      const watch = (async () => {
        while (watching) {
          const { 'v1.0.0': one, 'v2.0.0': two } = await podCounts();
          bounds.most = Math.max(bounds.most, one.all + two.all);
          bounds.fewest = Math.min(bounds.fewest, one.ready + two.ready);
        }
      })();
      const traffic = (async () => {
        while (watching) failed += (await sample(url, 20))['failed'] ?? 0;
      })();
      await example.next();
      await until('some new pods', async () => ((await pods('v2.0.0')).ready > 0 ? true : undefined));
      const held = await pods('v1.0.0');
      expect(held.all).toBeGreaterThan(0);
      await example.next();
      expect(await pods('v2.0.0')).toEqual({ all: 10, ready: 10 });
      await example.next();
      expect(await pods('v1.0.0')).toEqual({ all: 10, ready: 10 });
      watching = false;
      await Promise.all([watch, traffic]);
      expect(bounds.most).toBeLessThanOrEqual(12);
      expect(bounds.fewest).toBeGreaterThanOrEqual(9);
      expect(failed).toBe(0);
    });
  });

  test('blue/green: a changed selector switches everybody, and back', async () => {
    await inExample('blue-green', async (example) => {
      const url = 'http://127.0.0.1:30083/';
      await example.next();
      await settled(url, (tally) => tally['v1.0.0'] === 20);
      await example.next();
      expect(await sample(url, 40)).toEqual({ 'v1.0.0': 40 });
      await example.next();
      await settled(url, (tally) => tally['v2.0.0'] === 20);
      await example.next();
      await settled(url, (tally) => tally['v1.0.0'] === 20);
      await example.next();
      expect(await sample(url, 40)).toEqual({ 'v1.0.0': 40 });
    });
  });

  test('replica ratio: 10 + 1 gives one in eleven', async () => {
    await inExample('replica-ratio', async (example) => {
      const url = 'http://127.0.0.1:30084/';
      await example.next();
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      const tally = await sample(url, 1100);
      expect(tally['failed']).toBeUndefined();
      expect(withinNoise(tally['v2.0.0'] ?? 0, 1100, 1 / 11)).toBe(true);
      await example.next();
      await example.next();
      await settled(url, (answers) => answers['v2.0.0'] === 20);
    });
  });
});

describe('routing by the mesh', () => {
  test('weights 90/10 stay 90/10 when the new version is scaled out', async () => {
    await inExample('weights', async (example) => {
      const url = 'http://127.0.0.1:8091/';
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      expect(withinNoise((await sample(url, 1000))['v2.0.0'] ?? 0, 1000, 0.1)).toBe(true);
      await example.next();
      const tally = await sample(url, 1000);
      expect(tally['failed']).toBeUndefined();
      expect(withinNoise(tally['v2.0.0'] ?? 0, 1000, 0.1)).toBe(true);
    });
  });

  test("one company's users are split in half, everyone else stays", async () => {
    await inExample('cookie-domain', async (example) => {
      const url = 'http://127.0.0.1:8092/';
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      expect(await sample(url, 100)).toEqual({ 'v1.0.0': 100 });
      expect(await sample(url, 100, { cookie: 'email=ann@example.org' })).toEqual({ 'v1.0.0': 100 });
      const tally = await sample(url, 600, { cookie: 'theme=dark; email=ann@example.com' });
      expect(withinNoise(tally['v2.0.0'] ?? 0, 600, 0.5)).toBe(true);
    });
  });

  test('70/30, 50/50, 100 and clean-up', async () => {
    await inExample('shift', async (example) => {
      const url = 'http://127.0.0.1:8093/';
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      expect(withinNoise((await sample(url, 600))['v2.0.0'] ?? 0, 600, 0.3)).toBe(true);
      await example.next();
      await until('half', async () =>
        withinNoise((await sample(url, 600))['v2.0.0'] ?? 0, 600, 0.5) ? true : undefined,
      );
      await example.next();
      await settled(url, (tally) => tally['v2.0.0'] === 20);
      await example.next();
      expect(await sample(url, 200)).toEqual({ 'v2.0.0': 200 });
    });
  });

  test('gmail.com to v3, the rest one to nine', async () => {
    await inExample('gmail-and-ratio', async (example) => {
      const url = 'http://127.0.0.1:8094/';
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      expect(await sample(url, 100, { cookie: 'email=bo@gmail.com' })).toEqual({ 'v3.0.0': 100 });
      const tally = await sample(url, 1000);
      expect(tally['v3.0.0']).toBeUndefined();
      expect(withinNoise(tally['v1.0.0'] ?? 0, 1000, 0.1)).toBe(true);
    });
  });

  test('phones and desktops', async () => {
    await inExample('devices', async (example) => {
      const url = 'http://127.0.0.1:8095/';
      await example.next();
      await settled(url, (tally) => tally['failed'] === undefined);
      const phone = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148' };
      const desktop = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0' };
      expect(await sample(url, 50, phone)).toEqual({ 'v2.0.0': 50 });
      expect(await sample(url, 50, desktop)).toEqual({ 'v1.0.0': 50 });
    });
  });
});
