import { expect, test } from 'vitest';
import { wordFor } from '../../texts/catalogue.ts';
import type { WordFamily } from '../../texts/catalogue.ts';
import type { VerdictKind } from '../analysis/verdict.ts';
import type { CommandVerb, RunOutcome } from '../model/run.ts';
import type { EntryKind, HoldReason, Phase, RunCause } from './state.ts';

/** Every member of a union, or it does not compile. */
const all = <T extends string>(words: Readonly<Record<T, true>>): readonly string[] => Object.keys(words);

const families: Readonly<Record<WordFamily, readonly string[]>> = {
  phase: all<Phase>({
    idle: true,
    preparing: true,
    stepping: true,
    promoting: true,
    aborting: true,
    superseded: true,
  }),
  outcome: all<RunOutcome>({ promoted: true, aborted: true, superseded: true, refused: true }),
  verdict: all<VerdictKind>({ pass: true, fail: true, noData: true, inconclusive: true, error: true }),
  cause: all<RunCause>({ newVersion: true, command: true, rollback: true }),
  verb: all<CommandVerb>({
    start: true,
    pause: true,
    resume: true,
    approve: true,
    promote: true,
    promoteFull: true,
    setWeight: true,
    skip: true,
    abort: true,
    rollback: true,
  }),
  kind: all<EntryKind>({
    started: true,
    phase: true,
    step: true,
    weight: true,
    inForce: true,
    observed: true,
    hold: true,
    holdEnded: true,
    verdict: true,
    command: true,
    plan: true,
    contradiction: true,
    finished: true,
    version: true,
  }),
  'hold.reason': all<HoldReason>({
    paused: true,
    byHand: true,
    wait: true,
    approval: true,
    noData: true,
    mismatch: true,
    inconclusive: true,
    metrics: true,
    capacity: true,
    route: true,
    stable: true,
  }),
};

test.each(Object.entries(families))('every %s has a word for people', (family, words) => {
  expect(words.filter((word) => typeof wordFor(family as WordFamily, word) === 'string')).toEqual([]);
});
