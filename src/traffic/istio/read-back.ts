/** What the objects say now, and where that contradicts the split. Pure. */
import type { StringMap } from '../../core/model/meta.ts';
import type { HttpRoute } from '../../core/model/virtual-service.ts';
import { Fault } from '../../lib/fault.ts';
import type { RoutedService, SplitReading, TrafficSplit } from '../../ports/traffic.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { ArmNames } from './destination-rule.ts';
import { findObjects, type PresentObjects, render } from './render.ts';
import { isService } from './owned.ts';
import { findRoutes } from './routes.ts';

export interface ObjectsReading {
  readonly candidateWeight: SplitReading['candidateWeight'];
  readonly contradiction?: Message;
  /** Newest version among the objects; 0 where there are none. */
  readonly version: number;
}

/** The objects contradict the split exactly where rendering would change them. */
export function readObjects(present: PresentObjects, split: TrafficSplit): ObjectsReading {
  const { rule, virtualService } = findObjects(present, split);
  const version = Math.max(0, ...[rule, virtualService].map((object) => Number(object?.metadata.resourceVersion ?? 0)));
  if (virtualService === undefined) {
    const object = `VirtualService ${split.namespace}/${nameOf(split)}`;
    return { candidateWeight: null, version, ...because({ key: 'traffic.gone', params: { object } }) };
  }
  const wanted = tryRender(present, split);
  if (wanted instanceof Fault) return { candidateWeight: null, version, ...because(wanted.text) };
  const routes = findRoutes(virtualService, split);
  const rules =
    routes.kind === 'found' ? routes.indexes.flatMap((index) => virtualService.spec.http?.[index] ?? []) : [];
  const shares = rules.map((each) => shareOf(each, wanted.arms.names, split));
  const candidateWeight = shares.length === 0 ? null : Math.max(...shares);
  const object = `VirtualService ${split.namespace}/${virtualService.metadata.name}`;
  const differing = shares.find((share) => Math.abs(share - split.candidateWeight) > 0.005);
  if (differing !== undefined) {
    const params = { object, expected: split.candidateWeight, found: Math.round(differing * 100) / 100 };
    return { candidateWeight, version, ...because({ key: 'traffic.weightsDiffer', params }) };
  }
  if (wanted.virtualService !== virtualService) {
    return { candidateWeight, version, ...because({ key: 'traffic.routesDiffer', params: { object } }) };
  }
  if (rule === undefined || wanted.rule !== rule) {
    const name = rule?.metadata.name ?? wanted.rule.metadata.name;
    const params = { object: `DestinationRule ${split.namespace}/${name}` };
    return { candidateWeight, version, ...because({ key: 'traffic.subsetsDiffer', params }) };
  }
  return { candidateWeight, version };
}

function nameOf(split: TrafficSplit): string {
  const named = split.settings['virtualService'];
  const hasName = typeof named === 'object' && named !== null && 'name' in named;
  return hasName ? String(named.name) : split.service;
}

function because(message: Message): { readonly contradiction: Message } {
  return { contradiction: message };
}

function tryRender(present: PresentObjects, split: TrafficSplit): ReturnType<typeof render> | Fault {
  try {
    return render(present, split);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Percent of a rule's requests that do not go to stable. Without a subset the candidate's pods get some, too. */
function shareOf(rule: HttpRoute, names: ArmNames, split: TrafficSplit): number {
  const ours = (rule.route ?? []).filter(({ destination }) => isService(destination.host, split));
  const weightOf = (weight: number | undefined): number => (ours.length === 1 ? 1 : (weight ?? 0));
  const total = ours.reduce((sum, { weight }) => sum + weightOf(weight), 0);
  const stable = ours
    .filter(({ destination }) => destination.subset === names.stable)
    .reduce((sum, { weight }) => sum + weightOf(weight), 0);
  return total === 0 ? 0 : (100 * (total - stable)) / total;
}

/** Labels behind the subset with the largest share in the rules that carry, or would carry, the arms. */
export function servingOf(present: PresentObjects, service: RoutedService): StringMap | undefined {
  const { rule, virtualService } = findObjects(present, service);
  if (rule === undefined || virtualService === undefined) return undefined;
  const routes = findRoutes(virtualService, service);
  const indexes = routes.kind === 'found' ? routes.indexes : [];
  const destinations = indexes.flatMap((index) => virtualService.spec.http?.[index]?.route ?? []);
  const [first] = destinations.toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  const subset = first?.destination.subset;
  return rule.spec.subsets?.find(({ name }) => name === subset)?.labels;
}
