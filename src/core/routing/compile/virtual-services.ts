/** VirtualServices with complete names, delegates merged in, in the order in which they count. */
import type { Destination, HttpRoute, L4Match, RouteDestination, VirtualService } from '../../model/virtual-service.ts';
import { fullGateway, fullHost, MESH } from '../names.ts';
import { mergeDelegate } from './delegate.ts';
import type { Problem } from './input.ts';
import { message, newProblems, type Problems } from './problems.ts';
import { ARROW } from './rule-report.ts';
import { readSticky, type StickyRule } from './sticky-annotation.ts';

export interface ResolvedRule {
  readonly http: HttpRoute;
  /** `VirtualService default/reviews http[1]`. */
  readonly origin: string;
}

export interface ResolvedTcpRule {
  readonly match: readonly L4Match[];
  readonly route: readonly RouteDestination[];
  readonly origin: string;
}

export interface ResolvedVirtualService {
  readonly name: string;
  readonly namespace: string;
  /** `VirtualService default/reviews`. */
  readonly object: string;
  readonly hosts: readonly string[];
  /** `ns/name` or `mesh`. */
  readonly gateways: readonly string[];
  readonly exportTo: readonly string[] | undefined;
  readonly rules: readonly ResolvedRule[];
  readonly tcp: readonly ResolvedTcpRule[];
  readonly sticky: readonly StickyRule[];
}

/** Sorts by age, then name, then namespace (istio `sortConfigByCreationTime`). */
export function byAge<T extends { readonly metadata: VirtualService['metadata'] }>(
  objects: readonly T[],
): readonly T[] {
  return objects.toSorted(
    (a, b) =>
      compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
      compare(a.metadata.name, b.metadata.name) ||
      compare(a.metadata.namespace ?? '', b.metadata.namespace ?? ''),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface ResolveSettings {
  readonly domain: string;
  readonly problems: Problems;
}

/** Where results are kept between two tables. */
export type ResolveMemory = WeakMap<
  VirtualService,
  { readonly value: ResolvedVirtualService; readonly problems: readonly Problem[] }
>;

/** Delegates (without hosts) appear inside their roots only. */
export function resolveVirtualServices(
  sources: readonly VirtualService[],
  settings: ResolveSettings,
  memory: ResolveMemory,
): readonly ResolvedVirtualService[] {
  const delegates = new Map<string, VirtualService>();
  for (const source of sources) {
    if ((source.spec.hosts ?? []).length === 0) delegates.set(keyOf(source), source);
  }
  return byAge(sources)
    .filter((source) => (source.spec.hosts ?? []).length > 0)
    .map((source) => {
      const known = memory.get(source) ?? resolveAlone(source, delegates, settings.domain);
      // Delegates change without their root.
      if (!(source.spec.http ?? []).some(({ delegate }) => delegate !== undefined)) memory.set(source, known);
      settings.problems.addAll(known.problems);
      return known.value;
    });
}

function resolveAlone(
  source: VirtualService,
  delegates: ReadonlyMap<string, VirtualService>,
  domain: string,
): { readonly value: ResolvedVirtualService; readonly problems: readonly Problem[] } {
  const problems = newProblems();
  const value = resolve(source, delegates, { domain, problems });
  return { value, problems: problems.list() };
}

function keyOf(source: VirtualService): string {
  return `${source.metadata.namespace ?? 'default'}/${source.metadata.name}`;
}

function resolve(
  source: VirtualService,
  delegates: ReadonlyMap<string, VirtualService>,
  settings: ResolveSettings,
): ResolvedVirtualService {
  const namespace = source.metadata.namespace ?? 'default';
  const object = `VirtualService ${keyOf(source)}`;
  const { spec } = source;
  const gateways = (spec.gateways ?? []).map((gateway) => fullGateway(gateway, namespace));
  const context: RuleContext = { namespace, object, delegates, settings };
  return {
    name: source.metadata.name,
    namespace,
    object,
    hosts: (spec.hosts ?? []).map((host) => fullHost(host, namespace, settings.domain).toLowerCase()),
    gateways: gateways.length === 0 ? [MESH] : gateways,
    exportTo: spec.exportTo,
    rules: (spec.http ?? []).flatMap((http, index) => rulesOf(http, index, context)),
    tcp: (spec.tcp ?? []).map((rule, index) => ({
      match: (rule.match ?? []).map((match) => withFullGateways(match, namespace)),
      route: rule.route.map((entry) => ({
        ...entry,
        destination: completeDestination(entry.destination, namespace, settings.domain),
      })),
      origin: `${object} tcp[${index}]`,
    })),
    sticky: readSticky(source, settings),
  };
}

interface RuleContext {
  readonly namespace: string;
  readonly object: string;
  readonly delegates: ReadonlyMap<string, VirtualService>;
  readonly settings: ResolveSettings;
}

function rulesOf(http: HttpRoute, index: number, context: RuleContext): readonly ResolvedRule[] {
  const { namespace, object } = context;
  const origin = `${object} http[${index}]`;
  const { domain } = context.settings;
  const root = completeRule(http, { namespace, domain });
  if (http.delegate === undefined) return [{ http: root, origin }];
  const owner = http.delegate.namespace ?? namespace;
  const key = `${owner}/${http.delegate.name ?? ''}`;
  const delegate = context.delegates.get(key);
  const at = { object, field: `spec.http[${index}].delegate` };
  if (delegate === undefined || !isExported(delegate, owner, namespace)) {
    context.settings.problems.error(at, message('routing.delegateMissing', { name: key }));
    return [];
  }
  return (delegate.spec.http ?? []).flatMap((part, position) => {
    const from = `${origin}${ARROW}VirtualService ${key} http[${position}]`;
    const merged = mergeDelegate(root, completeRule(part, { namespace: owner, domain }));
    if (merged === undefined) {
      context.settings.problems.error(at, message('routing.delegateConflict', { name: key, index: position }));
      return [];
    }
    return [{ http: merged, origin: from }];
  });
}

function isExported(delegate: VirtualService, owner: string, viewer: string): boolean {
  const { exportTo } = delegate.spec;
  if (exportTo === undefined || exportTo.length === 0 || exportTo.includes('*')) return true;
  return exportTo.includes(viewer) || (viewer === owner && exportTo.includes('.'));
}

/** All names inside a rule belong to the namespace of the object that it was written in. */
function completeRule(http: HttpRoute, { namespace, domain }: { namespace: string; domain: string }): HttpRoute {
  const destination = <T extends { readonly destination: Destination }>(entry: T): T => ({
    ...entry,
    destination: completeDestination(entry.destination, namespace, domain),
  });
  return {
    ...http,
    ...(http.match === undefined ? {} : { match: http.match.map((match) => withFullGateways(match, namespace)) }),
    ...(http.route === undefined ? {} : { route: http.route.map(destination) }),
    ...(http.mirror === undefined ? {} : { mirror: completeDestination(http.mirror, namespace, domain) }),
    ...(http.mirrors === undefined ? {} : { mirrors: http.mirrors.map(destination) }),
  };
}

function completeDestination(destination: Destination, namespace: string, domain: string): Destination {
  return { ...destination, host: fullHost(destination.host, namespace, domain).toLowerCase() };
}

function withFullGateways<T extends { readonly gateways?: readonly string[] }>(match: T, namespace: string): T {
  if (match.gateways === undefined) return match;
  return { ...match, gateways: match.gateways.map((gateway) => fullGateway(gateway, namespace)) };
}
