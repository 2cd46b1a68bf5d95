/** What a Service was given for its old type goes with the type. */
import { isList, isObject, valueAt } from '../../../core/model/json.ts';
import type { JsonObject } from '../../../core/model/json.ts';
import type { KubeObject } from '../../../core/model/meta.ts';

/**
 * A Service that stops being a NodePort loses the ports that it had, and one that becomes an ExternalName its address,
 * unless the change itself sets them. Other objects are given back as they are.
 * Source: kubernetes/pkg/registry/core/service, dropTypeDependentFields.
 */
export function withoutOldType<T extends object>(live: KubeObject, next: T): T {
  const [before, spec] = [valueAt(live, 'spec'), valueAt(next, 'spec')];
  if (live.kind !== 'Service' || !isObject(before) || !isObject(spec)) return next;
  let kept: JsonObject = spec;
  if (opensNodePorts(before) && !opensNodePorts(spec)) kept = withoutNodePorts(kept, nodePortsOf(before));
  if (before['type'] !== 'ExternalName' && spec['type'] === 'ExternalName') kept = withoutAddress(kept, before);
  return kept === spec ? next : { ...next, spec: kept };
}

function opensNodePorts(spec: JsonObject): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
}

function portsOf(spec: JsonObject): readonly unknown[] {
  const ports = spec['ports'];
  return isList(ports) ? ports : [];
}

function nodePortsOf(spec: JsonObject): ReadonlySet<unknown> {
  return new Set(portsOf(spec).map((port) => valueAt(port, 'nodePort')));
}

function withoutNodePorts(spec: JsonObject, had: ReadonlySet<unknown>): JsonObject {
  const ports = portsOf(spec).map((port) => {
    if (!isObject(port) || !had.has(port['nodePort'])) return port;
    const { nodePort: _gone, ...others } = port;
    return others;
  });
  return { ...spec, ports };
}

function withoutAddress(spec: JsonObject, before: JsonObject): JsonObject {
  if (spec['clusterIP'] !== before['clusterIP']) return spec;
  const { clusterIP: _address, clusterIPs: _addresses, ...others } = spec;
  return others;
}
