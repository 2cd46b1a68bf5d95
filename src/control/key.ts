/** Queue keys of namespaced objects: `namespace/name`. */

/** Key of an object or a ref. */
export function keyOf(place: { readonly namespace?: string; readonly name: string }): string {
  return `${place.namespace ?? ''}/${place.name}`;
}

/** Back from a key. */
export function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  if (slash < 0) throw new TypeError(`expected a key namespace/name, got ${key}`);
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
