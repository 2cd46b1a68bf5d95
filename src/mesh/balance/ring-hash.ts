import { hashText } from './hash.ts';

/** Points of the hosts on a circle; a key belongs to the next point (Ketama). */
export interface HashRing {
  readonly points: Uint32Array;
  /** Index of the host of each point. */
  readonly hosts: Uint32Array;
}

/** Every host gets the same number of points, at least `minimumSize` together (Envoy `ring_hash_lb`). */
export function buildRing(names: readonly string[], minimumSize: number): HashRing {
  const each = names.length === 0 ? 0 : Math.ceil(Math.max(minimumSize, names.length) / names.length);
  const order: { point: number; host: number }[] = [];
  names.forEach((name, host) => {
    for (let i = 0; i < each; i++) order.push({ point: hashText(`${name}_${i}`), host });
  });
  order.sort((a, b) => a.point - b.point || a.host - b.host);
  return {
    points: Uint32Array.from(order, ({ point }) => point),
    hosts: Uint32Array.from(order, ({ host }) => host),
  };
}

/** Host of a key, or of the `skip`-th point behind it. */
export function ringHost(ring: HashRing, key: number, skip = 0): number {
  let low = 0;
  let high = ring.points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring.points[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return ring.hosts[(low + skip) % ring.points.length] ?? 0;
}
