/** Files of `-f`, read and checked; what is wrong with them is shown all at once. */
import type { NewObject } from '../core/model/meta.ts';
import { problemLines } from '../core/model/parse/problem.ts';
import type { Problem } from '../core/model/parse/problem.ts';
import { parseManifests } from '../control/manifest/parse.ts';
import type { ManifestSource } from '../control/manifest/read.ts';
import { readSources } from '../control/manifest/sources.ts';
import { Fault, faultCodes } from '../lib/fault.ts';
import type { Message } from '../texts/catalogue.ts';
import type { Context } from './context.ts';

export interface FileRequest {
  readonly files: readonly string[];
  readonly isRecursive: boolean;
}

/** @throws Fault `usage` where no file is named, `notFound` where one cannot be read */
export function sourcesOf(context: Context, { files, isRecursive }: FileRequest): Promise<readonly ManifestSource[]> {
  if (files.length === 0) {
    const text = { key: 'cli.usage.optionMissing', params: { option: '-f' } } as const;
    throw new Fault('usage', text, { remedy: { key: 'cli.usage.giveFile' } });
  }
  return readSources({
    paths: files,
    recursive: isRecursive,
    readStandardInput: () => context.terminal.readStdin(),
  });
}

/** Prints what is wrong and gives the exit code for it. */
export function refuse(context: Context, problems: readonly Problem[]): number {
  for (const problem of problems) {
    for (const line of problemLines(problem, context.language)) context.note(line);
  }
  context.note(context.say('cli.refused', { count: problems.length }));
  return faultCodes.invalid.exit;
}

/** Each sentence once: a folder of manifests often earns the same one many times. */
export function noteAll(context: Context, notices: readonly Message[]): void {
  for (const text of new Set(notices.map(context.sayMessage))) {
    context.note(`${context.paint('warn', context.say('cli.notice'))}${text}`);
  }
}

export type ReadManifests =
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'read'; readonly objects: readonly NewObject[]; readonly notices: readonly Message[] };

/** The checked objects of the files, in order. */
export async function readManifests(context: Context, request: FileRequest): Promise<ReadManifests> {
  const { objects, problems } = parseManifests(await sourcesOf(context, request), context.namespace);
  if (problems.length > 0) return { outcome: 'refused', problems };
  return {
    outcome: 'read',
    objects: objects.map(({ object }) => object),
    notices: objects.flatMap(({ notices }) => notices),
  };
}
