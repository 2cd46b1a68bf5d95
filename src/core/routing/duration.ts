const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of `1h30m`, `1.5s`, `250ms` (protobuf JSON and Go spelling); undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let total = 0;
  let at = 0;
  const piece = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/y;
  while (at < text.length) {
    piece.lastIndex = at;
    const found = piece.exec(text);
    if (found === null) return undefined;
    total += Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? 0);
    at = piece.lastIndex;
  }
  return text === '' ? undefined : Math.round(total * 1e6) / 1e6;
}
