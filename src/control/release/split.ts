/** From the intent of the release machine to what a traffic provider is told. */
import type { Message } from '../../texts/catalogue.ts';
import type { Release } from '../../core/model/release.ts';
import type { SplitIntent } from '../../core/release/action.ts';
import type { FoundVersion } from '../../core/release/observation.ts';
import type { ReleaseRecord, VersionRef } from '../../core/release/state.ts';
import type { ArmTarget, RoutedService, TrafficProvider, TrafficSplit } from '../../ports/traffic.ts';
import { labelsOf } from './world.ts';

export type Router =
  | { readonly ok: true; readonly provider: TrafficProvider; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: Message };

/** The one that the release names; `istio` where it names none. An unknown name is an error, never another router. */
export function routerOf(release: Release, providers: Readonly<Record<string, TrafficProvider>>): Router {
  const { sticky: _sticky, ...named } = release.spec.traffic ?? {};
  const [name = 'istio'] = Object.keys(named);
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (provider === undefined)
    return { ok: false, message: { key: 'run.problem.provider', params: { provider: name } } };
  const settings: Readonly<Record<string, unknown>> = { ...Object.entries(named).find(([key]) => key === name)?.[1] };
  return { ok: true, provider, settings };
}

export interface SplitContext {
  readonly release: Release;
  readonly versions: readonly FoundVersion[];
  readonly settings: Readonly<Record<string, unknown>>;
}

export function routedService(release: Release, settings: RoutedService['settings']): RoutedService {
  const { name, namespace = '' } = release.metadata;
  return { release: { kind: 'Release', namespace, name }, service: release.spec.service, namespace, settings };
}

export function trafficSplit(intent: SplitIntent, { release, versions, settings }: SplitContext): TrafficSplit {
  const target = (version: VersionRef): ArmTarget => ({
    version: version.version,
    labels: labelsOf(versions, version),
  });
  const { sticky } = release.spec.traffic ?? {};
  return {
    ...routedService(release, settings),
    stable: target(intent.stable),
    ...(intent.candidate && { candidate: target(intent.candidate) }),
    candidateWeight: intent.weight,
    ...(sticky !== undefined && intent.candidate && { sticky: { key: sticky, salt: intent.salt } }),
  };
}

/** The split that the record says should be in force now; undefined while nobody is stable. */
export function desiredSplit(state: ReleaseRecord): SplitIntent | undefined {
  const { run, stable } = state;
  if (run === null) return stable === null ? undefined : { stable, weight: 0, salt: '' };
  const back = run.phase === 'aborting' || run.phase === 'superseded';
  return { stable: run.from, ...(back ? {} : { candidate: run.to }), weight: run.desired, salt: run.name };
}
