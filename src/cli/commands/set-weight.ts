import { setWeight } from '../../control/commands/release/ask.ts';
import { Fault } from '../../lib/fault.ts';
import type { Run } from '../command-spec.ts';
import { steering } from '../steer.ts';

/** `30` or `30%`. @throws Fault `usage` */
function parseWeight(text: string, { release }: { readonly release: string }): number {
  const weight = /^\d+(\.\d{1,2})?%?$/.test(text) ? Number(text.replace('%', '')) : Number.NaN;
  if (weight >= 0 && weight < 100) return weight;
  const remedy = { key: 'cli.usage.weightRemedy', params: { release } } as const;
  throw new Fault(
    'usage',
    { key: 'cli.usage.badWeight', params: { text } },
    { expected: '0 – 99.99', found: text, ...(weight >= 100 ? { remedy } : {}) },
  );
}

export const run: Run = steering((store, request, input) =>
  setWeight(store, { ...request, weight: parseWeight(input.operands[1] ?? '', { release: request.name }) }),
);
