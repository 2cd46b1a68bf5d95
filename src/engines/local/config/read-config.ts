import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { Flaw } from '../../../core/model/parse/explain.ts';
import { yamlDetail } from '../../../core/model/parse/yaml-detail.ts';
import { Fault, problemOf } from '../../../lib/fault.ts';
import type { Place } from '../../../lib/fault.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { knownKeys, readSettings } from './config.ts';
import type { LocalConfig } from './config.ts';

/** Reads `serin.yaml`. Throws the fault `invalid` with file, line and column, `notFound` where it cannot be read. */
export async function readConfig(file: string): Promise<LocalConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const text = { key: 'workload.configUnreadable', params: { file, problem: problemOf(cause) } } as const;
    throw new Fault('notFound', text, { place: { file }, cause });
  }
  return parseConfig(text, file);
}

/** The same from a text; `file` names it and gives the folder for relative paths. */
export function parseConfig(text: string, file: string): LocalConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    const text = { key: 'manifest.syntax', params: { detail: yamlDetail(broken) } } as const;
    throw new Fault('invalid', text, { place: { file, line, column: col }, cause: broken });
  }
  const reading = readSettings(document.toJS() ?? {}, dirname(resolve(file)));
  if (reading.ok) return reading.config;
  const [flaw] = reading.flaws;
  throw flaw === undefined ? new Error('refused without a flaw') : faultOf(flaw, { file, document, lines });
}

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

function faultOf({ path, text, expected, found, remedy, isName }: Flaw, source: Source): Fault {
  const keys = knownKeys(path.length > 1 ? String(path[0]) : '').join(', ');
  const known: Message = { key: 'workload.configRemedy', params: { keys } };
  const advice = remedy ?? (isName === true ? known : undefined);
  return new Fault('invalid', text, {
    place: placeOf(path, source),
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(advice === undefined ? {} : { remedy: advice }),
  });
}

function placeOf(path: readonly PropertyKey[], { file, document, lines }: Source): Place {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { file, line, column: col, field: field.replace(/^\./, '') };
  }
  return { file, field: field.replace(/^\./, '') };
}
