import { availableParallelism, totalmem } from 'node:os';
import type { KubeObject } from '../../../core/model/meta.ts';
import type { ConfigMap, Secret } from '../../../core/model/plain.ts';
import type { Container, EnvFromSource, EnvVar, Pod } from '../../../core/model/pod.ts';
import { expand } from '../../../core/workload/expand.ts';
import type { PodFacts } from '../../../core/workload/field-ref.ts';
import { fieldValue, resourceValue } from '../../../core/workload/field-ref.ts';
import { parseImage } from '../../../core/workload/image-match.ts';
import { tcpPorts } from '../../../core/workload/pod-ports.ts';
import type { ReachableService } from '../../../core/workload/service-env.ts';
import { serviceVariables, variableName } from '../../../core/workload/service-env.ts';
import type { AddressGrant } from '../../../ports/addresses.ts';
import type { Message } from '../../../texts/catalogue.ts';

export type Variables = Readonly<Record<string, string>>;

export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly facts: PodFacts;
  readonly grant: AddressGrant;
  /** All services of the namespace as this workload reaches them. */
  readonly services: readonly ReachableService[];
  /** Absent: no forward proxy. */
  readonly proxyUrl?: string;
  /** Folder of each volume. */
  readonly volumes: Variables;
  readonly imageEnv: Variables;
  /** Of Serin's own environment. */
  readonly inherited: Variables;
  readonly find: (kind: 'ConfigMap' | 'Secret', name: string) => KubeObject | undefined;
}

export type Environment =
  | { readonly kind: 'ready'; readonly variables: Variables; readonly notices: readonly Message[] }
  /** Something it needs is not there (yet): `CreateContainerConfigError`. */
  | { readonly kind: 'missing'; readonly message: Message };

/**
 * Environment of a container. Weakest first: what Serin inherits, service variables, injected ones, the image's of
 * `serin.yaml`, `envFrom`, `env`. `$(NAME)` in `env` sees what stands before it, then the injected ones.
 * Source: kubernetes/pkg/kubelet, makeEnvironmentVariables.
 */
export function containerEnvironment(input: EnvironmentInput): Environment {
  const services: Variables = Object.assign({}, ...input.services.map(serviceVariables));
  const injected = { ...services, ...injectedVariables(input) };
  const image: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.imageEnv)) {
    image[name] = expand(value, (wanted) => image[wanted] ?? injected[wanted]);
  }
  const given = { ...injected, ...image };
  const own: Own = { variables: {}, notices: [], missing: undefined };
  for (const source of input.container.envFrom ?? []) takeAll(own, source, input);
  for (const variable of input.container.env ?? []) takeOne(own, variable, { input, given });
  if (own.missing !== undefined) return { kind: 'missing', message: own.missing };
  return {
    kind: 'ready',
    variables: { ...input.inherited, ...given, ...realPort(own, input) },
    notices: own.notices,
  };
}

interface Own {
  readonly variables: Record<string, string>;
  readonly notices: Message[];
  missing: Message | undefined;
}

function injectedVariables({ pod, container, facts, grant, proxyUrl, volumes, services }: EnvironmentInput): Variables {
  const variables: Record<string, string> = { HOSTNAME: pod.metadata.name, POD_IP: facts.podIP };
  for (const [nominal, real] of Object.entries(grant.ports)) variables[`PORT_${nominal}`] = String(real);
  const first = tcpPorts(container)[0] ?? Object.keys(grant.ports)[0];
  const real = first === undefined ? undefined : grant.ports[Number(first)];
  if (real !== undefined) variables['PORT'] = String(real);
  if (container.image !== undefined) {
    const { name, tag } = parseImage(container.image);
    variables['IMAGE_NAME'] = name;
    variables['IMAGE_TAG'] = tag;
  }
  for (const [name, folder] of Object.entries(volumes)) variables[`VOLUME_${variableName(name)}`] = folder;
  if (proxyUrl !== undefined) Object.assign(variables, proxyVariables(proxyUrl, services));
  return variables;
}

/** Addresses on this machine need no names; clients differ in whether they know ranges, so all spellings are given. */
function proxyVariables(url: string, services: readonly ReachableService[]): Variables {
  const direct = [
    'localhost',
    '127.0.0.1',
    '::1',
    '127.0.0.0/8',
    '127.0.0.1-127.255.255.255',
    ...services.map(({ address }) => address),
  ].join(',');
  return { http_proxy: url, HTTP_PROXY: url, no_proxy: direct, NO_PROXY: direct, NODE_USE_ENV_PROXY: '1' };
}

/**
 * Manifests often repeat the container port in `PORT`. Here the port differs per pod, so a `PORT` that equals a container
 * port becomes the real one, and a notice says so.
 */
function realPort(own: Own, { container, grant }: EnvironmentInput): Variables {
  const nominal = own.variables['PORT'];
  const real = nominal === undefined ? undefined : grant.ports[Number(nominal)];
  if (nominal === undefined || real === undefined) return own.variables;
  own.notices.push({ key: 'workload.portRewritten', params: { container: container.name, nominal, real } });
  return { ...own.variables, PORT: String(real) };
}

