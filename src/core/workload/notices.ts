import type { Container, PodSpec, Volume } from '../model/pod.ts';
import type { Message } from '../../texts/catalogue.ts';

/** Fields of a pod spec that mean something here, or whose absence of meaning harms nobody. */
const harmless: ReadonlySet<string> = new Set([
  'containers',
  'initContainers',
  'volumes',
  'restartPolicy',
  'terminationGracePeriodSeconds',
  'serviceAccountName',
  'serviceAccount',
  'automountServiceAccountToken',
  'dnsPolicy',
  'nodeName',
  'schedulerName',
  'enableServiceLinks',
  'imagePullSecrets',
  'priorityClassName',
  'hostname',
  'securityContext',
]);

/** What a pod asks for and one machine cannot give: one sentence each, in the order of the manifest. */
export function podNotices(spec: PodSpec): readonly Message[] {
  const ignored = Object.keys(spec).filter((field) => !harmless.has(field) && isSet(spec[field]));
  return [
    ...(ignored.length === 0
      ? []
      : [{ key: 'workload.fieldsIgnored', params: { fields: ignored.join(', ') } } as const]),
    ...(isSet(spec['securityContext']) ? [{ key: 'workload.securityIgnored', params: { where: 'pod' } } as const] : []),
    ...(spec.volumes ?? []).flatMap(volumeNotices),
    ...[...(spec.initContainers ?? []), ...spec.containers].flatMap(containerNotices),
  ];
}

function volumeNotices(volume: Volume): readonly Message[] {
  if (volume.hostPath !== undefined) {
    return [{ key: 'workload.hostPathIgnored', params: { volume: volume.name, path: volume.hostPath.path } }];
  }
  if (volume.configMap ?? volume.secret ?? volume.emptyDir) return [];
  return [{ key: 'workload.volumeUnsupported', params: { volume: volume.name } }];
}

function containerNotices(container: Container): readonly Message[] {
  const { name } = container;
  const ports = (container.ports ?? []).flatMap(({ protocol = 'TCP', containerPort, hostPort }): readonly Message[] => [
    ...(protocol === 'TCP'
      ? []
      : [{ key: 'workload.protocolIgnored', params: { container: name, protocol, port: containerPort } } as const]),
    ...(hostPort === undefined
      ? []
      : [{ key: 'workload.hostPortIgnored', params: { container: name, port: hostPort } } as const]),
  ]);
  return [
    ...(isSet(container.resources) ? [{ key: 'workload.limitsIgnored', params: { container: name } } as const] : []),
    ...(isSet(container.securityContext)
      ? [{ key: 'workload.securityIgnored', params: { where: `container ${name}` } } as const]
      : []),
    ...(container.stdin === true || container.tty === true
      ? [{ key: 'workload.ttyIgnored', params: { container: name } } as const]
      : []),
    ...ports,
  ];
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
