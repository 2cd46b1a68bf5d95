/** Columns of Kubernetes' own kinds: the same as kubectl's, so that what articles show is what people see. */
import type { KubeObject, LabelSelector } from '../../core/model/meta.ts';
import { selectorText } from '../../core/model/selector-text.ts';
import type { ConfigMap, Event, Namespace, Secret } from '../../core/model/plain.ts';
import type { Pod, PodTemplate } from '../../core/model/pod.ts';
import type { EndpointSlice, Service } from '../../core/model/service.ts';
import type { Deployment, ReplicaSet } from '../../core/model/workload.ts';
import { sayWording } from '../../texts/catalogue.ts';
import { age } from '../render/age.ts';
import type { Column } from './column.ts';
import { mapText, NONE, textOrNone } from './column.ts';
import { podReady, podRestarts, podStatus } from './pod-state.ts';

export const nameColumn: Column<KubeObject> = { header: 'NAME', cell: ({ metadata }) => metadata.name };
export const ageColumn: Column<KubeObject> = {
  header: 'AGE',
  cell: ({ metadata }, now) => age(metadata.creationTimestamp, now),
};

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  { header: 'READY', cell: podReady },
  { header: 'STATUS', cell: podStatus },
  { header: 'RESTARTS', cell: podRestarts },
  ageColumn,
  { header: 'IP', wide: true, cell: ({ status }) => textOrNone(status?.podIP) },
  { header: 'NODE', wide: true, cell: ({ status }) => textOrNone(status?.hostIP) },
  { header: 'NOMINATED NODE', wide: true, cell: () => NONE },
  { header: 'READINESS GATES', wide: true, cell: () => NONE },
];

function templateColumns<
  T extends KubeObject & { readonly spec: { template: PodTemplate; selector: LabelSelector } },
>(): readonly Column<T>[] {
  return [
    {
      header: 'CONTAINERS',
      wide: true,
      cell: ({ spec }) => spec.template.spec.containers.map(({ name }) => name).join(','),
    },
    {
      header: 'IMAGES',
      wide: true,
      cell: ({ spec }) => spec.template.spec.containers.map(({ image }) => image ?? '').join(','),
    },
    { header: 'SELECTOR', wide: true, cell: ({ spec }) => textOrNone(selectorText(spec.selector)) },
  ];
}

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  { header: 'READY', cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}` },
  { header: 'UP-TO-DATE', cell: ({ status }) => String(status?.updatedReplicas ?? 0) },
  { header: 'AVAILABLE', cell: ({ status }) => String(status?.availableReplicas ?? 0) },
  ageColumn,
  ...templateColumns<Deployment>(),
];

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  { header: 'DESIRED', cell: ({ spec }) => String(spec.replicas ?? 1) },
  { header: 'CURRENT', cell: ({ status }) => String(status?.replicas ?? 0) },
  { header: 'READY', cell: ({ status }) => String(status?.readyReplicas ?? 0) },
  ageColumn,
  ...templateColumns<ReplicaSet>(),
];

function externalAddress({ spec, status }: Service): string {
  const given = spec.externalIPs?.join(',');
  if (spec.type === 'ExternalName') return textOrNone(spec.externalName);
  if (spec.type !== 'LoadBalancer') return textOrNone(given);
  const ingress = status?.loadBalancer?.ingress?.map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
  return ingress ?? given ?? '<pending>';
}

function servicePorts({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(({ port, nodePort, protocol }) => {
    const both = nodePort === undefined ? String(port) : `${port}:${nodePort}`;
    return `${both}/${protocol ?? 'TCP'}`;
  });
  return textOrNone(ports.join(','));
}

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  { header: 'TYPE', cell: ({ spec }) => spec.type ?? 'ClusterIP' },
  { header: 'CLUSTER-IP', cell: ({ spec }) => textOrNone(spec.clusterIP) },
  { header: 'EXTERNAL-IP', cell: externalAddress },
  { header: 'PORT(S)', cell: servicePorts },
  ageColumn,
  { header: 'SELECTOR', wide: true, cell: ({ spec }) => mapText(spec.selector) },
];

/** At most three, as kubectl. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 3).join(',');
  return textOrNone(items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown);
}

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  { header: 'ADDRESSTYPE', cell: ({ addressType }) => addressType },
  { header: 'PORTS', cell: ({ ports }) => some(ports.map(({ port }) => String(port))) },
  { header: 'ENDPOINTS', cell: ({ endpoints }) => some(endpoints.flatMap(({ addresses }) => addresses)) },
  ageColumn,
];

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  {
    header: 'DATA',
    cell: ({ data, binaryData }) => String(Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length),
  },
  ageColumn,
];

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  { header: 'TYPE', cell: ({ type }) => type ?? 'Opaque' },
  { header: 'DATA', cell: ({ data }) => String(Object.keys(data ?? {}).length) },
  ageColumn,
];

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  {
    header: 'STATUS',
    cell: ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Active') : 'Terminating',
  },
  ageColumn,
];

export const eventColumns: readonly Column<Event>[] = [
  { header: 'LAST SEEN', cell: ({ lastTimestamp }, now) => age(lastTimestamp, now) },
  { header: 'TYPE', cell: ({ type }) => type },
  { header: 'REASON', cell: ({ reason }) => reason },
  { header: 'OBJECT', cell: ({ involvedObject: { kind, name } }) => `${kind.toLowerCase()}/${name}` },
  { header: 'SUBOBJECT', wide: true, cell: () => '' },
  { header: 'SOURCE', wide: true, cell: ({ source }) => textOrNone(source?.component) },
  { header: 'MESSAGE', cell: (event, _now, language) => sayWording(language, event).trim() },
  { header: 'FIRST SEEN', wide: true, cell: ({ firstTimestamp }, now) => age(firstTimestamp, now) },
  { header: 'COUNT', wide: true, cell: ({ count }) => String(count) },
  { header: 'NAME', wide: true, cell: ({ metadata }) => metadata.name },
];
