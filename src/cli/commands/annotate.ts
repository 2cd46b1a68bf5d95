import type { Run } from '../command-spec.ts';
import { changeMetadata } from '../metadata-pairs.ts';

export const run: Run = (context, input) =>
  changeMetadata(context, input, { field: 'annotations', done: 'cli.done.annotated' });
