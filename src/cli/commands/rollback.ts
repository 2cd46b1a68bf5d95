import { rollback } from '../../control/commands/release/ask.ts';
import type { Run } from '../command-spec.ts';
import { steering } from '../steer.ts';

export const run: Run = steering((store, request, input) => {
  const version = input.text('to');
  return rollback(store, { ...request, ...(version === undefined ? {} : { version }) });
});
