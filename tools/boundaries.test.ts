import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findViolations, rooms, strangers } from './boundaries.ts';

/** A toy tree with one violation per file, linted once with the real rules. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly source: string;
  /** Part of the finding that must appear for this file. */
  readonly finding: string;
}

function importLine(from: string, target: string): string {
  const path = relative(dirname(from), target);
  return `import { thing } from '${path.startsWith('.') ? path : `./${path}`}';\nexport const used = thing;\n`;
}

const folders = rooms.filter((room) => !room.path.endsWith('.ts'));

function forbiddenRooms(): Case[] {
  return folders.flatMap((room) =>
    folders
      .filter(
        (target) =>
          ![room.path, 'src/lib', 'src/texts'].includes(target.path) &&
          !target.path.startsWith(`${room.path}/`) &&
          !room.mayImport.some((path) => path === target.path || target.path.startsWith(`${path}/`)),
      )
      .map((target): Case => {
        const file = `${room.path}/deep/from-${target.path.replaceAll('/', '-')}.ts`;
        return {
          name: `${room.path} → ${target.path}`,
          file,
          source: importLine(file, `${target.path}/anything.ts`),
          finding: `${room.path} may not import ${target.path}`,
        };
      }),
  );
}

function forbiddenModules(): Case[] {
  return folders.flatMap((room): Case[] => [
    {
      name: `${room.path} → unknown package`,
      file: `${room.path}/package.ts`,
      source: `import { thing } from 'left-pad';\nexport const used = thing;\n`,
      finding: `${room.path} may not import left-pad`,
    },
    ...(room.node === 'all'
      ? []
      : [
          {
            name: `${room.path} → node:child_process`,
            file: `${room.path}/node.ts`,
            source: `import type { ChildProcess } from 'node:child_process';\nexport type Used = ChildProcess;\n`,
            finding: `${room.path} may not import node:child_process`,
          },
        ]),
  ]);
}

const boundaryCases: readonly Case[] = [
  ...forbiddenRooms(),
  ...forbiddenModules(),
  ...strangers.map((folder) => ({
    name: `${folder}: providers are strangers`,
    file: `${folder}/first/sibling.ts`,
    source: importLine(`${folder}/first/sibling.ts`, `${folder}/second/anything.ts`),
    finding: 'providers are strangers',
  })),
  {
    name: 'a file outside every room',
    file: 'src/attic/x.ts',
    source: "import { y } from './y.ts';\nexport const x = y;\n",
    finding: 'belongs to no room',
  },
  {
    name: 're-export',
    file: 'src/core/back.ts',
    source: "export { x } from '../control/x.ts';\n",
    finding: 'src/core may not import src/control/x.ts',
  },
  {
    name: 'dynamic import',
    file: 'src/core/late.ts',
    source: "export const late = (): unknown => import('../server/x.ts');\n",
    finding: 'src/core may not import src/server/x.ts',
  },
];

const lintCases: readonly Case[] = [
  {
    name: 'clock in core',
    file: 'src/core/clock.ts',
    source: 'export const now = (): number => Date.now();\n',
    finding: 'Date',
  },
  {
    name: 'randomness in core',
    file: 'src/core/release/luck.ts',
    source: 'export const luck = (): number => Math.random();\n',
    finding: 'random',
  },
  { name: 'any', file: 'src/control/any.ts', source: 'export const x: any = 1;\n', finding: 'any' },
  { name: 'default export', file: 'src/control/default.ts', source: 'export default 1;\n', finding: 'default' },
  {
    name: 'cycle',
    file: 'src/control/ring-a.ts',
    source: "import { b } from './ring-b.ts';\nexport const a = (): unknown => b;\n",
    finding: 'cycle',
  },
  {
    name: 'other half of the cycle',
    file: 'src/control/ring-b.ts',
    source: "import { a } from './ring-a.ts';\nexport const b = (): unknown => a;\n",
    finding: 'cycle',
  },
  {
    name: 'long file',
    file: 'src/control/long.ts',
    source: Array.from({ length: 301 }, (_, i) => `export const x${i} = ${i};`).join('\n'),
    finding: 'too many lines',
  },
  {
    name: 'long function',
    file: 'src/control/tall.ts',
    source: `export function tall(): void {\n${'  void 0;\n'.repeat(61)}}\n`,
    finding: 'too many lines',
  },
  {
    name: 'many parameters',
    file: 'src/control/wide.ts',
    source: 'export const wide = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n',
    finding: 'parameters',
  },
];

const allowed = {
  file: 'src/control/release/fine.ts',
  source: importLine('src/control/release/fine.ts', 'src/core/anything.ts'),
};

/** Findings as `file: message` lines, from the boundary check and from the linter with the project's own rules. */
function findingsIn(folder: string): string[] {
  const boundaries = findViolations(folder).violations.map(({ file, message }) => `${file}: ${message}`);
  const lint = spawnSync(resolve('node_modules/.bin/oxlint'), ['--format=json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const { diagnostics } = JSON.parse(lint.stdout) as {
    diagnostics: { filename: string; code: string; message: string }[];
  };
  return [...boundaries, ...diagnostics.map(({ filename, code, message }) => `${filename}: ${code} ${message}`)];
}

describe('the checks catch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'serin-boundaries-'));
  let findings: string[] = [];

  beforeAll(() => {
    copyFileSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
    for (const item of [...boundaryCases, ...lintCases, allowed]) {
      mkdirSync(dirname(join(folder, item.file)), { recursive: true });
      writeFileSync(join(folder, item.file), item.source);
    }
    findings = findingsIn(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([...boundaryCases, ...lintCases])('$name', ({ file, finding }) => {
    const own = findings.filter((line) => line.startsWith(`${file}:`)).join('\n');
    expect(own.toLowerCase()).toContain(finding.toLowerCase());
  });

  test('and leave alone what is allowed', () => {
    expect(findings.filter((line) => line.startsWith(`${allowed.file}:`))).toEqual([]);
  });
});

test('the project itself keeps its boundaries', () => {
  const { files, violations } = findViolations(process.cwd());
  expect(files).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});
