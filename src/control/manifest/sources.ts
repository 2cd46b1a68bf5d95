/** Files and folders → texts. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, problemOf } from '../../lib/fault.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { ManifestSource } from './read.ts';

export interface SourceRequest {
  /** Files, folders, or `-` for the standard input. */
  readonly paths: readonly string[];
  /** Subfolders too. */
  readonly recursive?: boolean;
  readonly readStandardInput: () => Promise<string>;
}

const MANIFEST = /\.(ya?ml|json)$/;
/** The engine's configuration often lies beside the manifests. It is read only where it is named itself. */
const CONFIGURATION = 'serin.yaml';

/** In the order given; files of a folder in the order of their names. @throws Fault `notFound` */
export async function readSources(request: SourceRequest): Promise<readonly ManifestSource[]> {
  const sources: ManifestSource[] = [];
  for (const path of request.paths) {
    if (path === '-') sources.push({ file: '-', text: await request.readStandardInput() });
    else for (const file of await filesAt(path, request.recursive ?? false)) sources.push(await readSource(file));
  }
  return sources;
}

async function filesAt(path: string, isRecursive: boolean): Promise<readonly string[]> {
  const found = await attempt(path, () => stat(path));
  if (!found.isDirectory()) return [path];
  const entries = await attempt(path, () => readdir(path, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(isRecursive ? await filesAt(inner, true) : []));
    else if (MANIFEST.test(entry.name) && entry.name !== CONFIGURATION) files.push(inner);
  }
  return files;
}

async function readSource(file: string): Promise<ManifestSource> {
  return { file, text: await attempt(file, () => readFile(file, 'utf8')) };
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const text: Message = isMissing
      ? { key: 'manifest.fileMissing', params: { path } }
      : { key: 'manifest.fileUnreadable', params: { path, problem: problemOf(cause) } };
    throw new Fault('notFound', text, { place: { file: path }, cause });
  }
}
