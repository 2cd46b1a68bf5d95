import type { Composer } from '../composer.ts';

const HEX: Uint8Array = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const DASHES = [8, 13, 18, 23];
const LENGTH = 36;
const scratch = new Uint8Array(LENGTH);

/**
 * Writes a random UUID (RFC 9562 version 4). Request ids are names, not secrets, so they need no cryptographic source.
 */
export function writeRequestId(out: Composer, random: () => number): void {
  let bits = 0;
  let left = 0;
  for (let i = 0; i < LENGTH; i++) {
    if (left === 0) {
      bits = Math.floor(random() * 0x1_0000_0000);
      left = 8;
    }
    scratch[i] = HEX[bits & 15] ?? 0;
    bits >>>= 4;
    left--;
  }
  for (const at of DASHES) scratch[at] = 45;
  scratch[14] = 52;
  scratch[19] = HEX[8 | ((scratch[19] ?? 0) & 3)] ?? 0;
  out.span(scratch, 0, LENGTH);
}

/** The same as a text. */
export function requestIdText(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = (8 + Math.floor(random() * 4)).toString(16);
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
