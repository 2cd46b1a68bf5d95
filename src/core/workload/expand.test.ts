import { describe, expect, it } from 'vitest';
import { expand } from './expand.ts';

const values: Readonly<Record<string, string>> = { VAR_A: 'A', VAR_B: 'B', VAR_REF: '$(VAR_A)', VAR_EMPTY: '' };

/** Cases of expand_test.go of Kubernetes, with our values. */
const cases: readonly (readonly [string, string, string])[] = [
  ['whole text', '$(VAR_A)', 'A'],
  ['in the middle', 'foo-$(VAR_A)-bar', 'foo-A-bar'],
  ['two', '$(VAR_A)_1$(VAR_B)', 'A_1B'],
  ['a value is not expanded again', '$(VAR_REF)', '$(VAR_A)'],
  ['escaped', '$$(VAR_A)', '$(VAR_A)'],
  ['escaped twice', '$$$(VAR_A)', '$A'],
  ['escaped three times', '$$$$(VAR_A)', '$$(VAR_A)'],
  ['escaped operators', 'f$$$$o', 'f$$o'],
  ['unknown name', '$(NOPE) x', '$(NOPE) x'],
  ['empty value', 'a$(VAR_EMPTY)b', 'ab'],
  ['no reference', '$VAR_A ${VAR_A}', '$VAR_A ${VAR_A}'],
  ['not closed', '$(VAR_A', '$(VAR_A'],
  ['not closed, then one', '$(VAR_A-$(VAR_B)', '$(VAR_A-$(VAR_B)'],
  ['nested opener', '$($(VAR_A))', '$($(VAR_A))'],
  ['operator at the end', 'cost $', 'cost $'],
  ['double operator at the end', 'cost $$', 'cost $'],
  ['empty reference', '$()', '$()'],
  ['empty text', '', ''],
];

describe('expand', () => {
  it.each(cases)('%s: %s', (_name, input, expected) => {
    expect(expand(input, (name) => values[name])).toBe(expected);
  });
});
