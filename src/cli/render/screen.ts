/** A page that is drawn again in place, on the terminal's other screen, so that what was there before stays. */
import type { Terminal } from '../context.ts';

const ESC = String.fromCharCode(27);

export interface Screen {
  /** `below`: of use only while the page is shown. */
  draw(lines: readonly string[], below: readonly string[]): void;
  /** Gives the terminal back as it was, with the last page standing below what was there before. */
  end(): void;
}

/** Other screen, no cursor, and no wrapping: a line that is too long ends at the edge instead of pushing others down. */
const ENTER = `${ESC}[?1049h${ESC}[?25l${ESC}[?7l`;
const LEAVE = `${ESC}[?7h${ESC}[?25h${ESC}[?1049l`;
/** Terminals that know it show the page at once; the others ignore it. */
const BEGIN = `${ESC}[?2026h${ESC}[H`;
const END = `${ESC}[J${ESC}[?2026l`;

/** `hidden`: says how many lines the window is too low for. */
export function createScreen(terminal: Pick<Terminal, 'rows' | 'write'>, hidden: (count: number) => string): Screen {
  let page: readonly string[] | undefined;
  const shown = (lines: readonly string[]): readonly string[] => {
    const room = Math.max(1, terminal.rows);
    if (lines.length <= room) return lines;
    return [...lines.slice(0, room - 1), hidden(lines.length - room + 1)];
  };
  return {
    draw: (lines, below) => {
      const enter = page === undefined ? ENTER : '';
      page = lines;
      const text = shown([...lines, ...below])
        .map((line) => `${line}${ESC}[K`)
        .join('\r\n');
      terminal.write(`${enter}${BEGIN}${text}${END}`);
    },
    end: () => {
      if (page === undefined) return;
      terminal.write(`${LEAVE}${page.map((line) => `${line}\n`).join('')}`);
      page = undefined;
    },
  };
}
