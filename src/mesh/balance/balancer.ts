import type { BalancePolicy } from '../../core/routing/table.ts';
import { hashText } from './hash.ts';
import { buildMaglev } from './maglev.ts';
import { buildRing, ringHost } from './ring-hash.ts';

/** What a balancer looks at. */
export interface Balanced {
  readonly active: number;
  /** `address:port`. */
  readonly name: string;
}

/** Chooses one host. `key` is the hash key of the request, where its route has one: the same key gives the same host. */
export type Balancer<H extends Balanced> = (key: string | undefined, random: () => number) => H;

/** Envoy's `max_host_selection` for previous hosts is on top of this and knows nothing of the policy. */
export function makeBalancer<H extends Balanced>(
  policy: BalancePolicy,
  hosts: readonly H[],
  start: number,
): Balancer<H> {
  const [first] = hosts;
  if (first === undefined) throw new TypeError('a balancer needs hosts');
  const at = (index: number): H => hosts[index] ?? first;
  const anyone = (random: () => number): H => at(Math.floor(random() * hosts.length));
  if (hosts.length === 1) return () => first;
  switch (policy.kind) {
    case 'random':
      return (_, random) => anyone(random);
    case 'roundRobin': {
      let next = start % hosts.length;
      return () => {
        const host = at(next);
        next = next + 1 === hosts.length ? 0 : next + 1;
        return host;
      };
    }
    case 'leastRequest':
      // Power of two choices (Mitzenmacher 1996), as Envoy's least_request with equal weights.
      return (_, random) => {
        const one = anyone(random);
        const other = anyone(random);
        return other.active < one.active ? other : one;
      };
    case 'ringHash': {
      const ring = buildRing(
        hosts.map(({ name }) => name),
        policy.minimumSize,
      );
      return (key, random) => (key === undefined ? anyone(random) : at(ringHost(ring, hashText(key))));
    }
    case 'maglev': {
      const table = buildMaglev(
        hosts.map(({ name }) => name),
        policy.tableSize,
      );
      return (key, random) => (key === undefined ? anyone(random) : at(table[hashText(key) % table.length] ?? 0));
    }
  }
}
