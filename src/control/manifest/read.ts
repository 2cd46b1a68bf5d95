/** YAML and JSON text → documents with positions. Core never sees the text; this module never judges the content. */
import { LineCounter, isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import type { Document, Node, Pair, ScalarTag, Tags } from 'yaml';
import type { FieldPath, Problem } from '../../core/model/parse/problem.ts';
import { yamlDetail } from '../../core/model/parse/yaml-detail.ts';
import type { Place } from '../../lib/fault.ts';
import { syntaxRemedy, TEMPLATE_REMEDY } from './syntax-remedy.ts';

export interface ManifestSource {
  /** As the user named it; `-` is the standard input. */
  readonly file: string;
  readonly text: string;
}

export interface ManifestDocument {
  readonly value: unknown;
  /** Where a field stands, or the nearest thing around it that has a place. `isName`: the name instead of the value. */
  at(path: FieldPath, isName?: boolean): Place;
}

export interface ManifestText {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
}

/** `0644` is octal, as everywhere in Kubernetes; YAML 1.2 would read 644. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

const customTags = (tags: Tags): Tags => [octal, ...tags];

/** Reads all documents of a text. Empty documents are left out; with syntax problems the document is left out too. */
export function readText(source: ManifestSource): ManifestText {
  try {
    return readDocuments(source);
  } catch (cause) {
    // The parser recurses: absurdly deep nesting ends its stack.
    return { documents: [], problems: [unreadable(source, cause)] };
  }
}

function readDocuments(given: ManifestSource): ManifestText {
  const source = { file: given.file, text: plainText(given.text) };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    merge: true,
    customTags,
    strict: true,
  });
  const problems: Problem[] = [];
  const documents: ManifestDocument[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const flaws = tellingFlaws([...document.errors, ...document.warnings, ...oddKeys(document)]);
    problems.push(...flaws.map((flaw) => syntaxProblem(flaw, source, lines)));
    if (flaws.length > 0) continue;
    const read = contentOf({ document, source, lines });
    if ('text' in read) problems.push(read);
    else if (read.value !== null && read.value !== undefined) documents.push(read);
  }
  return { documents, problems };
}

/**
 * JSON may be indented with tabs, which YAML forbids; inside its strings no raw tab can stand. Files that were put together
 * bring a byte order mark before every part.
 */
function plainText(text: string): string {
  const unmarked = text.replaceAll(/^\uFEFF(?=---)/gm, '').replaceAll(/^(---.*\r?\n)\uFEFF/gm, '$1');
  return /^\s*[{[]/.test(unmarked) ? unmarked.replaceAll('\t', ' ') : unmarked;
}

/** After the first flaw of syntax the parser has lost its way, and says the same again and again. */
function tellingFlaws(flaws: readonly SyntaxFlaw[]): readonly SyntaxFlaw[] {
  const first = flaws.find((flaw) => flaw.code !== 'DUPLICATE_KEY');
  return flaws.filter((flaw) => flaw === first || flaw.code === 'DUPLICATE_KEY');
}

const ODD_KEY = 'ODD_KEY';

/** A map or list as the name of a field: what `{{ … }}` of a template reads as. */
function oddKeys(document: Document.Parsed): readonly SyntaxFlaw[] {
  const found: SyntaxFlaw[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      found.push({ code: ODD_KEY, message: '', pos: [key.range?.[0] ?? 0, 0] });
      return visit.BREAK;
    },
  });
  return found;
}

function contentOf(located: Located): ManifestDocument | Problem {
  try {
    const value: unknown = located.document.toJS({ maxAliasCount: 100 });
    JSON.stringify(value); // throws where an alias stands inside of its own anchor
    return { value, at: (path, isName = false) => placeOf(located, path, isName) };
  } catch (cause) {
    return unreadable(located.source, cause);
  }
}

function unreadable(source: ManifestSource, cause: unknown): Problem {
  const detail = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return { text: { key: 'manifest.syntax', params: { detail } }, place: { file: source.file } };
}

interface Located {
  readonly document: Document.Parsed;
  readonly source: ManifestSource;
  readonly lines: LineCounter;
}

function placeOf({ document, source, lines }: Located, path: FieldPath, isName: boolean): Place {
  let here: Found = { node: document.contents };
  let offset = document.contents?.range?.[0] ?? document.range[0];
  for (const [index, part] of path.entries()) {
    const found = child(resolved(document, here.node), part);
    if (found === undefined) break;
    const wantsName = isName && index === path.length - 1;
    offset = startOf(found, wantsName) ?? offset;
    here = found;
  }
  return { file: source.file, ...position(lines, offset) };
}

function startOf({ name, node }: Found, wantsName: boolean): number | undefined {
  return wantsName ? (name ?? node?.range?.[0]) : (node?.range?.[0] ?? name);
}

function resolved(document: Document.Parsed, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

interface Found {
  readonly node: Node | null;
  /** Offset of the name of a field. */
  readonly name?: number;
}

function child(node: Node | null, part: string | number): Found | undefined {
  if (isSeq<Node | null>(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? undefined : { node: item };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair: Pair<Node, Node | null> | undefined = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
  );
  if (pair === undefined) return undefined;
  const name = pair.key.range?.[0];
  return { node: pair.value, ...(name === undefined ? {} : { name }) };
}

function position(lines: LineCounter, offset: number): Pick<Place, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? {} : { line, column: col };
}

interface SyntaxFlaw {
  /** The parser's, or `ODD_KEY`. */
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

function syntaxProblem(flaw: SyntaxFlaw, source: ManifestSource, lines: LineCounter): Problem {
  const place = { file: source.file, ...position(lines, flaw.pos[0]) };
  if (flaw.code === ODD_KEY) return { text: { key: 'manifest.oddKey' }, place, remedy: TEMPLATE_REMEDY };
  if (flaw.code !== 'DUPLICATE_KEY') {
    const remedy = syntaxRemedy(flaw, source.text);
    const text = { key: 'manifest.syntax', params: { detail: yamlDetail(flaw) } } as const;
    return { text, place, ...(remedy === undefined ? {} : { remedy }) };
  }
  const field = /^[^\s:]+/.exec(source.text.slice(flaw.pos[0]))?.[0] ?? '';
  const text = { key: 'manifest.duplicateKey', params: { field } } as const;
  return { text, place, remedy: { key: 'manifest.duplicateKeyRemedy' } };
}
