/**
 * What is meant where a field is left out. Readers ask here; the defaults are not written into the user's objects, so that
 * `get -o yaml` shows what was applied. Values: Kubernetes API reference.
 */
import type { Container, PodSpec, Probe } from './pod.ts';
import type { ServicePort, ServiceSpec } from './service.ts';
import type { DeploymentSpec, DeploymentStrategy } from './workload.ts';

export type DefaultedDeployment = Required<Omit<DeploymentSpec, 'strategy'>> & {
  readonly strategy: Required<Pick<DeploymentStrategy, 'type'>> & DeploymentStrategy;
};

/** RollingUpdate 25 % / 25 %, one replica, 600 s to make progress, ten old revisions. */
export function deploymentDefaults(spec: DeploymentSpec): DefaultedDeployment {
  const type = spec.strategy?.type ?? 'RollingUpdate';
  const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%', ...spec.strategy?.rollingUpdate };
  return {
    replicas: 1,
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    paused: false,
    ...spec,
    strategy: type === 'Recreate' ? { type } : { type, rollingUpdate },
  };
}

type ProbeTiming = 'initialDelaySeconds' | 'periodSeconds' | 'timeoutSeconds' | 'successThreshold' | 'failureThreshold';
export type DefaultedProbe = Probe & Required<Pick<Probe, ProbeTiming>>;

/** Seconds: period 10, timeout 1; one success, three failures. A period or timeout of 0 means the default too. */
export function probeDefaults(probe: Probe): DefaultedProbe {
  return {
    ...probe,
    initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    periodSeconds: probe.periodSeconds || 10,
    timeoutSeconds: probe.timeoutSeconds || 1,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

export type DefaultedPod = PodSpec & Required<Pick<PodSpec, 'restartPolicy' | 'terminationGracePeriodSeconds'>>;

/** Always restarted, 30 s to end, TCP ports, probes with their timing. */
export function podDefaults(spec: PodSpec): DefaultedPod {
  const containers = spec.containers.map(containerDefaults);
  const defaults = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } as const;
  if (spec.initContainers === undefined) return { ...defaults, ...spec, containers };
  return { ...defaults, ...spec, containers, initContainers: spec.initContainers.map(containerDefaults) };
}

function containerDefaults(container: Container): Container {
  const { ports, livenessProbe, readinessProbe, startupProbe } = container;
  return {
    ...container,
    ...(ports === undefined ? {} : { ports: ports.map((port) => ({ protocol: 'TCP', ...port }) as const) }),
    ...(livenessProbe === undefined ? {} : { livenessProbe: probeDefaults(livenessProbe) }),
    ...(readinessProbe === undefined ? {} : { readinessProbe: probeDefaults(readinessProbe) }),
    ...(startupProbe === undefined ? {} : { startupProbe: probeDefaults(startupProbe) }),
  };
}

export type DefaultedPort = ServicePort & Required<Pick<ServicePort, 'targetPort' | 'protocol'>>;
export type DefaultedService = ServiceSpec &
  Required<Pick<ServiceSpec, 'type' | 'sessionAffinity'>> & { readonly ports: readonly DefaultedPort[] };

/** A ClusterIP on TCP ports that stand for the same port of the pod. */
export function serviceDefaults(spec: ServiceSpec): DefaultedService {
  const ports = (spec.ports ?? []).map((port) => ({ targetPort: port.port, protocol: 'TCP', ...port }) as const);
  return { type: 'ClusterIP', sessionAffinity: 'None', ...spec, ports };
}
