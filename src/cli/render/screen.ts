/** A block of lines that is drawn again in place. Only for terminals. */
import type { Terminal } from '../context.ts';
import { displayWidth } from './width.ts';

const ESC = String.fromCharCode(27);

export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves the last block standing and gives the cursor back. */
  end(): void;
}

/** Lines never wrap: a wrapped line would break the count of lines to go up. */
export function createScreen(terminal: Terminal): Screen {
  let drawn = 0;
  let isHidden = false;
  const fit = (line: string): string => {
    if (displayWidth(line) < terminal.columns) return line;
    // Colour codes make cutting at a column unsafe; without them the text is what counts.
    const plain = line.replace(new RegExp(`${ESC}\\[[0-9;]*m`, 'g'), '');
    let kept = '';
    for (const char of plain) {
      if (displayWidth(kept) + displayWidth(char) > terminal.columns - 2) break;
      kept += char;
    }
    return `${kept}…`;
  };
  return {
    draw: (lines) => {
      const shown = lines.slice(0, Math.max(1, terminal.rows - 1)).map(fit);
      const up = drawn === 0 ? '' : `${ESC}[${drawn}A`;
      const hide = isHidden ? '' : `${ESC}[?25l`;
      isHidden = true;
      terminal.write(`${hide}${up}${shown.map((line) => `${line}${ESC}[K\n`).join('')}${ESC}[J`);
      drawn = shown.length;
    },
    end: () => {
      if (isHidden) terminal.write(`${ESC}[?25h`);
      isHidden = false;
    },
  };
}
