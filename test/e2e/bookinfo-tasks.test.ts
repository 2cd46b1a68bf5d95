/** The tasks that Istio's documentation uses Bookinfo for, step by step as `examples/bookinfo/README.md` has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openExample, type Example } from './support/example.ts';
import { startSerin, until, withinNoise, type Serin } from './support/serin.ts';

let serin: Serin;
let example: Example;
let site: string;

interface StatusView {
  readonly engine: {
    readonly api: string;
    readonly addresses: readonly { readonly kind: string; readonly address: string; readonly port: number }[];
  };
}

beforeAll(async () => {
  serin = await startSerin({ config: 'examples/bookinfo/serin.yaml' });
  example = openExample('bookinfo', serin);
  await example.next();
  site = await until('the address of the gateway', async () => {
    const { engine } = await serin.json<StatusView>(['status']);
    const gateway = engine.addresses.find(({ kind }) => kind === 'gateway');
    return gateway === undefined ? undefined : `http://${gateway.address}:${gateway.port}`;
  });
});
afterAll(() => serin.close());

interface Page {
  readonly status: number;
  /** Of the call for reviews; 0 = given up. */
  readonly reviewsStatus: number;
  readonly by: string;
  /** Colours of the stars. */
  readonly stars: readonly string[];
  readonly text: string;
  readonly ms: number;
}

async function load(cookie = ''): Promise<Page> {
  const startedAt = performance.now();
  const answer = await fetch(`${site}/productpage`, { headers: { cookie } });
  const text = await answer.text();
  return {
    status: answer.status,
    reviewsStatus: Number(answer.headers.get('x-reviews-status')),
    by: answer.headers.get('x-reviews-by') ?? '',
    stars: [...text.matchAll(/class="stars" style="color:(\w+)"/g)].map((match) => match[1] ?? ''),
    text,
    ms: performance.now() - startedAt,
  };
}

function loads(count: number): Promise<readonly Page[]> {
  return Promise.all(Array.from({ length: count }, () => load()));
}

async function tally(count: number): Promise<Record<string, number>> {
  const versions: Record<string, number> = {};
  for (let sent = 0; sent < count; sent += 10) {
    for (const { by } of await loads(10)) versions[by] = (versions[by] ?? 0) + 1;
  }
  return versions;
}

