/** Which arm of a release a row of the mesh belongs to. */
import type { CountRow } from '../../mesh/protocol.ts';
import type { CountsQuery } from '../../ports/metrics.ts';

export type Arm = 'stable' | 'candidate';

type RowName = Pick<CountRow, 'service' | 'subset' | 'version' | 'mirrored'>;

/** A row is the same row while nothing of this changes. */
export function rowKey(row: CountRow): string {
  const { source } = row;
  const from = `${source.namespace}/${source.workload}/${source.version}`;
  return [from, row.service, row.subset, row.version, row.pod, row.protocol, row.mirrored ? 'mirrored' : ''].join('|');
}

export function hostOf(query: Pick<CountsQuery, 'namespace' | 'service'>): string {
  return `${query.service}.${query.namespace}.svc.cluster.local`;
}

/** Undefined for other services, other versions and mirrored copies. A pod's own version counts more than the subset. */
export function armOf(row: RowName, query: CountsQuery): Arm | undefined {
  if (row.mirrored || row.service !== hostOf(query)) return undefined;
  if (row.version === query.stable) return 'stable';
  if (row.version === query.candidate) return 'candidate';
  if (isSubset(row.subset, query.stable)) return 'stable';
  return isSubset(row.subset, query.candidate) ? 'candidate' : undefined;
}

/** Subset names are versions made fit for DNS: `V1.2` is `v1-2`. */
function isSubset(subset: string, version: string): boolean {
  if (subset === '') return false;
  const fit = version
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return subset === version || subset === fit;
}
