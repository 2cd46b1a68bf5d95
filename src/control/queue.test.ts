import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/fake-clock.ts';
import { backoffMs, startQueue } from './queue.ts';
import type { QueueOptions, WorkQueue } from './queue.ts';

interface Job {
  readonly key: string;
  readonly lane: string;
  readonly at: number;
  readonly signal: AbortSignal;
  finish(): void;
  fail(): void;
}

/** A queue whose work is finished by hand. */
function bench(options: Partial<QueueOptions> = {}) {
  const clock = fakeClock({ startMs: 0 });
  const jobs: Job[] = [];
  const queue = startQueue({
    clock,
    random: () => 1,
    onError: () => 'retry',
    work: (key, turn) =>
      new Promise((resolve, reject) => {
        const job = { key, lane: turn.lane, at: clock.now(), signal: turn.signal };
        jobs.push({ ...job, finish: () => resolve(), fail: () => reject(new Error('fails')) });
      }),
    ...options,
  });
  const started = (): string[] => jobs.map((job) => job.key);
  return { clock, jobs, queue, started };
}

describe('work queue', () => {
  it('works once on a key that is added many times while it waits', async () => {
    const { clock, jobs, queue, started } = bench({ workers: 1 });
    queue.add('busy');
    await clock.settle();
    for (let i = 0; i < 5; i += 1) queue.add('a');
    jobs[0]?.finish();
    await clock.settle();
    jobs[1]?.finish();
    await clock.settle();
    expect(started()).toEqual(['busy', 'a']);
  });

  it('never works on a key twice at once, and works once more when it was added meanwhile', async () => {
    const { clock, jobs, queue, started } = bench({ workers: 4 });
    queue.add('a');
    await clock.settle();
    queue.add('a');
    queue.add('a');
    await clock.settle();
    expect(started()).toEqual(['a']);
    jobs[0]?.finish();
    await clock.settle();
    expect(started()).toEqual(['a', 'a']);
    jobs[1]?.finish();
    await clock.settle();
    expect(started()).toHaveLength(2);
  });

  it('starts safety keys while every ordinary worker is stuck', async () => {
    const { clock, jobs, queue, started } = bench({ workers: 2 });
    for (const key of ['slow-1', 'slow-2', 'slow-3']) queue.add(key);
    await clock.settle();
    queue.add('abort', { lane: 'safety' });
    await clock.settle();
    expect(started()).toEqual(['slow-1', 'slow-2', 'abort']);
    expect(jobs[2]?.lane).toBe('safety');
  });

  it('takes waiting safety keys before ordinary ones, with ordinary workers too', async () => {
    const { clock, jobs, queue, started } = bench({ workers: 1 });
    queue.add('slow');
    queue.add('next');
    queue.add('s1', { lane: 'safety' });
    queue.add('s2', { lane: 'safety' });
    await clock.settle();
    expect(started()).toEqual(['slow', 's1']);
    jobs[0]?.finish();
    await clock.settle();
    expect(started()).toEqual(['slow', 's1', 's2']);
  });

  it('lifts a waiting key into the safety lane', async () => {
    const { clock, queue, started } = bench({ workers: 1 });
    for (const key of ['slow', 'b', 'a']) queue.add(key);
    queue.add('a', { lane: 'safety' });
    await clock.settle();
    expect(started()).toEqual(['slow', 'a']);
  });

  it('tells running ordinary work that its key became urgent, then works on it in the safety lane', async () => {
    const { clock, jobs, queue } = bench();
    queue.add('a');
    await clock.settle();
    queue.add('a', { lane: 'safety' });
    queue.add('a');
    expect(jobs[0]?.signal.aborted).toBe(true);
    jobs[0]?.finish();
    await clock.settle();
    expect(jobs.map((job) => job.lane)).toEqual(['ordinary', 'safety']);
    expect(jobs[1]?.signal.aborted).toBe(false);
  });

  it('backs off per key, doubling, and forgets the failures at success', async () => {
    const { clock, jobs, queue } = bench({ backoffFirstMs: 100, backoffLimitMs: 350 });
    queue.add('a');
    const at: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await clock.settle();
      at.push(jobs[i]?.at ?? -1);
      if (i === 4) break;
      jobs[i]?.fail();
      await clock.settle();
      await clock.advance((clock.nextWake() ?? 0) - clock.now());
    }
    expect(at).toEqual([0, 100, 300, 650, 1000]);
    expect(queue.failures('a')).toBe(4);
    jobs[4]?.finish();
    await clock.settle();
    expect(queue.failures('a')).toBe(0);
  });

  it('keeps a retried safety key in its lane', async () => {
    const { clock, jobs, queue } = bench();
    queue.add('a', { lane: 'safety' });
    await clock.settle();
    jobs[0]?.fail();
    await clock.settle();
    await clock.advance(100);
    expect(jobs[1]?.lane).toBe('safety');
  });

  it('drops a failing key when told so, until it is added again', async () => {
    const { clock, jobs, queue, started } = bench({ onError: () => 'drop' });
    queue.add('a');
    await clock.settle();
    jobs[0]?.fail();
    await clock.settle();
    await clock.advance(3_600_000);
    expect(started()).toEqual(['a']);
    queue.add('a');
    await clock.settle();
    expect(started()).toEqual(['a', 'a']);
  });

  it('keeps the earliest of several delays', async () => {
    const { clock, jobs, queue } = bench();
    queue.addAfter('a', 500);
    queue.addAfter('a', 200);
    queue.addAfter('a', 900);
    await clock.advance(1000);
    expect(jobs.map((job) => job.at)).toEqual([200]);
  });

  it('comes back after the time that the work asked for', async () => {
    const times: number[] = [];
    const clock = fakeClock({ startMs: 0 });
    const queue = startQueue({
      clock,
      random: () => 0,
      onError: () => 'drop',
      work: () => {
        times.push(clock.now());
        return Promise.resolve({ afterMs: 1000 });
      },
    });
    queue.add('a');
    await clock.advance(3500);
    expect(times).toEqual([0, 1000, 2000, 3000]);
    await queue.close();
  });

  it('close starts nothing more, fires the signals and waits for running work', async () => {
    const { clock, jobs, queue, started } = bench({ workers: 1 });
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    await clock.settle();
    let closed = false;
    const closing = queue.close().then(() => (closed = true));
    await clock.advance(1000);
    expect(closed).toBe(false);
    expect(jobs[0]?.signal.aborted).toBe(true);
    jobs[0]?.finish();
    await closing;
    queue.add('d');
    await clock.advance(1000);
    expect(started()).toEqual(['a']);
  });

  it('spreads the wait between a half and the whole', () => {
    const bounds = { firstMs: 100, limitMs: 1000 };
    expect(backoffMs(1, bounds, 0)).toBe(50);
    expect(backoffMs(2, bounds, 1)).toBe(200);
    expect(backoffMs(500, bounds, 1)).toBe(1000);
  });
});

