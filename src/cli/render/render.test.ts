import { describe, expect, test } from 'vitest';
import { span } from './age.ts';
import { createPaint } from './color.ts';
import { tableLines } from './table.ts';
import { treeLines } from './tree.ts';
import { displayWidth, padTo } from './width.ts';

describe('width', () => {
  test.each([
    ['reviews', 7],
    ['稳定版', 6],
    ['候选版 v2', 9],
    ['，。', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['한글', 4],
    ['✅', 2],
    ['…', 1],
    ['\u001b[31m红\u001b[39m', 2],
  ])('%s takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test('padding fills to the column', () => {
    expect(padTo('版', 4)).toBe('版  ');
  });
});

describe('table', () => {
  test('Chinese cells keep the columns straight', () => {
    const lines = tableLines([
      ['NAME', 'MESSAGE', 'AGE'],
      ['reviews', '候选版等待批准', '5s'],
      ['a', 'ok', '10m'],
    ]);
    const starts = lines.map((line) => displayWidth(line.slice(0, line.search(/(AGE|5s|10m)$/))));
    expect(new Set(starts)).toEqual(new Set([10 + 14 + 3]));
  });

  test('later rows stand below the headers', () => {
    const widths: number[] = [];
    const [header = ''] = tableLines(
      [
        ['NAME', 'AGE'],
        ['reviews-v1', '5s'],
      ],
      widths,
    );
    const [row = ''] = tableLines([['x', '6s']], widths);
    expect(row.indexOf('6s')).toBe(header.indexOf('AGE'));
  });

  test('a sentence of several lines stays in its row', () => {
    expect(tableLines([['a\n b', 'c']])).toEqual(['a b   c']);
  });
});

describe('span', () => {
  test.each([
    [0, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [125_000, '2m5s'],
    [599_000, '9m59s'],
    [600_000, '10m'],
    [3 * 3600_000, '3h'],
    [3 * 3600_000 + 60_000, '3h1m'],
    [9 * 3600_000, '9h'],
    [50 * 3600_000, '2d2h'],
    [10 * 86_400_000, '10d'],
    [800 * 86_400_000, '2y70d'],
    [-5000, '<invalid>'],
    [-500, '0s'],
  ])('%i ms is %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });
});

test('paint without colour changes nothing', () => {
  expect(createPaint(false)('bad', 'x')).toBe('x');
  expect(createPaint(true)('bad', 'x')).toBe('\u001b[31mx\u001b[39m');
});

test('tree', () => {
  expect(treeLines({ text: 'r', children: [{ text: 'a', children: [{ text: 'b' }] }, { text: 'c' }] })).toEqual([
    'r',
    '├─ a',
    '│  └─ b',
    '└─ c',
  ]);
});
