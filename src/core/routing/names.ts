/** Names as Istio resolves and compares them (istio `pkg/config/host`, `ResolveShortnameToFQDN`, `resolveGatewayName`). */

/** The gateway name that stands for every sidecar. */
export const MESH = 'mesh';

/** FQDN of a Service. */
export function serviceHost(name: string, namespace: string, domain: string): string {
  return `${name}.${namespace}.svc.${domain}`;
}

/** A name without any dot belongs to the namespace of its object; everything else is complete as it stands. */
export function fullHost(host: string, namespace: string, domain: string): string {
  return host === '*' || host.includes('.') || host.includes(':') ? host : serviceHost(host, namespace, domain);
}

/** `namespace/name` of a gateway reference: `gw`, `ns/gw`, `./gw`, the old `gw.ns.svc…`; `mesh` stays. */
export function fullGateway(reference: string, namespace: string): string {
  if (reference === MESH) return MESH;
  const slash = reference.indexOf('/');
  if (slash >= 0) return reference.startsWith('./') ? `${namespace}${reference.slice(1)}` : reference;
  const [name, owner] = reference.split('.');
  return owner === undefined ? `${namespace}/${reference}` : `${owner}/${name ?? ''}`;
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** True where every name that `host` stands for is one that `other` stands for. Pure suffix test on `*` names. */
export function isSubset(host: string, other: string): boolean {
  if (!isWildcard(other)) return host === other;
  const suffix = other.slice(1);
  if (!isWildcard(host)) return host.endsWith(suffix);
  return host.length >= other.length && host.endsWith(suffix);
}

/** The more specific name of each pair that has something in common, each once. */
export function intersection(hosts: readonly string[], others: readonly string[]): readonly string[] {
  const result = new Set<string>();
  for (const host of hosts) {
    for (const other of others) {
      if (isSubset(host, other)) result.add(host);
      else if (isSubset(other, host)) result.add(other);
    }
  }
  return [...result];
}

/** Host part of a Gateway server's `hosts` entry where the VirtualService's namespace may use it. */
export function serverHostFor(entry: string, gatewayNamespace: string, namespace: string): string | undefined {
  const slash = entry.indexOf('/');
  if (slash < 0) return entry;
  const owner = entry.slice(0, slash);
  const wanted = owner === '.' ? gatewayNamespace : owner;
  return wanted === '*' || wanted === namespace ? entry.slice(slash + 1) : undefined;
}

/** Host part of a Gateway server's `hosts` entry, whoever may use it. */
export function serverHost(entry: string): string {
  return entry.slice(entry.indexOf('/') + 1);
}

/** How an object is visible from a namespace; earlier kinds are looked at first (istio `SelectVirtualServices`). */
export type Visibility = 'private' | 'named' | 'public' | 'hidden';

/** `exportTo` of an object of `owner`, seen from `viewer`. Absent or empty = everywhere. */
export function visibility(exportTo: readonly string[] | undefined, owner: string, viewer: string): Visibility {
  if (exportTo === undefined || exportTo.length === 0 || exportTo.includes('*')) return 'public';
  if (viewer === owner && (exportTo.includes('.') || exportTo.includes(owner))) return 'private';
  return exportTo.includes(viewer) ? 'named' : 'hidden';
}

/**
 * Domains of a Service or host seen from a namespace of the same cluster: the name, the name with a trailing dot and, for a
 * Service, its short forms (`name` only from its own namespace).
 */
export function domainsOf(host: string, viewer: string): readonly string[] {
  const domains = [host, `${host}.`];
  const svc = host.indexOf('.svc.');
  const dot = host.indexOf('.');
  if (svc <= 0 || dot + 1 > svc) return domains;
  if (host.slice(dot + 1, svc) === viewer) domains.push(host.slice(0, dot));
  domains.push(`${host.slice(0, svc)}.svc`, host.slice(0, svc));
  return domains;
}
