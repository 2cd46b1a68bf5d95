/**
 * Measures our own source beside codebases that we learn from, and fails where a hard limit is broken. `./dev style`.
 * Anchors, measured with the same definitions: execa 8017b27, jose afbc664, hono 28a9c12, dependency-cruiser 99d964f,
 * oxide console 4f92755.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';

interface Numbers {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly medianFile: number;
  readonly p90File: number;
  readonly maxFile: number;
  readonly p90Function: number;
  readonly longFunctions: number;
  readonly testRatio: number;
  /** Absent for plain JavaScript. */
  readonly anyPerKloc?: number;
  readonly castsPerKloc?: number;
  readonly commentPct: number;
}

const anchors: readonly Numbers[] = [
  {
    name: 'execa',
    files: 109,
    lines: 7400,
    medianFile: 54,
    p90File: 136,
    maxFile: 243,
    p90Function: 18,
    longFunctions: 2,
    testRatio: 3.8,
    commentPct: 11,
  },
  {
    name: 'jose',
    files: 56,
    lines: 8900,
    medianFile: 133,
    p90File: 333,
    maxFile: 691,
    p90Function: 34,
    longFunctions: 10,
    testRatio: 1.16,
    anyPerKloc: 0,
    castsPerKloc: 16.4,
    commentPct: 36,
  },
  {
    name: 'hono',
    files: 187,
    lines: 25700,
    medianFile: 70,
    p90File: 319,
    maxFile: 2778,
    p90Function: 38,
    longFunctions: 59,
    testRatio: 2.21,
    anyPerKloc: 22.6,
    castsPerKloc: 24.3,
    commentPct: 18,
  },
  {
    name: 'dependency-cruiser',
    files: 197,
    lines: 17800,
    medianFile: 62,
    p90File: 199,
    maxFile: 581,
    p90Function: 23,
    longFunctions: 7,
    testRatio: 1.64,
    commentPct: 21,
  },
  {
    name: 'oxide console',
    files: 369,
    lines: 47500,
    medianFile: 85,
    p90File: 258,
    maxFile: 2763,
    p90Function: 29,
    longFunctions: 147,
    testRatio: 0.33,
    anyPerKloc: 0.2,
    castsPerKloc: 1.5,
    commentPct: 14,
  },
];

export interface FileNumbers {
  readonly lines: number;
  readonly commentLines: number;
  /** Length of each function in lines; a nested one counts in its parent too. */
  readonly functions: readonly number[];
  readonly anys: number;
  /** `as` (without `as const`), `<T>x` and `x!`. */
  readonly casts: number;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Counts one file on its syntax tree. */
export function measureSource(source: string, file: string): FileNumbers {
  const starts = [0, ...[...source.matchAll(/\n/g)].map((match) => match.index + 1)];
  const { program, comments } = parseSync(file, source);
  const functions: number[] = [];
  let anys = 0;
  let casts = 0;
  const span = (node: { start: number; end: number }): number =>
    lineAt(starts, node.end) - lineAt(starts, node.start) + 1;
  new Visitor({
    FunctionDeclaration: (node) => void functions.push(span(node)),
    FunctionExpression: (node) => void functions.push(span(node)),
    ArrowFunctionExpression: (node) => void functions.push(span(node)),
    TSAnyKeyword: () => void anys++,
    TSNonNullExpression: () => void casts++,
    TSTypeAssertion: () => void casts++,
    TSAsExpression: (node) => {
      const text = source.slice(node.typeAnnotation.start, node.typeAnnotation.end);
      if (text !== 'const') casts++;
    },
  }).visit(program);
  return {
    lines: starts.length - 1,
    commentLines: comments.reduce((sum, comment) => sum + span(comment), 0),
    functions,
    anys,
    casts,
  };
}

/** The value below which `share` of all values lie; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

function linesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1, 0);
}

/** Tests, and what only they use. */
const isForTests = (file: string): boolean => /\.test\.ts$|fixture\.ts$|test-bed\.ts$|fake-[a-z]+\.ts$/.test(file);

function measureProject(): Numbers {
  const all = sourceFiles('src');
  const code = all.filter((file) => !isForTests(file));
  const tests = [...all.filter(isForTests), ...sourceFiles('test')];
  const measured = code.map((file) => measureSource(readFileSync(file, 'utf8'), file));
  const lines = measured.reduce((sum, file) => sum + file.lines, 0);
  const sizes = measured.map((file) => file.lines);
  const functions = measured.flatMap((file) => file.functions);
  const sum = (pick: (file: FileNumbers) => number): number => measured.reduce((total, file) => total + pick(file), 0);
  return {
    name: 'serin',
    files: code.length,
    lines,
    medianFile: quantile(sizes, 0.5),
    p90File: quantile(sizes, 0.9),
    maxFile: Math.max(...sizes),
    p90Function: quantile(functions, 0.9),
    longFunctions: functions.filter((size) => size > 60).length,
    testRatio: linesOf(tests) / lines,
    anyPerKloc: (sum((file) => file.anys) * 1000) / lines,
    castsPerKloc: (sum((file) => file.casts) * 1000) / lines,
    commentPct: (sum((file) => file.commentLines) * 100) / lines,
  };
}

const columns = [
  'files',
  'lines',
  'medianFile',
  'p90File',
  'maxFile',
  'p90Function',
  'longFunctions',
  'testRatio',
  'anyPerKloc',
  'castsPerKloc',
  'commentPct',
] as const;

const notes = `medianFile, p90File, maxFile, p90Function: lines. longFunctions: longer than 60 lines.
A nested function counts in its parent too. testRatio: lines of tests to a line of source.
Only src counts; tests, what only they use, and generated files do not. –: plain JavaScript.`;

function row(numbers: Numbers): string {
  const cells = columns.map((column) => {
    const value = numbers[column];
    const text = value === undefined ? '–' : Number.isInteger(value) ? String(value) : value.toFixed(1);
    return text.padStart(Math.max(9, column.length + 1));
  });
  return numbers.name.padEnd(19) + cells.join('');
}

/** Sentences about limits that our own numbers break. */
function brokenLimits({ anyPerKloc = 0, castsPerKloc = 0, p90File }: Numbers): readonly string[] {
  return [
    anyPerKloc > 0 ? 'there is an `any`' : '',
    p90File > 240 ? `p90 file has ${p90File} lines (limit 240)` : '',
    castsPerKloc > 6 ? `${castsPerKloc.toFixed(1)} casts per 1,000 lines (limit 6)` : '',
  ].filter((text) => text !== '');
}

if (import.meta.main) {
  const ours = measureProject();
  if (!process.argv.includes('--quiet')) {
    console.log(' '.repeat(19) + columns.map((column) => column.padStart(Math.max(9, column.length + 1))).join(''));
    for (const numbers of [ours, ...anchors]) console.log(row(numbers));
    console.log(`\n${notes}`);
  }
  const broken = brokenLimits(ours);
  for (const text of broken) console.error(`style: ${text}`);
  process.exit(broken.length === 0 ? 0 : 1);
}
