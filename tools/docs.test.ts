import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { commandPages } from './command-pages.ts';
import { findDocumentFaults } from './docs.ts';
import { anchorOf, readPage } from './markdown.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'serin-docs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function faultsOf(pages: Readonly<Record<string, string>>): readonly string[] {
  for (const [path, content] of Object.entries(pages)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return findDocumentFaults(root);
}

describe('links', () => {
  test('to files, folders, headings and other sites are fine', () => {
    const pages = {
      'README.md':
        '# A\n\n[b](docs/b.md) [folder](docs) [far](docs/b.md#what-it-is-not-yet) [own](#a) [web](https://a.b/c)\n',
      'docs/b.md': '# B\n\n[up](../README.md)\n\n## What it is not (yet)\n\n`[no link](nowhere.md)`\n',
    };
    expect(faultsOf(pages)).toEqual([]);
  });

  test.each(['nowhere.md', 'README.md#nothing', '#nothing', '../README.md'])('%s leads nowhere', (target) => {
    expect(faultsOf({ 'README.md': `# A\n\n[x](${target})\n` })).toEqual([
      `README.md:3: the link ${target} leads nowhere`,
    ]);
  });

  test('in fenced blocks are none', () => {
    expect(faultsOf({ 'README.md': '# A\n\n```text\n[x](nowhere.md)\n```\n' })).toEqual([]);
  });
});

test('paths in code type must exist, from the root or from src', () => {
  const page = '`core/a.ts` `src/core/a.ts` `core` `a.ts` `core/*.ts`\n`core/b.ts`\n';
  expect(faultsOf({ 'README.md': page, 'src/core/a.ts': '' })).toEqual(['README.md:2: there is no core/b.ts']);
});

test('decisions are numbered without gaps and say what was decided', () => {
  const decision = (number: number): string =>
    `# ${number}. A\n\n**Context.** a\n\n**Decision.** b\n\n**Revisit when** c\n`;
  expect(faultsOf({ 'docs/adr/0001-a.md': decision(1), 'docs/adr/0002-b.md': decision(2) })).toEqual([]);
  expect(faultsOf({ 'docs/adr/0004-c.md': decision(4).replace('**Decision.**', '') })).toEqual([
    'docs/adr/0004-c.md: its number should be 3',
    'docs/adr/0004-c.md: its title should begin with "3. "',
    'docs/adr/0004-c.md: it has no **Decision.**',
  ]);
});

describe('two languages of one page', () => {
  const english = '# A\n\n```sh\nserin get pods # all\n```\n\n| a |\n| - |\n| b |\n\n## B\n';
  const chinese = '# 甲\n\n```sh\nserin get pods --lang zh # 全部\n```\n\n| 甲 |\n| - |\n| 乙 |\n\n## 乙\n';
  const withTwin = (twin: string): readonly string[] => faultsOf({ 'a.md': english, 'a.zh.md': twin });

  test('may differ in words, comments and language', () => {
    expect(withTwin(chinese)).toEqual([]);
  });

  test.each([
    ['a heading', chinese.replace('## 乙\n', '')],
    ['a row', chinese.replace('| 乙 |\n', '')],
    ['a level', chinese.replace('## 乙', '### 乙')],
    ['a command', chinese.replace('get pods', 'get svc')],
    ['the language of a block', chinese.replace('```sh', '```yaml')],
  ])('may not differ in %s', (_what, twin) => {
    expect(withTwin(twin)).toHaveLength(1);
  });
});

test('a tree without pages proves nothing, and says so', () => {
  expect(findDocumentFaults(root)).toEqual(['no page was read: the check proves nothing']);
});

test('anchors as code hosts make them', () => {
  expect(anchorOf('What it is not (yet)')).toBe('what-it-is-not-yet');
  expect(anchorOf('它（还）不是什么')).toBe('它还不是什么');
});

test('the generated pages hold every command, in both languages', () => {
  const pages = Object.values(commandPages()).map((page) => readPage(page).headings.map(({ text }) => text));
  expect(pages).toHaveLength(2);
  for (const headings of pages) expect(headings).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
});
