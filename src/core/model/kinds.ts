/** Every kind that Serin reads or stores: its names as kubectl knows them and its spellings over time. */
import type { KubeObject, ObjectRef } from './meta.ts';

export interface KindNames {
  readonly kind: string;
  readonly plural: string;
  /** Further names for the command line. */
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** The spelling in which objects are stored. */
  readonly apiVersion: string;
  /** Older or equal spellings, accepted and upgraded. */
  readonly otherVersions: readonly string[];
}

const istio: Pick<KindNames, 'namespaced' | 'apiVersion' | 'otherVersions'> = {
  namespaced: true,
  apiVersion: 'networking.istio.io/v1',
  otherVersions: ['networking.istio.io/v1beta1', 'networking.istio.io/v1alpha3'],
};
const serin: Pick<KindNames, 'namespaced' | 'apiVersion' | 'otherVersions'> = {
  namespaced: true,
  apiVersion: 'serin.dev/v1alpha1',
  otherVersions: [],
};
const plain: Pick<KindNames, 'namespaced' | 'apiVersion' | 'otherVersions'> = {
  namespaced: true,
  apiVersion: 'v1',
  otherVersions: [],
};

const apps = ['apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'];

export const kinds: readonly KindNames[] = [
  { ...plain, kind: 'Namespace', plural: 'namespaces', shortNames: ['ns'], namespaced: false },
  { ...plain, kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'] },
  { ...plain, kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
  { ...plain, kind: 'Secret', plural: 'secrets', shortNames: [] },
  { ...plain, kind: 'Service', plural: 'services', shortNames: ['svc'] },
  { ...plain, kind: 'Pod', plural: 'pods', shortNames: ['po'] },
  { ...plain, kind: 'Event', plural: 'events', shortNames: ['ev'] },
  {
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    shortNames: ['ep', 'endpoints'],
    namespaced: true,
    apiVersion: 'discovery.k8s.io/v1',
    otherVersions: ['discovery.k8s.io/v1beta1'],
  },
  {
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    namespaced: true,
    apiVersion: 'apps/v1',
    otherVersions: apps,
  },
  {
    kind: 'ReplicaSet',
    plural: 'replicasets',
    shortNames: ['rs'],
    namespaced: true,
    apiVersion: 'apps/v1',
    otherVersions: apps,
  },
  { ...istio, kind: 'Gateway', plural: 'gateways', shortNames: ['gw'] },
  { ...istio, kind: 'VirtualService', plural: 'virtualservices', shortNames: ['vs'] },
  { ...istio, kind: 'DestinationRule', plural: 'destinationrules', shortNames: ['dr'] },
  { ...serin, kind: 'Release', plural: 'releases', shortNames: ['rel'] },
  { ...serin, kind: 'Run', plural: 'runs', shortNames: [] },
  { ...serin, kind: 'Command', plural: 'commands', shortNames: ['cmd'] },
];

const byKind: ReadonlyMap<string, KindNames> = new Map(kinds.map((names) => [names.kind, names]));

/** By the exact kind, e.g. `Deployment`. */
export function kindNamed(kind: string): KindNames | undefined {
  return byKind.get(kind);
}

/** By any word that kubectl takes: `po`, `pod`, `pods`, `Pod`, `deployment.apps`, `deployments.v1.apps`. */
export function kindForWord(word: string): KindNames | undefined {
  const [name = '', ...group] = word.toLowerCase().split('.');
  return kinds.find((names) => {
    const isNamed = [names.kind.toLowerCase(), names.plural, ...names.shortNames].includes(name);
    return isNamed && (group.length === 0 || isGroup(group.join('.'), groupOf(names.apiVersion)));
  });
}

function isGroup(written: string, group: string): boolean {
  return group !== '' && (written === group || written.endsWith(`.${group}`));
}

/** `apps` of `apps/v1`; empty for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** As kubectl prints it: `deployment.apps/reviews-v1`, `service/reviews`. */
export function printedName(object: { readonly kind: string; readonly metadata: { readonly name: string } }): string {
  const group = groupOf(kindNamed(object.kind)?.apiVersion ?? '');
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name}`;
}

/** As sentences name it: `Deployment default/reviews-v1`. */
export function objectName(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

export const DEFAULT_NAMESPACE = 'default';

/** Where an object stands. A namespaced object without a namespace stands in `default`. */
export function refOf(object: {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}): ObjectRef {
  return normalRef({
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  });
}

export function normalRef(ref: ObjectRef): ObjectRef {
  const isNamespaced = kindNamed(ref.kind)?.namespaced ?? true;
  if (!isNamespaced) return { kind: ref.kind, namespace: '', name: ref.name };
  return { kind: ref.kind, namespace: ref.namespace === '' ? DEFAULT_NAMESPACE : ref.namespace, name: ref.name };
}

/** Text that is the same for two refs exactly when they name the same object. */
export function refKey(ref: ObjectRef): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** True where the object is on its way out. */
export function isEnding(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
