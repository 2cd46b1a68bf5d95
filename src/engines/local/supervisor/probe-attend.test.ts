import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Probe } from '../../../core/model/pod.ts';
import { noProbeYet } from '../../../core/workload/probe-count.ts';
import { createAgenda } from './agenda.ts';
import { attendProbe } from './probe-attend.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** Moments of looks and verdicts within the time, with a program that is healthy from a moment on. */
async function run(
  probe: Probe,
  { eager, healthyFrom, forMs }: { eager: boolean; healthyFrom: number; forMs: number },
) {
  vi.setSystemTime(0);
  const looks: number[] = [];
  const verdicts: string[] = [];
  const stop = attendProbe({
    probe,
    startedAt: 0,
    initial: noProbeYet,
    agenda: createAgenda(() => Date.now()),
    now: () => Date.now(),
    eager,
    look: () => {
      looks.push(Date.now());
      return Promise.resolve(Date.now() >= healthyFrom ? undefined : { key: 'happening.noPort', params: { port: 1 } });
    },
    onCount: ({ verdict }) => void verdicts.push(`${Date.now()} ${verdict}`),
  });
  await vi.advanceTimersByTimeAsync(forMs);
  stop();
  const before = looks.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks.length).toBe(before);
  return { looks, verdicts };
}

test('looks once per period after the initial delay, as a kubelet', async () => {
  const { looks, verdicts } = await run(
    { initialDelaySeconds: 2, periodSeconds: 5 },
    { eager: false, healthyFrom: 6000, forMs: 13_000 },
  );
  expect(looks).toEqual([2000, 7000, 12_000]);
  expect(verdicts).toEqual(['2000 unknown', '7000 success', '12000 success']);
});

test('eager: finds the success soon, and never counts more failures than periods', async () => {
  const soon = await run({ periodSeconds: 10 }, { eager: true, healthyFrom: 300, forMs: 25_000 });
  expect(Number(soon.verdicts[1]?.split(' ')[0])).toBeLessThan(600);
  expect(soon.looks.filter((at) => at > 1000)).toEqual([10_000, 20_000]);
  const never = await run({ periodSeconds: 10 }, { eager: true, healthyFrom: Infinity, forMs: 25_000 });
  expect(never.verdicts).toEqual(['0 unknown', '10000 unknown', '20000 failure']);
});

test('eager waits for the initial delay too', async () => {
  const { looks } = await run({ initialDelaySeconds: 3 }, { eager: true, healthyFrom: 0, forMs: 5000 });
  expect(looks).toEqual([3000]);
});

test('the agenda wakes neighbours together, in order, and forgets what was cancelled', async () => {
  const agenda = createAgenda(() => Date.now());
  const ran: string[] = [];
  agenda.at(1005, () => ran.push('b'));
  agenda.at(1001, () => ran.push('a'));
  const cancel = agenda.at(1002, () => ran.push('never'));
  agenda.at(3000, () => ran.push('late'));
  cancel();
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1020);
  expect(ran).toEqual(['b', 'a']);
  await vi.advanceTimersByTimeAsync(2000);
  expect(ran).toEqual(['b', 'a', 'late']);
  expect(vi.getTimerCount()).toBe(0);
});
