/** What one machine keeps but cannot honour, said when it is applied. */
import { isList, isObject, valueAt } from '../../../core/model/json.ts';
import type { NewObject } from '../../../core/model/meta.ts';
import type { Message } from '../../../texts/catalogue.ts';

/** Fields without effect here, with the values that ask for nothing: files that were exported state the defaults. */
type Ignored = Readonly<Record<string, readonly unknown[]>>;

const podFields: Ignored = {
  activeDeadlineSeconds: [],
  affinity: [],
  dnsConfig: [],
  dnsPolicy: ['ClusterFirst', 'Default'],
  ephemeralContainers: [],
  hostAliases: [],
  hostIPC: [],
  hostNetwork: [],
  hostPID: [],
  hostUsers: [true],
  hostname: [],
  imagePullSecrets: [],
  nodeName: [],
  nodeSelector: [],
  overhead: [],
  priority: [0],
  priorityClassName: [],
  readinessGates: [],
  resourceClaims: [],
  resources: [],
  runtimeClassName: [],
  schedulerName: ['default-scheduler'],
  schedulingGates: [],
  schedulingGroup: [],
  securityContext: [],
  setHostnameAsFQDN: [],
  shareProcessNamespace: [],
  subdomain: [],
  tolerations: [],
  topologySpreadConstraints: [],
};
const containerFields: Ignored = {
  resizePolicy: [],
  resources: [],
  restartPolicy: [],
  restartPolicyRules: [],
  securityContext: [],
  stdin: [],
  tty: [],
  volumeDevices: [],
};
const lifecycleFields: Ignored = { stopSignal: ['SIGTERM'] };
const serviceFields: Ignored = {
  externalIPs: [],
  externalTrafficPolicy: ['Cluster'],
  healthCheckNodePort: [0],
  internalTrafficPolicy: ['Cluster'],
  ipFamilyPolicy: ['SingleStack', 'PreferDualStack'],
  loadBalancerClass: [],
  loadBalancerIP: [],
  loadBalancerSourceRanges: [],
  sessionAffinity: ['None'],
  trafficDistribution: [],
};
const honouredVolumes = ['name', 'emptyDir', 'configMap', 'secret', 'hostPath'];

/** One notice that names all such fields, or none. */
export function unenforced(object: NewObject): readonly Message[] {
  const spec = valueAt(object, 'spec');
  const fields = object.kind === 'Service' ? serviceIgnored(spec) : podIgnored(podSpecOf(object));
  const names = [...new Set(fields)];
  return names.length === 0 ? [] : [{ key: 'manifest.notEnforced', params: { fields: names.join(', ') } }];
}

function podSpecOf(object: NewObject): unknown {
  const spec = valueAt(object, 'spec');
  return object.kind === 'Pod' ? spec : valueAt(valueAt(spec, 'template'), 'spec');
}

function podIgnored(spec: unknown): readonly string[] {
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    itemsOf(valueAt(spec, list)).flatMap((container) => [
      ...asking(container, containerFields, `${list}.`),
      ...asking(valueAt(container, 'lifecycle'), lifecycleFields, `${list}.lifecycle.`),
    ]),
  );
  const volumes = itemsOf(valueAt(spec, 'volumes')).flatMap((volume) =>
    Object.keys(isObject(volume) ? volume : {})
      .filter((field) => !honouredVolumes.includes(field))
      .map((field) => `volumes.${field}`),
  );
  return [...asking(spec, podFields), ...containers, ...volumes];
}

function serviceIgnored(spec: unknown): readonly string[] {
  const families = itemsOf(valueAt(spec, 'ipFamilies'));
  const others = itemsOf(valueAt(spec, 'ports')).map((port) => valueAt(port, 'protocol') ?? 'TCP');
  return [
    ...asking(spec, serviceFields),
    ...(families.includes('IPv6') ? ['ipFamilies'] : []),
    ...(others.some((protocol) => protocol !== 'TCP') ? ['ports.protocol'] : []),
  ];
}

function asking(value: unknown, fields: Ignored, prefix = ''): readonly string[] {
  return Object.entries(fields)
    .filter(([field, harmless]) => isAsking(valueAt(value, field)) && !harmless.includes(valueAt(value, field)))
    .map(([field]) => `${prefix}${field}`);
}

function itemsOf(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

/** An empty map or list asks for nothing. */
function isAsking(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length > 0;
  return isList(value) ? value.length > 0 : value !== undefined && value !== false;
}