const ENV_NAME = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/;

function takeAll(own: Own, source: EnvFromSource, { find }: EnvironmentInput): void {
  const kind = source.configMapRef ? 'ConfigMap' : 'Secret';
  const reference = source.configMapRef ?? source.secretRef;
  if (reference === undefined) return;
  const object = find(kind, reference.name);
  if (object === undefined) {
    if (reference.optional !== true) {
      own.missing ??= { key: 'workload.missingMap', params: { kind, name: reference.name } };
    }
    return;
  }
  for (const [entry, value] of Object.entries(textEntries(object))) {
    const name = `${source.prefix ?? ''}${entry}`;
    if (ENV_NAME.test(name)) own.variables[name] = value;
    else own.notices.push({ key: 'workload.invalidEnvName', params: { kind, name: reference.name, entry: name } });
  }
}

function takeOne(own: Own, variable: EnvVar, { input, given }: { input: EnvironmentInput; given: Variables }): void {
  if (variable.valueFrom === undefined || (variable.value !== undefined && variable.value !== '')) {
    own.variables[variable.name] = expand(variable.value ?? '', (name) => own.variables[name] ?? given[name]);
    return;
  }
  const value = sourcedValue(own, variable, input);
  if (value !== undefined) own.variables[variable.name] = value;
}

function sourcedValue(own: Own, { name, valueFrom }: EnvVar, input: EnvironmentInput): string | undefined {
  if (valueFrom?.fieldRef) {
    const path = valueFrom.fieldRef.fieldPath;
    const value = fieldValue(input.pod, path, input.facts);
    if (value === undefined) own.missing ??= { key: 'workload.unknownField', params: { path } };
    return value;
  }
  if (valueFrom?.resourceFieldRef) return machineValue(own, { env: name, ...valueFrom.resourceFieldRef }, input);
  const { find } = input;
  if (valueFrom?.configMapKeyRef) return keyedValue(own, 'ConfigMap', { ...valueFrom.configMapKeyRef, find });
  return valueFrom?.secretKeyRef && keyedValue(own, 'Secret', { ...valueFrom.secretKeyRef, find });
}

type ResourceReference = { readonly env: string } & NonNullable<NonNullable<EnvVar['valueFrom']>['resourceFieldRef']>;

function machineValue(
  own: Own,
  reference: ResourceReference,
  { pod, container }: EnvironmentInput,
): string | undefined {
  const named = pod.spec.containers.find((each) => each.name === (reference.containerName ?? container.name));
  const value = resourceValue(named, reference, { cpus: availableParallelism(), memoryBytes: totalmem() });
  const params = { env: reference.env, resource: reference.resource };
  own.notices.push({ key: value === undefined ? 'workload.unknownResource' : 'workload.resourceFromMachine', params });
  return value;
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
  readonly find: EnvironmentInput['find'];
}

function keyedValue(own: Own, kind: 'ConfigMap' | 'Secret', reference: KeyReference): string | undefined {
  const { name, key: entry, optional, find } = reference;
  const object = find(kind, name);
  const value = object === undefined ? undefined : textEntries(object)[entry];
  if (value !== undefined || optional === true) return value;
  own.missing ??=
    object === undefined
      ? { key: 'workload.missingMap', params: { kind, name } }
      : { key: 'workload.missingKey', params: { kind, name, entry } };
  return undefined;
}

/** Content of a ConfigMap or Secret as bytes by key. */
export function mapEntries(object: KubeObject): Readonly<Record<string, Buffer>> {
  // The kind tells the type; the store checked its shape when it was written.
  const { data = {}, binaryData = {} } = object as ConfigMap;
  const encoding = object.kind === 'Secret' ? 'base64' : 'utf8';
  const plain = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)] as const);
  const extra = object.kind === 'Secret' ? ((object as Secret).stringData ?? {}) : {};
  return Object.fromEntries([
    ...plain,
    ...Object.entries(binaryData).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
    ...Object.entries(extra).map(([key, value]) => [key, Buffer.from(value)] as const),
  ]);
}

/** As text; `binaryData` of a ConfigMap is no environment. */
function textEntries(object: KubeObject): Variables {
  const { binaryData = {} } = object as ConfigMap;
  const entries = Object.entries(mapEntries(object)).filter(([key]) => !Object.hasOwn(binaryData, key));
  return Object.fromEntries(entries.map(([key, value]) => [key, value.toString('utf8')]));
}

const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'SYSTEMROOT'];

/** The part of Serin's own environment that programs need to run at all; containers inherit nothing else. */
export function inheritedVariables(environment: NodeJS.ProcessEnv, more: readonly string[]): Variables {
  const isWanted = (name: string): boolean => INHERITED.includes(name) || name.startsWith('LC_') || more.includes(name);
  const entries = Object.entries(environment).filter(([name, value]) => value !== undefined && isWanted(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
