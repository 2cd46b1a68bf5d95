import { displayWidth, padTo } from './width.ts';

/** Widths learnt from earlier rows, so that rows that are printed later (`-w`) stand below their headers. */
export type ColumnWidths = number[];

const GAP = 3;

/**
 * Lines of a table, columns by display width, three spaces apart, nothing after the last cell: as kubectl prints them.
 * `widths` is read and grown where given.
 */
export function tableLines(rows: readonly (readonly string[])[], widths: ColumnWidths = []): readonly string[] {
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(oneLine(cell)));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const text = oneLine(cell);
        return column === row.length - 1 ? text : padTo(text, (widths[column] ?? 0) + GAP);
      })
      .join('')
      .trimEnd(),
  );
}

function oneLine(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ');
}