type Step = { readonly do: 'add' | 'safety' | 'finish' | 'fail' | 'pass'; readonly pick: number };

const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('add', 'safety', 'finish', 'fail', 'pass'),
    pick: fc.nat(5),
  }),
  { maxLength: 60 },
);

describe('laws of the queue', () => {
  it('no key runs twice at once, and the last add of every key is followed by a start', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (walk) => {
        const open = new Map<string, { finish(): void; fail(): void }>();
        const owed = new Set<string>();
        let twice = false;
        const clock = fakeClock({ startMs: 0, turns: 1 });
        const queue: WorkQueue = startQueue({
          clock,
          random: () => 0.5,
          workers: 2,
          onError: () => 'retry',
          work: (key) => {
            twice ||= open.has(key);
            owed.delete(key);
            return new Promise((resolve, reject) => {
              const end = (settle: () => void) => () => {
                open.delete(key);
                settle();
              };
              open.set(key, { finish: end(() => resolve()), fail: end(() => reject(new Error('fails'))) });
            });
          },
        });
        for (const step of walk) {
          const key = `k${step.pick}`;
          const running = [...open.values()][step.pick % Math.max(open.size, 1)];
          if (step.do === 'add' || step.do === 'safety') {
            owed.add(key);
            queue.add(key, step.do === 'safety' ? { lane: 'safety' } : {});
          } else if (step.do === 'pass') await clock.advance(step.pick * 40);
          else running?.[step.do]();
          await clock.settle();
        }
        while (open.size > 0) {
          for (const job of open.values()) job.finish();
          await clock.settle();
        }
        expect(twice).toBe(false);
        expect([...owed]).toEqual([]);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});
