/** From a split and the present objects to the objects as they should be. Pure. */
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { VirtualService } from '../../core/model/virtual-service.ts';
import { Fault } from '../../lib/fault.ts';
import type { RoutedService, TrafficSplit } from '../../ports/traffic.ts';
import type { Message, TextKey } from '../../texts/catalogue.ts';
import type { TextParams } from '../../texts/message.ts';
import { renderRule } from './destination-rule.ts';
import { ADDED_SUBSETS_ANNOTATION, ARMS_ANNOTATION, isService, notedNames, OWNED_BY_LABEL, ownerOf } from './owned.ts';
import { findRoutes, type FoundRoutes, rulesToRescue, type Traces } from './routes.ts';
import { istioSettings } from './settings.ts';
import { type Arms, newVirtualService, renderRoutes } from './virtual-service.ts';

/** The namespace's objects. */
export interface PresentObjects {
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
}

/** References of the present objects where nothing changes. */
export interface Wanted {
  readonly rule: DestinationRule | NewObject<DestinationRule>;
  readonly virtualService: VirtualService | NewObject<VirtualService>;
  readonly arms: Arms;
}

export interface Found {
  readonly rule: DestinationRule | undefined;
  readonly virtualService: VirtualService | undefined;
}

/** An abort, or the resting state: everything to stable. Such a split is forced through. */
function isRescue(split: TrafficSplit): boolean {
  return split.candidate === undefined && split.candidateWeight === 0;
}

/** The DestinationRule that is named, else the oldest one of the service; the VirtualService that is named, else our own. */
export function findObjects(present: PresentObjects, split: RoutedService): Found {
  const { destinationRule, virtualService } = istioSettings(split);
  const rules = present.destinationRules.filter(({ metadata, spec }) =>
    destinationRule === undefined ? isService(spec.host, split) : metadata.name === destinationRule.name,
  );
  const [rule] = rules.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
  const name = virtualService?.name ?? split.service;
  return { rule, virtualService: present.virtualServices.find(({ metadata }) => metadata.name === name) };
}

/** @throws Fault where the objects of the user do not allow it (never for an abort of what Serin routed before) */
export function render(present: PresentObjects, split: TrafficSplit): Wanted {
  const found = findObjects(present, split);
  const { destinationRule, virtualService } = istioSettings(split);
  if (destinationRule !== undefined && found.rule === undefined && !isRescue(split)) {
    throw missing('DestinationRule', destinationRule.name, split);
  }
  const rendered = renderRule(found.rule, split, {
    name: destinationRule?.name ?? split.service,
    inUse: subsetsInUse(present, split),
  });
  const arms: Arms = { split, names: rendered.names };
  const wanted =
    virtualService === undefined
      ? ownVirtualService(present, found, arms)
      : namedVirtualService(found, arms, virtualService);
  return { rule: rendered.rule, virtualService: wanted, arms };
}

/** Subsets of the service that any rule of the namespace names. */
export function subsetsInUse(present: PresentObjects, split: TrafficSplit): ReadonlySet<string> {
  const subsets = new Set<string>();
  for (const { spec } of present.virtualServices) {
    for (const { route = [], mirror, mirrors = [] } of spec.http ?? []) {
      const all = [...route, ...mirrors].map(({ destination }) => destination);
      for (const { host, subset } of mirror === undefined ? all : [...all, mirror]) {
        if (subset !== undefined && isService(host, split)) subsets.add(subset);
      }
    }
  }
  return subsets;
}

/** Without a name in the release: an object of our own, which must not get in the way of somebody's. */
function ownVirtualService(
  present: PresentObjects,
  { rule, virtualService: own }: Found,
  arms: Arms,
): VirtualService | NewObject<VirtualService> {
  const { split } = arms;
  const release = split.release.name;
  const isForced = isRescue(split) && notedNames(rule, ADDED_SUBSETS_ANNOTATION, release).length > 0;
  if (own !== undefined && ownerOf(own) !== release) {
    if (!isForced) throw taken(own, split);
    return namedVirtualService({ rule, virtualService: own }, arms, { name: split.service });
  }
  const rival = present.virtualServices.find((each) => each !== own && servesMesh(each, split));
  if (rival !== undefined && !isForced) throw taken(rival, split);
  const fresh = newVirtualService(split.service, arms);
  if (own === undefined) return fresh;
  const routes = findRoutes(own, split);
  if (servesMesh(own, split) && routes.kind === 'found') return renderRoutes(own, routes.indexes, arms);
  return { ...own, spec: fresh.spec };
}

