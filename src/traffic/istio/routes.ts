/** Which http rules of a VirtualService carry the arms of a release. */
import type { HttpRoute, VirtualService } from '../../core/model/virtual-service.ts';
import type { RoutedService, TrafficSplit } from '../../ports/traffic.ts';
import { isService } from './owned.ts';
import { istioSettings, OWN_ROUTE } from './settings.ts';

export type FoundRoutes =
  | { readonly kind: 'found'; readonly indexes: readonly number[] }
  /** A rule that the release names does not exist. */
  | { readonly kind: 'missing'; readonly route: string; readonly present: readonly string[] }
  /** The release names no rule and there is not exactly one. */
  | { readonly kind: 'ambiguous'; readonly count: number }
  /** The rule cannot carry arms: it has no destinations, or some of other services. */
  | { readonly kind: 'unfit'; readonly index: number };

export function findRoutes(source: VirtualService, split: RoutedService): FoundRoutes {
  const rules = source.spec.http ?? [];
  const names = routeNames(split);
  const indexes: number[] = [];
  if (names === undefined) {
    if (rules.length !== 1) return { kind: 'ambiguous', count: rules.length };
    indexes.push(0);
  } else {
    for (const route of names) {
      const found = rules.flatMap(({ name }, index) => (name === route ? [index] : []));
      if (found.length === 0) {
        return { kind: 'missing', route, present: rules.map(({ name }) => name ?? '').filter((name) => name !== '') };
      }
      indexes.push(...found);
    }
  }
  const unfit = indexes.find((index) => !isFit(rules[index], split));
  return unfit === undefined ? { kind: 'found', indexes } : { kind: 'unfit', index: unfit };
}

/** undefined = whichever rule there is. */
function routeNames(split: RoutedService): readonly string[] | undefined {
  const { virtualService } = istioSettings(split);
  return virtualService === undefined ? [OWN_ROUTE] : virtualService.routes;
}

function isFit(rule: HttpRoute | undefined, split: RoutedService): boolean {
  const destinations = rule?.route ?? [];
  return destinations.length > 0 && destinations.every(({ destination }) => isService(destination.host, split));
}

/** What an abort knows of the arms when the rules that should carry them cannot be found or used. */
export interface Traces {
  /** Subsets of arms of this release, past or present, without the stable one. */
  readonly arms: readonly string[];
  /** Subsets that exist. */
  readonly existing: readonly string[];
  /** Whether this release routed anything here before. */
  readonly managed: boolean;
}

/**
 * Rules that an abort bends then: those named, and all that send requests of this service to another arm, to a subset that
 * does not exist, or (where the release routed here before) to all pods alike.
 */
export function rulesToRescue(source: VirtualService, split: TrafficSplit, traces: Traces): readonly number[] {
  const names = routeNames(split) ?? [];
  return (source.spec.http ?? []).flatMap((rule, index) => {
    const ours = (rule.route ?? []).filter(({ destination }) => isService(destination.host, split));
    const isNamed = rule.name !== undefined && names.includes(rule.name) && ours.length > 0;
    const leaks = ours.some(({ destination: { subset } }) =>
      subset === undefined || subset === ''
        ? traces.managed
        : traces.arms.includes(subset) || !traces.existing.includes(subset),
    );
    return isNamed || leaks ? [index] : [];
  });
}
