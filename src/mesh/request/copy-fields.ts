import type { Fields } from '../codec/fields.ts';
import { at, LF } from '../codec/octets.ts';
import type { Composer } from '../composer.ts';

/** Copies the field lines that go on, neighbours in one run. `dropped` says by known name which do not. */
export function copyFields(out: Composer, fields: Fields, dropped: Uint8Array): void {
  const { bytes, count } = fields;
  let runStart = -1;
  for (let i = 0; i < count; i++) {
    const keep = at(dropped, at(fields.id, i)) === 0 && fields.nominated[i] === 0;
    if (keep === runStart >= 0) continue;
    const start = at(fields.nameStart, i);
    if (!keep) out.span(bytes, runStart, start);
    runStart = keep ? start : -1;
  }
  if (runStart >= 0) out.span(bytes, runStart, lineEnd(bytes, at(fields.valueEnd, count - 1)));
}

/** Blanks may stand between a value and its line end. */
function lineEnd(bytes: Buffer, valueEnd: number): number {
  let i = valueEnd;
  while (bytes[i] !== LF) i++;
  return i + 1;
}
