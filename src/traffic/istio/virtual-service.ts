/** Weights and stickiness in the rules that carry the arms. Pure: everything else keeps its reference. */
import { sameJson } from '../../core/model/json.ts';
import type { NewObject } from '../../core/model/meta.ts';
import {
  type HttpRoute,
  type HttpRouteDestination,
  STICKY_ANNOTATION,
  type StickyPolicy,
  type VirtualService,
} from '../../core/model/virtual-service.ts';
import type { TrafficSplit } from '../../ports/traffic.ts';
import type { ArmNames } from './destination-rule.ts';
import { annotated, ARMS_ANNOTATION, isService, noteNames, OWNED_BY_LABEL, withEntry } from './owned.ts';
import { OWN_ROUTE } from './settings.ts';

export interface Arms {
  readonly split: TrafficSplit;
  readonly names: ArmNames;
}

/** The VirtualService with the split in these rules; the same reference where nothing changes. */
export function renderRoutes(source: VirtualService, indexes: readonly number[], arms: Arms): VirtualService {
  const before = source.spec.http ?? [];
  const http = before.map((rule, index) => (indexes.includes(index) ? renderRule(rule, arms) : rule));
  const changed = http.some((rule, index) => rule !== before[index]);
  const names = indexes.map((index) => before[index]?.name);
  const sticky = withSticky(source, names, { arms, destinations: indexes.flatMap((i) => http[i]?.route ?? []) });
  const annotations = noteNames(sticky, ARMS_ANNOTATION, armsNote(arms));
  const metadata = annotated(source.metadata, annotations);
  if (!changed && metadata === source.metadata) return source;
  return { ...source, metadata, spec: changed ? { ...source.spec, http } : source.spec };
}

/** A VirtualService of Serin's own: one rule, all requests. */
export function newVirtualService(name: string, arms: Arms, rule: string = OWN_ROUTE): NewObject<VirtualService> {
  const { split } = arms;
  const route = armDestinations([{ destination: { host: split.service } }], arms);
  const policy = stickyPolicy(rule, { arms, destinations: route });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name,
      namespace: split.namespace,
      labels: { [OWNED_BY_LABEL]: split.release.name },
      annotations: {
        ...noteNames(undefined, ARMS_ANNOTATION, armsNote(arms)),
        ...(policy === undefined ? {} : { [STICKY_ANNOTATION]: JSON.stringify([policy]) }),
      },
    },
    spec: { hosts: [split.service], http: [{ name: rule, route }] },
  };
}

function armsNote({ split, names }: Arms): { readonly release: string; readonly names: readonly string[] } {
  const { stable, candidate } = names;
  return { release: split.release.name, names: candidate === undefined ? [stable] : [stable, candidate] };
}

function renderRule(rule: HttpRoute, arms: Arms): HttpRoute {
  const before = rule.route ?? [];
  const ours = before.filter(({ destination }) => isService(destination.host, arms.split));
  const others = before.filter((entry) => !ours.includes(entry));
  const arm = armDestinations(ours, arms);
  const share = ours.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  // Only an abort meets rules with destinations of other services: those keep their share.
  const route = others.length === 0 ? arm : [...arm.map((entry) => ({ ...entry, weight: share })), ...others];
  return sameJson(route, before) ? rule : { ...rule, route };
}

/** Stable first. An arm that has an entry keeps its headers and port; a new one takes those of its neighbour. */
function armDestinations(
  before: readonly HttpRouteDestination[],
  { split, names }: Arms,
): readonly HttpRouteDestination[] {
  const template = before.find(({ destination }) => destination.subset === names.stable) ?? before[0];
  const entryFor = (subset: string, weight: number): HttpRouteDestination => {
    const known = before.find(({ destination }) => destination.subset === subset) ?? template;
    const { weight: _weight, ...rest } = known ?? { destination: { host: split.service } };
    return { ...rest, destination: { ...rest.destination, subset }, weight };
  };
  if (names.candidate === undefined || names.candidate === names.stable) {
    return [entryFor(names.stable, 100)];
  }
  const { candidate, stable } = splitWeights(split.candidateWeight);
  return [entryFor(names.stable, stable), entryFor(names.candidate, candidate)];
}

/** Whole numbers, as the API wants them: parts of 100, or of 10,000 where the percentage has decimals. */
export function splitWeights(candidatePct: number): { readonly stable: number; readonly candidate: number } {
  const whole = Number.isInteger(candidatePct) ? 100 : 10_000;
  const candidate = Math.min(whole, Math.max(0, Math.round((candidatePct * whole) / 100)));
  return { stable: whole - candidate, candidate };
}

interface StickyContext {
  readonly arms: Arms;
  readonly destinations: readonly HttpRouteDestination[];
}

/** Policies of other rules stay as they are; an annotation that is no JSON list is ours to replace. */
function withSticky(
  source: VirtualService,
  routes: readonly (string | undefined)[],
  context: StickyContext,
): VirtualService['metadata']['annotations'] {
  const { annotations } = source.metadata;
  const text = annotations?.[STICKY_ANNOTATION];
  const before = readPolicies(text);
  const foreign = before.filter((policy) => !routes.some((route) => route === policyRoute(policy)));
  const mine = routes.map((route) => stickyPolicy(route, context)).filter((policy) => policy !== undefined);
  const after = [...foreign, ...mine];
  if (sameJson(after, before) && (text === undefined) === (after.length === 0)) return annotations;
  return withEntry(annotations, STICKY_ANNOTATION, after.length === 0 ? undefined : JSON.stringify(after));
}

function readPolicies(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function policyRoute(policy: unknown): unknown {
  return typeof policy === 'object' && policy !== null && 'route' in policy ? policy.route : undefined;
}

/** The candidate takes the lowest buckets, so that a growing share only adds users to it. */
function stickyPolicy(route: string | undefined, { arms, destinations }: StickyContext): StickyPolicy | undefined {
  const { sticky } = arms.split;
  const { candidate } = arms.names;
  if (sticky === undefined || candidate === undefined) return undefined;
  const host = destinations.find(({ destination }) => destination.subset === candidate)?.destination.host;
  if (host === undefined) return undefined;
  return {
    ...(route === undefined ? {} : { route }),
    key: sticky.key,
    salt: sticky.salt,
    first: `${host}#${candidate}`,
  };
}
