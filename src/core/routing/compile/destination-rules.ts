/** Which DestinationRule counts for a caller and a service, after merging those of one host and namespace. */
import type { DestinationRule, Subset, TrafficPolicy } from '../../model/destination-rule.ts';
import { fullHost, isSubset, isWildcard, visibility } from '../names.ts';
import { message, type Problems } from './problems.ts';
import { byAge } from './virtual-services.ts';

/** DestinationRules of one host and namespace with equal `exportTo`, merged: subsets of all, policy of the first that has one. */
export interface MergedRule {
  readonly host: string;
  readonly namespace: string;
  readonly exportTo: readonly string[] | undefined;
  readonly policy: TrafficPolicy | undefined;
  readonly subsets: ReadonlyMap<string, Subset>;
  /** `DestinationRule default/reviews`, the first one of them. */
  readonly object: string;
}

export interface DestinationRules {
  /** Rule for a service (by FQDN and namespace) seen from a namespace; undefined = defaults. */
  find(service: { readonly host: string; readonly namespace: string }, viewer: string): MergedRule | undefined;
}

export interface DestinationRuleSettings {
  readonly domain: string;
  readonly rootNamespace: string;
  readonly problems: Problems;
}

interface HostRules {
  readonly exact: Map<string, MergedRule[]>;
  /** Longest first once sorted. */
  readonly wildcards: { readonly host: string; readonly rules: MergedRule[] }[];
}

export function indexDestinationRules(
  sources: readonly DestinationRule[],
  settings: DestinationRuleSettings,
): DestinationRules {
  const byNamespace = new Map<string, HostRules>();
  for (const source of byAge(sources)) addRule(source, byNamespace, settings);
  for (const { wildcards } of byNamespace.values()) wildcards.sort((a, b) => b.host.length - a.host.length);
  const { rootNamespace } = settings;
  return {
    find(service, viewer) {
      const own = viewer === rootNamespace ? privateOnly : visibleFrom(viewer);
      const exported = visibleFrom(viewer);
      return (
        pick(byNamespace.get(viewer), service.host, own) ??
        pick(byNamespace.get(service.namespace), service.host, exported) ??
        pick(byNamespace.get(rootNamespace), service.host, exported)
      );
    },
  };
}

type Sees = (rule: MergedRule) => boolean;

/** Callers in the root namespace take only what is meant for that namespace alone, else its global rules would win. */
const privateOnly: Sees = ({ exportTo }) => exportTo?.length === 1 && exportTo[0] === '.';

function visibleFrom(viewer: string): Sees {
  return (rule) => rule.namespace === viewer || visibility(rule.exportTo, rule.namespace, viewer) !== 'hidden';
}

/** The most specific host that has a visible rule. */
function pick(rules: HostRules | undefined, host: string, sees: Sees): MergedRule | undefined {
  if (rules === undefined) return undefined;
  const exact = rules.exact.get(host)?.find(sees);
  if (exact !== undefined) return exact;
  for (const wildcard of rules.wildcards) {
    if (!isSubset(host, wildcard.host)) continue;
    const found = wildcard.rules.find(sees);
    if (found !== undefined) return found;
  }
  return undefined;
}

function addRule(
  source: DestinationRule,
  byNamespace: Map<string, HostRules>,
  { domain, problems }: DestinationRuleSettings,
): void {
  const namespace = source.metadata.namespace ?? 'default';
  const object = `DestinationRule ${namespace}/${source.metadata.name}`;
  if (source.spec.workloadSelector !== undefined) {
    problems.error({ object, field: 'spec.workloadSelector' }, message('routing.workloadSelector'));
    return;
  }
  const host = fullHost(source.spec.host, namespace, domain).toLowerCase();
  let rules = byNamespace.get(namespace);
  if (rules === undefined) byNamespace.set(namespace, (rules = { exact: new Map(), wildcards: [] }));
  const list = listFor(rules, host);
  const same = list.findIndex((rule) => sameExport(rule.exportTo, source.spec.exportTo));
  const earlier = list[same];
  const added = subsetsOf(source);
  if (earlier === undefined) {
    const { exportTo, trafficPolicy: policy } = source.spec;
    list.push({ host, namespace, exportTo, policy, subsets: added, object });
    return;
  }
  list[same] = {
    ...earlier,
    policy: earlier.policy ?? source.spec.trafficPolicy,
    subsets: new Map([...added, ...earlier.subsets]),
  };
}

function listFor(rules: HostRules, host: string): MergedRule[] {
  if (!isWildcard(host)) {
    let list = rules.exact.get(host);
    if (list === undefined) rules.exact.set(host, (list = []));
    return list;
  }
  const known = rules.wildcards.find((wildcard) => wildcard.host === host);
  if (known !== undefined) return known.rules;
  const created: MergedRule[] = [];
  rules.wildcards.push({ host, rules: created });
  return created;
}

/** The first of two subsets with one name counts. */
function subsetsOf(source: DestinationRule): ReadonlyMap<string, Subset> {
  const subsets = new Map<string, Subset>();
  for (const subset of source.spec.subsets ?? []) {
    if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  }
  return subsets;
}

function sameExport(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  const normal = (list: readonly string[] | undefined): string => (list ?? ['*']).toSorted().join();
  return (
    normal(a === undefined || a.length === 0 ? ['*'] : a) === normal(b === undefined || b.length === 0 ? ['*'] : b)
  );
}
