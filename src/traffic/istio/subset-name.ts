/** A version as the name of a subset: a DNS-1123 label. */

const LONGEST = 63;

/** `v1.0.0` → `v1-0-0`. Always valid; different versions can give the same name. */
export function subsetName(version: string): string {
  const plain = version
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'version' : plain;
}

/** The name with a number behind it, for when it is taken. */
export function numberedName(name: string, number: number): string {
  const suffix = `-${number}`;
  return name.slice(0, LONGEST - suffix.length) + suffix;
}