function servesMesh({ spec }: VirtualService, split: TrafficSplit): boolean {
  return (spec.gateways ?? ['mesh']).includes('mesh') && (spec.hosts ?? []).some((host) => isService(host, split));
}

function namedVirtualService(
  { rule, virtualService: present }: Found,
  arms: Arms,
  named: { readonly name: string; readonly routes?: readonly string[] },
): VirtualService | NewObject<VirtualService> {
  const { split } = arms;
  if (present === undefined) {
    if (!isRescue(split)) throw missing('VirtualService', named.name, split);
    return newVirtualService(named.name, arms, named.routes?.[0]);
  }
  const routes = findRoutes(present, split);
  if (routes.kind === 'found') return renderRoutes(present, routes.indexes, arms);
  const traces = tracesOf({ rule, virtualService: present }, arms);
  if (!isRescue(split) || !traces.managed) throw unusable(present, routes, split);
  if ((present.spec.http ?? []).length > 0) return renderRoutes(present, rulesToRescue(present, split, traces), arms);
  const { http } = newVirtualService(named.name, arms, named.routes?.[0]).spec;
  return { ...present, spec: { ...present.spec, ...(http === undefined ? {} : { http }) } };
}

function tracesOf({ rule, virtualService }: Found, { split, names }: Arms): Traces {
  const release = split.release.name;
  const noted = [
    ...notedNames(virtualService, ARMS_ANNOTATION, release),
    ...notedNames(rule, ADDED_SUBSETS_ANNOTATION, release),
  ];
  return {
    arms: noted.filter((name) => name !== names.stable),
    existing: [...(rule?.spec.subsets ?? []).map(({ name }) => name), names.stable],
    managed: noted.length > 0 || (virtualService !== undefined && ownerOf(virtualService) === release),
  };
}

function missing(kind: string, name: string, split: TrafficSplit): Fault {
  const field = `spec.traffic.istio.${kind === 'VirtualService' ? 'virtualService' : 'destinationRule'}.name`;
  return new Fault('notFound', text('traffic.objectMissing', { kind, name, namespace: split.namespace }), {
    place: { object: releaseName(split), field },
    expected: `${kind} ${split.namespace}/${name}`,
    found: '-',
    remedy: text('traffic.createOrOmit', { kind, name }),
  });
}

function taken(stranger: VirtualService, split: TrafficSplit): Fault {
  const { name } = stranger.metadata;
  const owner = ownerOf(stranger);
  return new Fault('refused', text('traffic.hostTaken', { name, service: split.service }), {
    place: { object: `VirtualService ${split.namespace}/${name}`, field: 'spec.hosts' },
    expected: `${OWNED_BY_LABEL}=${split.release.name}`,
    found: owner === undefined ? '-' : `${OWNED_BY_LABEL}=${owner}`,
    remedy: text('traffic.nameVirtualService', { name, release: split.release.name }),
  });
}

/** Why the rules of a VirtualService cannot carry the arms. */
function unusable(source: VirtualService, routes: Exclude<FoundRoutes, { kind: 'found' }>, split: TrafficSplit): Fault {
  const object = `VirtualService ${split.namespace}/${source.metadata.name}`;
  switch (routes.kind) {
    case 'missing':
      return new Fault('invalid', text('traffic.routeMissing', { object, route: routes.route }), {
        place: { object, field: 'spec.http[].name' },
        expected: routes.route,
        found: routes.present.length === 0 ? '-' : routes.present.join(', '),
        remedy: text('traffic.nameRule', { route: routes.route }),
      });
    case 'ambiguous':
      return new Fault('invalid', text('traffic.routesUnnamed', { object, count: routes.count }), {
        place: { object: releaseName(split), field: 'spec.traffic.istio.virtualService.routes' },
        expected: '1',
        found: String(routes.count),
        remedy: text('traffic.listRoutes', { object }),
      });
    case 'unfit':
      return new Fault('invalid', text('traffic.routeUnfit', { object, index: routes.index, service: split.service }), {
        place: { object, field: `spec.http[${routes.index}].route` },
        expected: split.service,
        found: '-',
        remedy: text('traffic.splitRule', { service: split.service }),
      });
  }
}

function releaseName(split: TrafficSplit): string {
  return `Release ${split.release.namespace}/${split.release.name}`;
}

function text(key: TextKey, params: TextParams): Message {
  return { key, params };
}