/** Signs in as the form of the page does, and gives the cookie. */
async function signIn(user: string): Promise<string> {
  const answer = await fetch(`${site}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { referer: `${site}/productpage?u=normal` },
    body: new URLSearchParams({ username: user, passwd: 'x' }),
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/productpage?u=normal']);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Requests that the mesh counted, by the destination's workload, of lines that fit. */
async function counted(fits: (line: string) => boolean): Promise<Record<string, number>> {
  const { engine } = await serin.json<StatusView>(['status']);
  const authorization = `Bearer ${readFileSync(join(serin.folder, 'token'), 'utf8').trim()}`;
  const text = await (await fetch(`${engine.api}/stats/prometheus`, { headers: { authorization } })).text();
  const sums: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (!line.startsWith('istio_requests_total{') || !fits(line)) continue;
    const workload = /destination_workload="([^"]*)"/.exec(line)?.[1] ?? '';
    sums[workload] = (sums[workload] ?? 0) + Number(line.slice(line.lastIndexOf(' ')));
  }
  return sums;
}

const unavailable = 'Sorry, product reviews are currently unavailable for this book.';

test('without rules all versions serve in turn; one rule, and only v1 does', async () => {
  await until('the reviews', async () => ((await load()).reviewsStatus === 200 ? true : undefined));
  expect(Object.keys(await tally(60)).toSorted()).toEqual(['reviews-v1', 'reviews-v2', 'reviews-v3']);
  await example.next();
  expect(await tally(40)).toEqual({ 'reviews-v1': 40 });
  expect((await load()).stars).toEqual([]);
});

test('who signs in as jason gets black stars, and loses them by signing out', async () => {
  await example.next();
  const jason = await signIn('jason');
  const page = await load(jason);
  expect([page.by, page.stars]).toEqual(['reviews-v2', ['black', 'black']]);
  expect(page.text).toContain('signed in as <b>jason</b>');
  expect((await load(await signIn('someone else'))).by).toBe('reviews-v1');
  expect((await load()).by).toBe('reviews-v1');

  const out = await fetch(`${site}/logout`, { redirect: 'manual', headers: { cookie: jason } });
  expect([out.status, out.headers.get('location')]).toEqual([302, '/productpage']);
  expect(out.headers.get('set-cookie')).toMatch(/^session=; Max-Age=0/);
});

test('a delay for jason: he waits, nobody else does', async () => {
  await example.next();
  const [jason, other] = await Promise.all([load('session=jason'), load()]);
  expect(jason.stars).toEqual(['black', 'black']);
  expect(jason.ms).toBeGreaterThan(990);
  expect(other.ms).toBeLessThan(900);
});

test('a longer delay than the page waits for: no reviews from v2; v3 gives the ratings up in time', async () => {
  const longer = readFileSync('examples/bookinfo/tasks/delay-for-jason.yaml', 'utf8').replace('1s', '7s');
  await serin.must(['apply', '-f', '-'], { input: longer });
  const v2 = load('session=jason');
  await new Promise((wake) => setTimeout(wake, 200)); // the request is under way when the rule changes
  const toV3 = readFileSync('examples/bookinfo/tasks/jason-to-v2.yaml', 'utf8').replace('subset: v2', 'subset: v3');
  await serin.must(['apply', '-f', '-'], { input: toV3 });
  const [old, red] = await Promise.all([v2, load('session=jason')]);
  expect(old.text).toContain(unavailable);
  expect(old.ms).toBeGreaterThan(2900);
  expect(old.ms).toBeLessThan(6000);
  expect([red.by, red.stars]).toEqual(['reviews-v3', []]);
  expect(red.text).toContain('Ratings service is currently unavailable');
  expect(red.ms).toBeGreaterThan(2400);
});

test('a failure for jason: he reads that there are no ratings, others see no difference', async () => {
  await serin.must(['apply', '-f', 'examples/bookinfo/tasks/jason-to-v2.yaml']);
  await example.next();
  const page = await load('session=jason');
  expect([page.by, page.stars, page.reviewsStatus]).toEqual(['reviews-v2', [], 200]);
  expect(page.text).toContain('Ratings service is currently unavailable');
  expect(page.ms).toBeLessThan(900);
  expect((await load()).text).not.toContain('unavailable');
  expect(await counted((line) => line.includes('response_flags="FI"'))).toEqual({ unknown: 1 });
});

test('half of the requests to v3', async () => {
  await example.next();
  const count = 400;
  const versions = await tally(count);
  expect((versions['reviews-v1'] ?? 0) + (versions['reviews-v3'] ?? 0)).toBe(count);
  expect(withinNoise(versions['reviews-v3'] ?? 0, count, 0.5), JSON.stringify(versions)).toBe(true);
});

test('a timeout: after half a second there are no reviews', async () => {
  await example.next();
  const page = await load();
  expect([page.status, page.reviewsStatus]).toEqual([200, 504]);
  expect(page.text).toContain(unavailable);
  expect(page.ms).toBeGreaterThan(490);
  expect(page.ms).toBeLessThan(1900);
});

test('a circuit breaker: what comes on top is refused at once', async () => {
  await example.next();
  const pages = await loads(40);
  const served = pages.filter(({ reviewsStatus }) => reviewsStatus === 200);
  const refused = pages.filter(({ reviewsStatus }) => reviewsStatus === 503);
  expect(served.length + refused.length).toBe(40);
  expect(served.length).toBeGreaterThanOrEqual(1);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(served.every(({ ms }) => ms > 990)).toBe(true);
  const overflowed = await counted(
    (line) => line.includes('reporter="source"') && line.includes('response_flags="UO"'),
  );
  expect(Object.values(overflowed).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(refused.length);
});

test('a mirror: v3 gets every request too, and users only see v1', async () => {
  await example.next();
  const atV3 = async (): Promise<number> =>
    (await counted((line) => line.includes('reporter="destination"') && line.includes('response_code="200"')))[
      'reviews-v3'
    ] ?? 0;
  const before = await atV3();
  expect(await tally(40)).toEqual({ 'reviews-v1': 40 });
  await until('the copies to be counted', async () => ((await atV3()) === before + 40 ? true : undefined), 5000);
  example.finish();
});
