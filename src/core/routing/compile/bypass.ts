/** Rules that send requests past the split of another VirtualService (IST0140): nobody would notice until a bad version is out. */
import { message, type Problems } from './problems.ts';
import type { ResolvedVirtualService } from './virtual-services.ts';

/** Reports destinations without a subset whose service another VirtualService splits by subset. */
export function reportBypasses(all: readonly ResolvedVirtualService[], problems: Problems): void {
  const splitBy = splits(all);
  if (splitBy.size === 0) return;
  for (const source of all) {
    for (const { host, subset, field } of destinationsOf(source)) {
      const split = splitBy.get(host);
      if (split === undefined || split === source || subset !== '') continue;
      const { object } = source;
      problems.notice({ object, field }, message('routing.pastSplit', { host, split: split.object }));
    }
  }
}

/** By host: the VirtualService of that host that names subsets of it. */
function splits(all: readonly ResolvedVirtualService[]): ReadonlyMap<string, ResolvedVirtualService> {
  const splitBy = new Map<string, ResolvedVirtualService>();
  for (const source of all) {
    for (const { host, subset } of destinationsOf(source)) {
      if (subset !== '' && source.hosts.includes(host)) splitBy.set(host, source);
    }
  }
  return splitBy;
}

interface RuleDestination {
  readonly host: string;
  readonly subset: string;
  readonly field: string;
}

function destinationsOf(source: ResolvedVirtualService): readonly RuleDestination[] {
  return source.rules.flatMap(({ http, origin }) =>
    (http.route ?? []).map(({ destination: { host, subset = '' } }, index) => ({
      host,
      subset,
      field: `spec.${origin.slice(origin.lastIndexOf(' ') + 1)}.route[${index}].destination`,
    })),
  );
}
