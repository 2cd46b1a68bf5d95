import { expect, test } from 'vitest';
import { measureSource, quantile } from './style.ts';

const source = `/** Two lines
 * of comment. */
const texts = ['a'] as const; // one more
const first = texts[0] as string;
const sure = texts.at(0)!;
const old = <unknown>sure;
let loose: any = old;

export function outer(): string {
  const inner = (): string => {
    return first;
  };
  return inner();
}

export class Holder {
  method(): void {}
}
`;

test('a file is counted on its syntax tree', () => {
  const { lines, commentLines, functions, anys, casts } = measureSource(source, 'toy.ts');
  expect(lines).toBe(18);
  expect(commentLines).toBe(3);
  expect([...functions].toSorted((a, b) => a - b)).toEqual([1, 3, 6]);
  expect(anys).toBe(1);
  expect(casts).toBe(3);
});

test('words in texts and comments are no code', () => {
  const { functions, anys, casts } = measureSource("// as any\nconst text = 'x as any; () => y!';\n", 'toy.ts');
  expect({ functions, anys, casts }).toEqual({ functions: [], anys: 0, casts: 0 });
});

test('quantiles', () => {
  const values = [10, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect([0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([6, 10, 10]);
  expect(quantile([], 0.5)).toBe(0);
});
