/** Lines that end before the edge of the terminal, broken between words, or between Chinese characters. */
import { displayWidth } from './width.ts';

const ESC = String.fromCharCode(27);
/** A colour code, a run of blanks, a wide character with the punctuation that must not begin a line, or a word. */
const pieces = new RegExp(
  `${ESC}\\[[0-9;]*m|[ ]+|[\\u2e80-\\u9fff\\uff00-\\uffef][，。：；、）”》％]*|[^ ${ESC}\\u2e80-\\u9fff\\uff00-\\uffef]+[，。：；、）”》％]*`,
  'gu',
);

/** Colours that end what was painted: the default colour, normal weight. */
const offCodes: ReadonlySet<string> = new Set([`${ESC}[39m`, `${ESC}[22m`, `${ESC}[0m`]);
const OFF = `${ESC}[39m${ESC}[22m`;

/**
 * At least one line; a word that is longer than `columns` stays whole. A colour that is on at the end of a line goes on in
 * the next one, so that what stands between them stays plain.
 */
export function wrapTo(text: string, columns: number): readonly string[] {
  if (displayWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  let ink = '';
  const close = (): void => {
    lines.push(ink === '' ? line.trimEnd() : `${line.trimEnd()}${OFF}`);
    line = ink;
  };
  for (const [piece] of text.matchAll(pieces)) {
    if (piece.startsWith(ESC)) {
      line += piece;
      ink = offCodes.has(piece) ? '' : piece;
      continue;
    }
    const isBlank = piece.startsWith(' ');
    if (!isBlank && displayWidth(line) > 0 && displayWidth(line + piece) > columns) close();
    if (!isBlank || displayWidth(line) > 0) line += piece;
  }
  return [...lines, line.trimEnd()];
}
