import { displayWidth, padTo } from './width.ts';
import { wrapTo } from './wrap.ts';

/** Widths learnt from earlier rows, so that rows that are printed later (`-w`) stand below their headers. */
export type ColumnWidths = number[];

const GAP = 3;
/** Less room than this for the last column is not worth a column: the text then ends where the terminal breaks it. */
const LEAST_ROOM = 30;

/**
 * Lines of a table, columns by display width, three spaces apart, nothing after the last cell: as kubectl prints them.
 * `widths` is read and grown where given.
 */
export function tableLines(rows: readonly (readonly string[])[], widths: ColumnWidths = []): readonly string[] {
  learn(rows, widths);
  return rows.map((row) => rowText(row.map(oneLine), widths));
}

/** As `tableLines`, with the sentences of the last column going on below themselves, within `columns`. */
export function flowingTable(rows: readonly (readonly string[])[], columns: number): readonly string[] {
  const widths: ColumnWidths = [];
  learn(rows, widths);
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0);
  const room = columns - indent;
  if (room < LEAST_ROOM) return tableLines(rows, widths);
  return rows.flatMap((row) => {
    const [first = '', ...rest] = wrapTo(oneLine(row.at(-1) ?? ''), room);
    const head = rowText([...row.slice(0, -1).map(oneLine), first], widths);
    return [head, ...rest.map((line) => `${' '.repeat(indent)}${line}`)];
  });
}

function learn(rows: readonly (readonly string[])[], widths: ColumnWidths): void {
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(oneLine(cell)));
    });
  }
}

function rowText(row: readonly string[], widths: ColumnWidths): string {
  const cells = row.map((cell, column) =>
    column === row.length - 1 ? cell : padTo(cell, (widths[column] ?? 0) + GAP),
  );
  return cells.join('').trimEnd();
}

function oneLine(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ');
}
