import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';

export const run: Run = async () => {
  throw new Fault('refused', { key: 'server.noTable' });
};
