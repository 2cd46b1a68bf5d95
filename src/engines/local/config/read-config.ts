import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { core } from 'zod';
import { Fault } from '../../../lib/fault.ts';
import type { Place } from '../../../lib/fault.ts';
import { knownKeys, readSettings } from './config.ts';
import type { LocalConfig } from './config.ts';

/** Reads `serin.yaml`. Throws the fault `invalid` with file, line and column, `notFound` where it cannot be read. */
export async function readConfig(file: string): Promise<LocalConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Fault('notFound', { key: 'workload.configUnreadable', params: { file } }, { place: { file }, cause });
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
    const message = broken.message.split('\n', 1)[0] ?? '';
    throw new Fault(
      'invalid',
      { key: 'workload.configSyntax', params: { file, message } },
      { place: { file, line, column: col }, cause: broken },
    );
  }
  const reading = readSettings(document.toJS() ?? {}, dirname(resolve(file)));
  if (reading.ok) return reading.config;
  const issue = reading.issues[0];
  throw issue === undefined ? new Error('refused without an issue') : faultOf(issue, { file, document, lines });
}

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

function faultOf(issue: core.$ZodIssue, source: Source): Fault {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const place = placeOf(path, source);
  const { file } = source;
  if (unknown === undefined) {
    const params = { file, field: place.field ?? '', message: issue.message };
    return new Fault('invalid', { key: 'workload.configInvalid', params }, { place });
  }
  const keys = knownKeys(String(issue.path[0] ?? '')).join(', ');
  return new Fault(
    'invalid',
    { key: 'workload.configUnknownKey', params: { file, key: place.field ?? unknown } },
    { place, found: unknown, remedy: { key: 'workload.configRemedy', params: { keys } } },
  );
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
