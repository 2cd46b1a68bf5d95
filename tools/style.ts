/**
 * Measures our own source beside codebases that we learn from, and fails where a hard limit is broken. `./dev style`.
 * Anchors: execa 8017b27, jose afbc664, hono 28a9c12, dependency-cruiser 99d964f, oxide console 4f92755, measured with
 * the same definitions (tests and generated files left out; a nested function counts in its parent too).
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
  readonly anyPerKloc: number;
  readonly castsPerKloc: number;
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
    anyPerKloc: 0,
    castsPerKloc: 0,
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
    anyPerKloc: 0,
    castsPerKloc: 0,
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

interface FileNumbers {
  readonly lines: number;
  readonly commentLines: number;
  readonly functions: readonly number[];
  readonly anys: number;
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
function measureFile(file: string): FileNumbers {
  const source = readFileSync(file, 'utf8');
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

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
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

function measureProject(): Numbers {
  const all = sourceFiles('src');
  const code = all.filter((file) => !file.endsWith('.test.ts'));
  const tests = [
    ...all.filter((file) => file.endsWith('.test.ts')),
    ...sourceFiles('test'),
    ...sourceFiles('tools').filter((file) => file.endsWith('.test.ts')),
  ];
  const measured = code.map(measureFile);
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

function row(numbers: Numbers): string {
  const cells = columns.map((column) => {
    const value = numbers[column];
    return (Number.isInteger(value) ? String(value) : value.toFixed(1)).padStart(Math.max(9, column.length + 1));
  });
  return numbers.name.padEnd(19) + cells.join('');
}

const ours = measureProject();
if (!process.argv.includes('--quiet')) {
  console.log(' '.repeat(19) + columns.map((column) => column.padStart(Math.max(9, column.length + 1))).join(''));
  for (const numbers of [ours, ...anchors]) console.log(row(numbers));
}
const broken = [
  ours.anyPerKloc > 0 ? 'there is an `any`' : '',
  ours.p90File > 240 ? `p90 file has ${ours.p90File} lines (limit 240)` : '',
  ours.castsPerKloc > 6 ? `${ours.castsPerKloc.toFixed(1)} casts per 1,000 lines (limit 6)` : '',
].filter((text) => text !== '');
for (const text of broken) console.error(`style: ${text}`);
process.exit(broken.length === 0 ? 0 : 1);
