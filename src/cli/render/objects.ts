/** Objects in the formats of `-o`. */
import { printedName } from '../../core/model/kinds.ts';
import type { KubeObject } from '../../core/model/meta.ts';

export type DataFormat = 'json' | 'yaml';

export function isDataFormat(format: string | undefined): format is DataFormat {
  return format === 'json' || format === 'yaml';
}

/** Any value as text without a final line break. */
export async function dataText(value: unknown, format: DataFormat): Promise<string> {
  if (format === 'json') return JSON.stringify(value, null, 2);
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}

/** One object as itself, several as a `List`. */
export function asDocument(objects: readonly KubeObject[], isList: boolean): unknown {
  return isList || objects.length !== 1
    ? { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects }
    : objects[0];
}

export function nameLines(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(printedName);
}
