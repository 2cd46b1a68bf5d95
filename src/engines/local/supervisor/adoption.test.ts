import { describe, expect, test } from 'vitest';
import { decideAdoption, maySignal } from './adoption.ts';
import type { ProcessSight } from './process-identity.ts';

const sight = (pid: number, startTime: string, more: Partial<ProcessSight> = {}): ProcessSight => ({
  pid,
  startTime,
  isZombie: false,
  group: pid,
  session: pid,
  ...more,
});

describe('decideAdoption', () => {
  const record = { instance: 'i', pid: 100, startTime: 's1' };

  test('the same process is adopted', () => {
    const same = sight(100, 's1');
    expect(decideAdoption(record, { atPid: same, marked: [same] })).toEqual({
      kind: 'adopt',
      pid: 100,
      startTime: 's1',
    });
  });

  test('a recycled pid is gone, and is nobody to clean up', () => {
    expect(decideAdoption(record, { atPid: sight(100, 's2'), marked: [] })).toEqual({ kind: 'gone', leftovers: [] });
  });

  test('a zombie is gone and may tell how it ended', () => {
    const zombie = sight(100, 's1', { isZombie: true, exitStatus: { code: 3, signal: 0 } });
    expect(decideAdoption(record, { atPid: zombie, marked: [] })).toEqual({ kind: 'gone', leftovers: [], zombie });
  });

  test('children that stayed behind are leftovers', () => {
    const child = sight(101, 's3', { session: 100, group: 100 });
    expect(decideAdoption(record, { atPid: undefined, marked: [child] })).toEqual({
      kind: 'gone',
      leftovers: [child],
    });
  });

  test('an intent without a pid finds its process by the mark', () => {
    const leader = sight(200, 's4');
    const child = sight(201, 's5', { session: 200, group: 200 });
    expect(decideAdoption({ instance: 'i' }, { atPid: undefined, marked: [child, leader] })).toEqual({
      kind: 'adopt',
      pid: 200,
      startTime: 's4',
    });
    expect(decideAdoption({ instance: 'i' }, { atPid: undefined, marked: [] })).toEqual({
      kind: 'gone',
      leftovers: [],
    });
  });
});

test('only the recorded, living process may be signalled', () => {
  const recorded = { pid: 100, startTime: 's1' };
  expect(maySignal(recorded, sight(100, 's1'))).toBe(true);
  expect(maySignal(recorded, sight(100, 's2'))).toBe(false);
  expect(maySignal(recorded, sight(100, 's1', { isZombie: true }))).toBe(false);
  expect(maySignal(recorded, undefined)).toBe(false);
  expect(maySignal({ pid: 1, startTime: 's' }, sight(1, 's'))).toBe(false);
});
