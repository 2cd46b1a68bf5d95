/**
 * Writes the generated pages (`./dev docs`). With `--check`: writes nothing, and fails where a generated page is out of
 * date, a link or a path leads nowhere, or two languages of one page have drifted apart.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commandPages } from './command-pages.ts';
import { anchorOf, readPage, type Block, type Page } from './markdown.ts';

const skipped = new Set(['node_modules', '.tools', '.git', '.serin', 'dist']);

/** Paths of all Markdown files under `root`, which is left out of them. */
function pagesUnder(root: string, folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry): readonly string[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pagesUnder(root, path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function anchorsIn(page: Page): ReadonlySet<string> {
  return new Set(page.headings.map(({ text }) => anchorOf(text)));
}

function brokenLinks(root: string, path: string, page: Page): readonly string[] {
  return page.links.flatMap(({ target, line }): readonly string[] => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const place = file === '' ? path : normalize(join(dirname(path), file));
    const finding = `${path}:${line}: the link ${target} leads nowhere`;
    if (!existsSync(join(root, place))) return [finding];
    if (anchor === undefined) return [];
    const there = anchorsIn(readPage(readFileSync(join(root, place), 'utf8')));
    return there.has(decodeURIComponent(anchor)) ? [] : [finding];
  });
}

/** Files and folders of the tree that a page names in code type, from the root or from `src`. */
function lostPaths(root: string, path: string, page: Page): readonly string[] {
  return page.code.flatMap(({ text, line }) => {
    const isPath =
      /^(?:src|core|ports|control|mesh|traffic|metrics|engines|server|cli|demo|tools|docs|test|bench|examples)\/[\w./-]+$/;
    if (!isPath.test(text) || existsSync(join(root, text)) || existsSync(join(root, 'src', text))) return [];
    return [`${path}:${line}: there is no ${text}`];
  });
}

/** What a block does, without words for people: comments, quoted reasons, the language asked for, printed output. */
function gist({ language, text }: Block): string {
  if (language === 'text') return '';
  return text
    .replace(/ +# .*$/gm, '')
    .replace(/ --lang \w+/g, '')
    .replace(/"[^"]*"/g, '""');
}

function driftedTwin(path: string, page: Page, twin: Page): readonly string[] {
  const at = page.outline.findIndex((part, index) => part !== twin.outline[index]);
  if (at >= 0 || page.outline.length !== twin.outline.length) {
    const position = at < 0 ? page.outline.length : at;
    const has = (one: Page): string => one.outline[position] ?? 'nothing';
    return [`${path}: its Chinese twin has ${has(twin)} as part ${position + 1}, where it has ${has(page)}`];
  }
  return page.blocks.flatMap((block, index) => {
    const other = twin.blocks[index];
    return other !== undefined && gist(block) === gist(other)
      ? []
      : [`${path}:${block.line}: its Chinese twin has another block here`];
  });
}

/** Decisions are numbered without gaps, and each carries its number in its title and says what was decided. */
function decisionFaults(paths: readonly string[], read: (path: string) => string): readonly string[] {
  const decisions = paths.filter((path) => /(?:^|\/)docs\/adr\/\d{4}-/.test(path)).toSorted();
  return decisions.flatMap((path, index) => {
    const number = index + 1;
    const isNamed = path.includes(`/${String(number).padStart(4, '0')}-`);
    const text = read(path);
    return [
      ...(isNamed ? [] : [`${path}: its number should be ${number}`]),
      ...(text.startsWith(`# ${number}. `) ? [] : [`${path}: its title should begin with "${number}. "`]),
      ...['**Context.**', '**Decision.**', '**Revisit when**']
        .filter((part) => !text.includes(part))
        .map((part) => `${path}: it has no ${part}`),
    ];
  });
}

/** Findings about the Markdown files under `root`. @returns sentences, none when all is well */
export function findDocumentFaults(root: string): readonly string[] {
  const paths = pagesUnder(root);
  if (paths.length === 0) return ['no page was read: the check proves nothing'];
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');
  const read = (path: string): Page => readPage(text(path));
  const pageFaults = paths.flatMap((path) => {
    const page = read(path);
    const twin = path.replace(/\.md$/, '.zh.md');
    return [
      ...brokenLinks(root, path, page),
      ...lostPaths(root, path, page),
      ...(paths.includes(twin) ? driftedTwin(path, page, read(twin)) : []),
    ];
  });
  return [...pageFaults, ...decisionFaults(paths, text)];
}

/** File name → content in the house format. */
async function generatedPages(): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(
    Object.entries(commandPages()).map(async ([path, markdown]) => {
      const options = await resolveConfig(path);
      return [path, await format(markdown, { ...options, filepath: path })] as const;
    }),
  );
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  const pages = await generatedPages();
  if (!isCheck) for (const [path, content] of pages) writeFileSync(path, content);
  const stale = pages
    .filter(([path, content]) => !existsSync(path) || readFileSync(path, 'utf8') !== content)
    .map(([path]) => `${path} is out of date: run ./dev docs`);
  const faults = [...stale, ...findDocumentFaults('.')];
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
