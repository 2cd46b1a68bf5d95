/**
 * The total table of the release machine: every phase answers every event. Read SPEC.md beside this file first; a test
 * compares the two cell by cell.
 */
import type { ReleaseEvent } from './event.ts';
import type { Phase, ReleaseRecord } from './state.ts';
import { phaseOf } from './state.ts';
import { idleHandlers } from './step-idle.ts';
import { takingBackHandlers } from './step-taking-back.ts';
import { preparingHandlers, promotingHandlers, steppingHandlers } from './step-trial.ts';
import type { Handlers, Transition } from './transition.ts';

export const table: Readonly<Record<Phase, Handlers>> = {
  idle: idleHandlers,
  preparing: preparingHandlers,
  stepping: steppingHandlers,
  promoting: promotingHandlers,
  aborting: takingBackHandlers,
  superseded: takingBackHandlers,
};

/** Applies one event to the record. A command that was answered before changes nothing. */
export function step(state: ReleaseRecord, event: ReleaseEvent, now: number): Transition {
  if ('asked' in event && state.answered.includes(event.asked.id)) return { state, notes: [] };
  // The table is typed by event kind; TypeScript cannot see that `event` and the chosen handler belong together.
  const handler = table[phaseOf(state)][event.kind] as (
    state: ReleaseRecord,
    event: ReleaseEvent,
    now: number,
  ) => Transition;
  return handler(state, event, now);
}
