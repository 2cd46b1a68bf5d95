/** Splits and objects for tests of the provider. */
import type { DestinationRule, DestinationRuleSpec } from '../../core/model/destination-rule.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { VirtualService, VirtualServiceSpec } from '../../core/model/virtual-service.ts';
import type { TrafficSplit } from '../../ports/traffic.ts';

const arm = (version: string): TrafficSplit['stable'] => ({ version, labels: { version } });

/** Release `reviews` of service `reviews`, stable v1. Without a candidate: an abort. */
export function splitOf(candidate?: string, weight = 0, more: Partial<TrafficSplit> = {}): TrafficSplit {
  return {
    release: { kind: 'Release', namespace: 'default', name: 'reviews' },
    service: 'reviews',
    namespace: 'default',
    stable: arm('v1'),
    ...(candidate === undefined ? {} : { candidate: arm(candidate) }),
    candidateWeight: weight,
    settings: {},
    ...more,
  };
}

export function newVs(name: string, spec: VirtualServiceSpec): NewObject<VirtualService> {
  const apiVersion = 'networking.istio.io/v1';
  return { apiVersion, kind: 'VirtualService', metadata: { name, namespace: 'default' }, spec };
}

export function newDr(name: string, spec: DestinationRuleSpec): NewObject<DestinationRule> {
  const apiVersion = 'networking.istio.io/v1';
  return { apiVersion, kind: 'DestinationRule', metadata: { name, namespace: 'default' }, spec };
}
