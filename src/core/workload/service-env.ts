import type { Service } from '../model/service.ts';

/** Where a pod reaches a service: an address of its own for it, and the ports in use by the Service's port numbers. */
export interface ReachableService {
  readonly service: Service;
  readonly address: string;
  readonly ports: Readonly<Record<number, number>>;
}

/** `my-svc.v1` becomes `MY_SVC_V1`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/**
 * The variables that a kubelet injects for one Service (`X_SERVICE_HOST`, `X_SERVICE_PORT[_NAME]`, docker links `X_PORT_…`),
 * plus `X_HOSTNAME`. Names carry the Service's port number, values the port in use.
 * Source: kubernetes/pkg/kubelet/envvars.
 */
export function serviceVariables(reachable: ReachableService): Readonly<Record<string, string>> {
  const prefix = variableName(reachable.service.metadata.name);
  const variables: Record<string, string> = { [`${prefix}_HOSTNAME`]: reachable.address };
  const [first, ...others] = reachable.service.spec.ports ?? [];
  if (first === undefined) return variables;
  const inUse = (port: number): string => String(reachable.ports[port] ?? port);
  const url = (port: number, protocol: string): string => `${protocol}://${reachable.address}:${inUse(port)}`;
  variables[`${prefix}_SERVICE_HOST`] = reachable.address;
  variables[`${prefix}_SERVICE_PORT`] = inUse(first.port);
  variables[`${prefix}_PORT`] = url(first.port, (first.protocol ?? 'TCP').toLowerCase());
  for (const { name, port, protocol = 'TCP' } of [first, ...others]) {
    if (name !== undefined && name !== '') variables[`${prefix}_SERVICE_PORT_${variableName(name)}`] = inUse(port);
    const link = `${prefix}_PORT_${port}_${protocol}`;
    variables[link] = url(port, protocol.toLowerCase());
    variables[`${link}_PROTO`] = protocol.toLowerCase();
    variables[`${link}_PORT`] = inUse(port);
    variables[`${link}_ADDR`] = reachable.address;
  }
  return variables;
}

/** Whether a Service has an address that variables can name: not headless, no alias. */
export function hasClusterAddress(service: Service): boolean {
  return service.spec.clusterIP !== 'None' && service.spec.type !== 'ExternalName';
}
