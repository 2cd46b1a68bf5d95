import { hashText } from './hash.ts';

/** Host of each slot: `table[hash % size]` (Eisenbud et al., "Maglev", NSDI 2016, section 3.4). `size` is prime. */
export function buildMaglev(names: readonly string[], size: number): Uint32Array {
  const table = new Uint32Array(size);
  if (names.length === 0) return table;
  const taken = new Uint8Array(size);
  const offsets = names.map((name) => hashText(name) % size);
  const skips = names.map((name) => (hashText(name, 1) % (size - 1)) + 1);
  const next = names.map(() => 0);
  let filled = 0;
  while (filled < size) {
    for (let host = 0; host < names.length && filled < size; host++) {
      let slot = 0;
      do {
        slot = ((offsets[host] ?? 0) + (next[host] ?? 0) * (skips[host] ?? 1)) % size;
        next[host] = (next[host] ?? 0) + 1;
      } while (taken[slot] === 1);
      taken[slot] = 1;
      table[slot] = host;
      filled++;
    }
  }
  return table;
}
