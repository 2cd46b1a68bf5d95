/** How Serin marks what it owns in the router's objects. */
import { sameJson } from '../../core/model/json.ts';
import type { KubeObject, ObjectMeta, StringMap } from '../../core/model/meta.ts';
import type { TrafficSplit } from '../../ports/traffic.ts';

/** Label of objects that Serin generated: name of the Release. */
export const OWNED_BY_LABEL = 'serin.dev/owned-by';

/** Annotation on a DestinationRule: JSON map from Release to the names of the subsets that were added for it. */
export const ADDED_SUBSETS_ANNOTATION = 'serin.dev/subsets';

/**
 * Annotation on a VirtualService: JSON map from Release to the subsets of its arms, stable first. It lets an abort find rules
 * that somebody renamed meanwhile.
 */
export const ARMS_ANNOTATION = 'serin.dev/arms';

type NamesAnnotation = typeof ADDED_SUBSETS_ANNOTATION | typeof ARMS_ANNOTATION;

export function ownerOf(object: KubeObject): string | undefined {
  return object.metadata.labels?.[OWNED_BY_LABEL];
}

/** Names noted for a release; empty where the annotation is missing or unreadable. */
export function notedNames(
  object: KubeObject | undefined,
  annotation: NamesAnnotation,
  release: string,
): readonly string[] {
  return readNames(object?.metadata.annotations, annotation)[release] ?? [];
}

function readNames(
  annotations: StringMap | undefined,
  annotation: NamesAnnotation,
): Readonly<Record<string, readonly string[]>> {
  const text = annotations?.[annotation];
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return {};
    return Object.fromEntries(Object.entries(parsed).map(([release, names]) => [release, textsIn(names)]));
  } catch {
    return {};
  }
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Annotations that note these names for the release, beside those of other releases; the same map where nothing changes. */
export function noteNames(
  annotations: StringMap | undefined,
  annotation: NamesAnnotation,
  { release, names }: { readonly release: string; readonly names: readonly string[] },
): StringMap | undefined {
  const before = readNames(annotations, annotation);
  if (sameJson(before[release] ?? [], names)) return annotations;
  const { [release]: _mine, ...others } = before;
  const all = names.length === 0 ? others : { ...others, [release]: names };
  return withEntry(annotations, annotation, Object.keys(all).length === 0 ? undefined : JSON.stringify(all));
}

/** A map with one key set, or removed. The same map where nothing changes; undefined where nothing is left. */
export function withEntry(map: StringMap | undefined, key: string, value: string | undefined): StringMap | undefined {
  if (map?.[key] === value) return map;
  const { [key]: _before, ...others } = map ?? {};
  if (value !== undefined) return { ...map, [key]: value };
  return Object.keys(others).length === 0 ? undefined : others;
}

/** Metadata with these annotations; the same object where nothing changes. */
export function annotated(metadata: ObjectMeta, annotations: StringMap | undefined): ObjectMeta {
  if (metadata.annotations === annotations) return metadata;
  const { annotations: _before, ...rest } = metadata;
  return annotations === undefined ? rest : { ...rest, annotations };
}

/** True where a name in an object of the release's namespace stands for the release's service. */
export function isService(host: string, split: Pick<TrafficSplit, 'service' | 'namespace'>): boolean {
  const { service, namespace } = split;
  return host === service || host.startsWith(`${service}.${namespace}.svc.`);
}
