/** The steps of `./dev check` run on a small tree with one mistake each: a check that finds nothing proves nothing. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checks } from './check.ts';

const tree: Readonly<Record<string, string>> = {
  'package.json': '{\n  "name": "toy",\n  "type": "module"\n}\n',
  'src/main.ts': "import { wanted } from './part.ts';\n\nawait wanted();\n",
  'src/mesh/worker.ts': "import { wanted } from '../part.ts';\n\nawait wanted();\n",
  'src/part.ts': 'export async function wanted(): Promise<void> {}\n',
};

const mistakes: Readonly<Record<string, string>> = {
  'src/part.ts': `export async function wanted(): Promise<void> {}

const list: readonly string[] = ['a'];
wanted();
list.forEach(async () => wanted());
export const nobodyWantsThis = list[0]!;
export const onlyUsedHere = 1;
let wrong: number = onlyUsedHere + 'text'
`,
  'src/attic.ts': 'export const forgotten = 1;\n',
};

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'serin-check-'));
  for (const name of ['.oxlintrc.json', '.prettierrc.json', 'knip.json', 'tsconfig.json', 'tsconfig.base.json']) {
    copyFileSync(name, join(root, name));
  }
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Exit code and all output of a step, as `./dev check` would run it. */
function run(name: string): { readonly code: number | null; readonly output: string } {
  const step = checks.find((one) => one.name === name);
  if (step === undefined) throw new Error(`there is no step ${name}`);
  const { status, stdout, stderr } = spawnSync(step.command, step.args, { cwd: root, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

const findings: readonly (readonly [string, readonly string[]])[] = [
  ['lint', ['no-floating-promises', 'no-misused-promises', 'no-non-null-assertion']],
  ['types', ["Type 'string' is not assignable to type 'number'", "'wrong' is declared but"]],
  ['dead code', ['nobodyWantsThis', 'onlyUsedHere', 'src/attic.ts']],
  ['format', ['src/part.ts']],
];

describe.each(findings)('%s', (name, expected) => {
  test('is content with a tree without mistakes', () => {
    rmSync(join(root, 'src/attic.ts'), { force: true });
    write(tree);
    const { code, output } = run(name);
    expect(code, output).toBe(0);
  });

  test(`finds ${expected.join(', ')}`, () => {
    write(mistakes);
    const { code, output } = run(name);
    expect(code).not.toBe(0);
    for (const finding of expected) expect(output).toContain(finding);
  });
});
