/** A field that is only there when it has a value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // One computed key of type K: TypeScript widens it to string.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
