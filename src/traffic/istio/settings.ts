/** `spec.traffic.istio` of a Release. */
import type { TrafficSplit } from '../../ports/traffic.ts';

export interface IstioSettings {
  /** Absent: a VirtualService of Serin's own, named after the Service. */
  readonly virtualService?: { readonly name: string; readonly routes?: readonly string[] };
  readonly destinationRule?: { readonly name: string };
}

/** The store checked the shape when the Release was written. */
export function istioSettings(split: Pick<TrafficSplit, 'settings'>): IstioSettings {
  return split.settings;
}

/** Name of the rule in a VirtualService of Serin's own. */
export const OWN_ROUTE = 'serin';
