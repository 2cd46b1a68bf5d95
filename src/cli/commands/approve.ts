import { approve } from '../../control/commands/release/ask.ts';
import type { Run } from '../command-spec.ts';
import { steering } from '../steer.ts';

export const run: Run = steering(approve);
