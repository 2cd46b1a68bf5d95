import type { Composer } from '../composer.ts';

const DIGITS = '0123456789abcdef';
/** Both digits of every octet. */
const HIGH: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => DIGITS.charCodeAt(octet >> 4));
const LOW: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => DIGITS.charCodeAt(octet & 15));
/** Where each of the 16 octets is written, between the dashes. */
const PLACES: Uint8Array = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);
const scratch: Uint8Array = Uint8Array.from('00000000-0000-4000-8000-000000000000', (sign) => sign.charCodeAt(0));

/**
 * Writes a random UUID (RFC 9562 version 4). Request ids are names, not secrets, so they need no cryptographic source.
 */
export function writeRequestId(out: Composer, random: () => number): void {
  let bits = 0;
  for (let i = 0; i < 16; i++) {
    if ((i & 3) === 0) bits = Math.floor(random() * 0x1_0000_0000);
    const octet = bits & 255;
    bits >>>= 8;
    const place = PLACES[i] ?? 0;
    scratch[place] = HIGH[octet] ?? 0;
    scratch[place + 1] = LOW[octet] ?? 0;
  }
  scratch[14] = 52;
  scratch[19] = LOW[8 | ((scratch[19] ?? 0) & 3)] ?? 0;
  out.span(scratch, 0, scratch.length);
}
