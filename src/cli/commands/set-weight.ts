import { setWeight } from '../../control/commands/release/ask.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import { steering } from '../steer.ts';

/** `30` or `30%`. @throws Fault `usage` */
function parseWeight(text: string): number {
  const weight = /^\d+(\.\d{1,2})?%?$/.test(text) ? Number(text.replace('%', '')) : Number.NaN;
  if (weight >= 0 && weight <= 100) return weight;
  throw new Fault('usage', { key: 'cli.usage.badWeight', params: { text } }, { expected: '0–100', found: text });
}

export const run: Run = steering((store, request, input) =>
  setWeight(store, { ...request, weight: parseWeight(input.operands[1] ?? '') }),
);
