/** What stays of the router's objects when a service is no longer released: only what others wrote. Pure. */
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { KubeObject } from '../../core/model/meta.ts';
import type { HttpRoute, HttpRouteDestination, VirtualService } from '../../core/model/virtual-service.ts';
import type { Write } from '../../ports/store.ts';
import type { TrafficSplit } from '../../ports/traffic.ts';
import {
  ADDED_SUBSETS_ANNOTATION,
  annotated,
  ARMS_ANNOTATION,
  isService,
  notedNames,
  noteNames,
  ownerOf,
} from './owned.ts';
import type { PresentObjects } from './render.ts';
import { findObjects, subsetsInUse } from './render.ts';
import { findRoutes } from './routes.ts';

/** Did this release ever write to these objects? */
export function hasTraces(present: PresentObjects, split: TrafficSplit): boolean {
  const { rule, virtualService } = findObjects(present, split);
  const release = split.release.name;
  return (
    notedNames(rule, ADDED_SUBSETS_ANNOTATION, release).length > 0 ||
    notedNames(virtualService, ARMS_ANNOTATION, release).length > 0
  );
}

/**
 * Objects that Serin made go, and so do the subsets that it added; routes that named one of those name the service again.
 * A subset that somebody else wrote keeps what was routed to it.
 */
export function leave(present: PresentObjects, split: TrafficSplit): readonly Write[] {
  const { rule, virtualService } = findObjects(present, split);
  const release = split.release.name;
  const added = notedNames(rule, ADDED_SUBSETS_ANNOTATION, release);
  const route = virtualService === undefined ? undefined : leftRoutes(virtualService, split, added);
  const others = present.virtualServices.filter((one) => one !== virtualService);
  const inUse = subsetsInUse({ ...present, virtualServices: [...others, ...(route ? [route] : [])] }, split);
  const left = rule === undefined ? undefined : leftRule(rule, release, { added, inUse });
  // The routes before the subsets that they named: whoever reads one by one never sees an unknown subset.
  return [...writeFor(virtualService, route), ...writeFor(rule, left)];
}

function writeFor(before: KubeObject | undefined, after: KubeObject | undefined): readonly Write[] {
  if (before === undefined || before === after) return [];
  const { kind, metadata } = before;
  const { namespace = '', name } = metadata;
  return [after === undefined ? { op: 'delete', ref: { kind, namespace, name } } : { op: 'update', object: after }];
}

/** undefined = it was Serin's own. */
function leftRoutes(source: VirtualService, split: TrafficSplit, added: readonly string[]): VirtualService | undefined {
  const release = split.release.name;
  if (ownerOf(source) === release) return undefined;
  const routes = findRoutes(source, split);
  const indexes = routes.kind === 'found' ? routes.indexes : [];
  const before = source.spec.http ?? [];
  const http = before.map((one, index) => (indexes.includes(index) ? withoutArms(one, split, added) : one));
  const isSame = http.every((one, index) => one === before[index]);
  const annotations = noteNames(source.metadata.annotations, ARMS_ANNOTATION, { release, names: [] });
  const metadata = annotated(source.metadata, annotations);
  if (isSame && metadata === source.metadata) return source;
  return { ...source, metadata, spec: isSame ? source.spec : { ...source.spec, http } };
}

/** One destination in the place of the arms. */
function withoutArms(rule: HttpRoute, split: TrafficSplit, added: readonly string[]): HttpRoute {
  const before = rule.route ?? [];
  const isArm = ({ destination }: HttpRouteDestination): boolean =>
    isService(destination.host, split) && added.includes(destination.subset ?? '');
  const [first] = before.filter(isArm);
  if (first === undefined) return rule;
  const weight = before.filter(isArm).reduce((sum, one) => sum + (one.weight ?? 0), 0);
  const { subset: _subset, ...destination } = first.destination;
  const { weight: _weight, ...rest } = first;
  const others = before.filter((one) => !isArm(one));
  const whole = others.length === 0 ? { ...rest, destination } : { ...rest, destination, weight };
  return { ...rule, route: [whole, ...others] };
}

/** undefined = it was Serin's own, and nobody added to it. */
function leftRule(
  rule: DestinationRule,
  release: string,
  { added, inUse }: { readonly added: readonly string[]; readonly inUse: ReadonlySet<string> },
): DestinationRule | undefined {
  const { subsets = [], ...spec } = rule.spec;
  const kept = subsets.filter(({ name }) => !added.includes(name) || inUse.has(name));
  const isBare = Object.keys(spec).every((field) => field === 'host');
  if (ownerOf(rule) === release && kept.length === 0 && isBare) return undefined;
  const names = added.filter((name) => inUse.has(name));
  const metadata = annotated(
    rule.metadata,
    noteNames(rule.metadata.annotations, ADDED_SUBSETS_ANNOTATION, { release, names }),
  );
  if (kept.length === subsets.length && metadata === rule.metadata) return rule;
  return { ...rule, metadata, spec: { ...spec, ...(kept.length === 0 ? {} : { subsets: kept }) } };
}
