/** Reads Markdown as far as our own documents need it: headings, fenced blocks, tables and links. */

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Page {
  readonly headings: readonly { readonly level: number; readonly text: string }[];
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** Words in code type, outside of fenced blocks. */
  readonly code: readonly { readonly text: string; readonly line: number }[];
  /** What follows what, e.g. `h2`, `sh`, `table of 3`: equal in two languages of one page. */
  readonly outline: readonly string[];
}

interface OpenBlock {
  readonly language: string;
  readonly line: number;
  readonly lines: string[];
}

/** Reads a page. Only fences of three backticks and inline links: the house writes nothing else. */
export function readPage(markdown: string): Page {
  const headings: { level: number; text: string }[] = [];
  const blocks: Block[] = [];
  const links: Link[] = [];
  const code: { text: string; line: number }[] = [];
  const outline: string[] = [];
  let open: OpenBlock | undefined;
  let rows = 0;
  for (const [index, line] of `${markdown}\n`.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open !== undefined) {
      if (fence === null) open.lines.push(line);
      else {
        blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line });
        open = undefined;
      }
      continue;
    }
    if (line.startsWith('|')) rows += 1;
    else if (rows > 0) {
      outline.push(`table of ${rows}`);
      rows = 0;
    }
    if (fence !== null) {
      open = { language: fence[1] ?? '', line: index + 1, lines: [] };
      outline.push(open.language === '' ? 'block' : open.language);
      continue;
    }
    const heading = /^(#+) (.+)$/.exec(line);
    if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      headings.push({ level, text: heading[2] ?? '' });
      outline.push(`h${level}`);
    }
    for (const [, text = ''] of line.matchAll(/`([^`]+)`/g)) code.push({ text, line: index + 1 });
    for (const [, target = ''] of line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      links.push({ target, line: index + 1 });
    }
  }
  return { headings, blocks, links, code, outline };
}

/** The name by which a link reaches a heading, as code hosts make it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
