/** What the READMEs tell people to type is typed here, and the manifests that they show are read by the real parser. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { commands } from '../../src/cli/commands.ts';
import { parseManifests } from '../../src/control/manifest/parse.ts';
import { readPage } from '../../tools/markdown.ts';
import { serin, type Outcome } from '../support/command-line.ts';
import { words } from './support/example.ts';

const readmes = ['README.md', 'README.zh.md'] as const;

function blocksOf(readme: string, language: string): readonly string[] {
  return readPage(readFileSync(readme, 'utf8'))
    .blocks.filter((block) => block.language === language)
    .map(({ text }) => text);
}

/** Lines that call Serin, in order. `./dev demo` and `./dev test` are runs of their own. */
function linesOf(readme: string): readonly string[] {
  return blocksOf(readme, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/ +# .*$/, '').replace(/^\.\/dev serin /, 'serin '))
    .filter((line) => line.startsWith('serin '));
}

/** Runs a line as it stands, except that the control API takes any free port and a watch ends when it has shown the run. */
async function type(line: string, data: string): Promise<Outcome> {
  const args = words(line).slice(1);
  if (args[0] === 'up') return serin([...args, '--port', '0'], { data });
  if (args[0] !== 'watch') return serin(args, { data });
  const seen = await serin(args, { data, until: (out) => out.includes('v2') });
  return { ...seen, code: seen.out.includes('v2') ? 0 : 1 };
}

// Two languages with the same lines are one script.
const scripts = Map.groupBy(readmes, (readme) => linesOf(readme).join('\n'));

describe.each([...scripts])('the lines', (script, where) => {
  test(`of ${where.join(' and ')} can be typed one after the other`, async () => {
    const data = mkdtempSync(join(tmpdir(), 'serin-readme-'));
    const lines = script.split('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(lines[0]).toMatch(/^serin up .*--detach/);
    try {
      for (const line of lines) expect(await type(line, data), line).toMatchObject({ code: 0 });
    } finally {
      await serin(['down'], { data });
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe.each(readmes)('%s', (readme) => {
  const manifests = blocksOf(readme, 'yaml');
  const isWhole = (text: string): boolean => text.includes('apiVersion:');
  const problemsOf = (text: string): readonly unknown[] => parseManifests([{ file: readme, text }], 'default').problems;

  test('shows manifests that are right', () => {
    const whole = manifests.filter(isWhole);
    expect(whole.length).toBeGreaterThan(0);
    for (const text of whole) expect(problemsOf(text)).toEqual([]);
  });

  test('shows fragments that fit into the Release above them', () => {
    const release = parse(manifests.find((text) => text.includes('kind: Release')) ?? '') as { spec: object };
    const fragments = manifests.filter((text) => !isWhole(text));
    expect(fragments.length).toBeGreaterThan(0);
    for (const fragment of fragments) {
      const spec = { ...release.spec, ...(parse(fragment) as object) };
      expect(problemsOf(stringify({ ...release, spec }))).toEqual([]);
    }
  });

  test('names only commands that exist', () => {
    const text = readFileSync(readme, 'utf8').replace(/```[\s\S]*?```/g, '');
    const named = [...text.matchAll(/`serin ([a-z][a-z -]*)[^`]*`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(0);
    const known = new Set(commands.map(({ name }) => name.split(' ')[0]));
    expect(named.filter((name) => !known.has(name.split(' ')[0]))).toEqual([]);
  });
});
