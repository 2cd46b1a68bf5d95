import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSelector } from './labels.ts';
import type { LabelSelectorRequirement } from './meta.ts';
import { selectorText } from './selector-text.ts';

test('what was written is read back', () => {
  const word = fc.stringMatching(/^[a-z0-9]([a-z0-9_.-]{0,8}[a-z0-9])?$/);
  const item: fc.Arbitrary<LabelSelectorRequirement> = fc.oneof(
    fc.record({
      key: word,
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.array(word, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ key: word, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 4 }), (matchExpressions) => {
      expect(parseSelector(selectorText({ matchExpressions }))).toEqual({ matchExpressions });
    }),
    { seed: 7 },
  );
});

test('plain maps become equalities', () => {
  expect(selectorText({ matchLabels: { app: 'x', tier: 'a' } })).toBe('app=x,tier=a');
  expect(selectorText({})).toBe('');
});
