import { promote, promoteFull } from '../../control/commands/release/ask.ts';
import type { Run } from '../command-spec.ts';
import { steering } from '../steer.ts';

export const run: Run = steering((store, request, input) =>
  input.flag('full') ? promoteFull(store, request) : promote(store, request),
);
