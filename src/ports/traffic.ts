/** One router: an adapter that turns a desired split into the router's own objects, and reads it back. */
import type { Message } from '../texts/catalogue.ts';
import type { KubeObject, ObjectRef, StringMap } from '../core/model/meta.ts';
import type { StickyKey } from '../core/model/virtual-service.ts';

/** The pods of one version as a target of traffic. */
export interface ArmTarget {
  readonly version: string;
  /** Labels that select exactly this arm's pods among the service's; none = all of them. */
  readonly labels: StringMap;
}

/** What should be true. An abort is the split with weight 0 and without candidate. */
export interface TrafficSplit {
  readonly release: ObjectRef;
  readonly service: string;
  readonly namespace: string;
  readonly stable: ArmTarget;
  readonly candidate?: ArmTarget;
  /** Percent for the candidate, 0–100, two decimals. */
  readonly candidateWeight: number;
  readonly sticky?: { readonly key: StickyKey; readonly salt: string };
  /** Provider's own settings from `spec.traffic.<provider>`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The service of a release, and where the provider finds its route. */
export type RoutedService = Pick<TrafficSplit, 'release' | 'namespace' | 'service' | 'settings'>;

export interface SplitReading {
  /** As the router's objects say now; null = no object of ours. */
  readonly candidateWeight: number | null;
  /** True once every proxy that we can ask has acknowledged these objects. */
  readonly inForce: boolean;
  /** Why, where the objects contradict the split. */
  readonly contradiction?: Message;
}

export interface TrafficCapabilities {
  readonly weights: 'exact' | 'ratio' | 'none';
  readonly sticky: boolean;
  readonly match: boolean;
  readonly mirror: boolean;
}

export interface TrafficProvider {
  readonly name: string;
  readonly capabilities: TrafficCapabilities;
  /** Idempotent: `same` when nothing had to be written. */
  apply(split: TrafficSplit): Promise<'changed' | 'same'>;
  read(split: TrafficSplit): Promise<SplitReading>;
  /** Labels of the pods that get most of the service's traffic by the route as it is; undefined = it tells none apart. */
  serving(service: RoutedService): Promise<StringMap | undefined>;
  /**
   * Gives the service up. All traffic goes to stable, pinned where stable has labels; where it has none, what Serin wrote
   * goes away. Idempotent: `same` when nothing had to be written.
   */
  remove(split: TrafficSplit): Promise<'changed' | 'same'>;
  /** Kinds of the objects that carry splits. */
  readonly kinds: readonly string[];
  /** Is this one of the objects that carry the split? So that whoever changes it is noticed at once. */
  carries(object: KubeObject, service: RoutedService): boolean;
}

/** How far the proxies are: the newest store version that all of them run. */
export interface MeshProgress {
  acknowledged(): Promise<string | undefined>;
}
