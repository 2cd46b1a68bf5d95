/** Character classes of HTTP/1.1 as tables over the 256 octets (RFC 9110 section 5, RFC 9112 section 3). */

export const CR = 13;
export const LF = 10;
export const SPACE = 32;
const TAB = 9;
export const COLON = 58;

function table(value: (octet: number, character: string) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => value(octet, String.fromCharCode(octet)));
}

/** The octet in lower case where it may stand in a token, else 0. */
export const TOKEN_LOWER: Uint8Array = table((octet, character) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(character) ? (character.toLowerCase().charCodeAt(0) ?? octet) : 0,
);

/** 1 where the octet may stand in a field value: visible, space, tab, or above 127. */
export const VALUE_OK: Uint8Array = table((octet) => (octet === TAB || (octet >= 32 && octet !== 127) ? 1 : 0));

/** What an octet of a request target means to the reader. */
export const TARGET = { refused: 0, plain: 1, question: 2, mayNeedNormalising: 3, dot: 4 } as const;

function targetClass(octet: number, character: string): number {
  if (character === '?') return TARGET.question;
  if (character === '.') return TARGET.dot;
  if (character === '%' || character === '\\') return TARGET.mayNeedNormalising;
  // A fragment never reaches a server (RFC 9112 3.2); Envoy refuses it.
  return octet > 32 && octet < 127 && character !== '#' ? TARGET.plain : TARGET.refused;
}

export const TARGET_CLASS: Uint8Array = table(targetClass);

/** 1 where the octet may stand in `Host`: name, IP literal, port. */
export const HOST_OK: Uint8Array = table((_, character) => (/[A-Za-z0-9._~!$&'()*+,;=:%[\]-]/.test(character) ? 1 : 0));

/** Value of a hexadecimal digit plus 1, else 0. */
export const HEX_PLUS_ONE: Uint8Array = table((_, character) =>
  /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) + 1 : 0,
);

/** Element of a numeric array; 0 outside of it. Inlined where it matters. */
export function at(array: ArrayLike<number>, index: number): number {
  return array[index] ?? 0;
}

export function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}
