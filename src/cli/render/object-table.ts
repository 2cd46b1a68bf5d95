import type { KindNames } from '../../core/model/kinds.ts';
import { printedName } from '../../core/model/kinds.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import type { Language } from '../../texts/message.ts';
import type { Column } from '../columns/column.ts';
import { mapText } from '../columns/column.ts';
import { columnsOf } from '../columns/columns.ts';
import type { ColumnWidths } from './table.ts';
import { tableLines } from './table.ts';

export interface TableLook {
  readonly isWide: boolean;
  readonly hasNamespace: boolean;
  /** `kind.group/name`, where several kinds stand below each other. */
  readonly hasKindNames: boolean;
  readonly hasHeaders: boolean;
  readonly hasLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly language: Language;
}

/** The table of one kind; rows that come later keep its columns. */
export interface ObjectTable {
  /** Lines for these objects, with headers the first time. */
  lines(objects: readonly KubeObject[], now: number): readonly string[];
}

function lastPart(label: string): string {
  return label.slice(label.lastIndexOf('/') + 1).toUpperCase();
}

function columnsFor(kind: KindNames, look: TableLook): readonly Column<KubeObject>[] {
  const own = columnsOf(kind.kind).filter(({ wide }) => look.isWide || wide !== true);
  return [
    ...(look.hasNamespace && kind.namespaced
      ? [{ header: 'NAMESPACE', cell: ({ metadata }: KubeObject) => metadata.namespace ?? '' }]
      : []),
    ...own.map((column) =>
      look.hasKindNames && column.header === 'NAME'
        ? { ...column, cell: (object: KubeObject) => printedName(object) }
        : column,
    ),
    ...look.labelColumns.map((label) => ({
      header: lastPart(label),
      cell: ({ metadata }: KubeObject) => metadata.labels?.[label] ?? '',
    })),
    ...(look.hasLabels ? [{ header: 'LABELS', cell: ({ metadata }: KubeObject) => mapText(metadata.labels) }] : []),
  ];
}

export function createObjectTable(kind: KindNames, look: TableLook): ObjectTable {
  const columns = columnsFor(kind, look);
  const widths: ColumnWidths = [];
  let needsHeaders = look.hasHeaders;
  return {
    lines: (objects, now) => {
      const rows = objects.map((object) => columns.map((column) => column.cell(object, now, look.language)));
      const headers = needsHeaders ? [columns.map(({ header }) => header)] : [];
      needsHeaders = false;
      return tableLines([...headers, ...rows], widths);
    },
  };
}
