import type { Container, PodSpec, Probe } from '../model/pod.ts';
import type { Service } from '../model/service.ts';

/**
 * Container ports of a pod that need a real port, in order: declared TCP ports first, then numbered ports that only a
 * probe, a hook or a Service names (Kubernetes lets `ports` be left out).
 */
export function nominalPorts(spec: PodSpec, services: readonly Service[]): readonly number[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const declared = containers.flatMap(tcpPorts);
  const probed = containers.flatMap((container) => [
    ...[container.startupProbe, container.livenessProbe, container.readinessProbe].flatMap(probePorts),
    container.lifecycle?.postStart?.httpGet?.port,
    container.lifecycle?.preStop?.httpGet?.port,
  ]);
  const targeted = services.flatMap((service) =>
    (service.spec.ports ?? [])
      .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
      .map(({ targetPort, port }) => targetPort ?? port),
  );
  const numbers = [...declared, ...probed, ...targeted].filter((port) => typeof port === 'number');
  return [...new Set(numbers)].filter((port) => port > 0);
}

/** Declared TCP ports of one container. */
export function tcpPorts(container: Container): readonly number[] {
  return (container.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP').map((port) => port.containerPort);
}

function probePorts(probe: Probe | undefined): readonly (number | string | undefined)[] {
  return [probe?.httpGet?.port, probe?.tcpSocket?.port, probe?.grpc?.port];
}

/** Container port behind a number or a name; undefined where no port of the pod has that name. */
export function nominalPort(spec: PodSpec, port: number | string): number | undefined {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  for (const container of spec.containers) {
    const found = container.ports?.find(({ name }) => name === port);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}
