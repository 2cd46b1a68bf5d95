import { z } from 'zod';
import type {
  Container,
  ContainerPort,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  HttpGetAction,
  KeyToPath,
  LifecycleHandler,
  PodSpec,
  PodTemplate,
  Probe,
  Volume,
  VolumeMount,
} from '../pod.ts';
import { requireOne, requireUnique, strict, withRules } from './strict.ts';
import {
  annotations,
  anyMap,
  anything,
  count,
  dnsLabel,
  flag,
  intOrText,
  labels,
  nonEmpty,
  oneOf,
  portName,
  portNumber,
  portRef,
  positive,
  protocol,
  text,
  texts,
  whole,
} from './values.ts';

type Of<T, K extends keyof T> = NonNullable<T[K]>;

const configKey: z.ZodType<Of<EnvVarSource, 'configMapKeyRef'>> = strict<Of<EnvVarSource, 'configMapKeyRef'>>(
  { name: nonEmpty, key: nonEmpty },
  { optional: flag },
);

const envSource: z.ZodType<EnvVarSource> = withRules(
  strict<EnvVarSource>(
    {},
    {
      fieldRef: strict<Of<EnvVarSource, 'fieldRef'>>({ fieldPath: nonEmpty }, { apiVersion: text }),
      resourceFieldRef: strict<Of<EnvVarSource, 'resourceFieldRef'>>(
        { resource: nonEmpty },
        { containerName: text, divisor: intOrText },
      ),
      configMapKeyRef: configKey,
      secretKeyRef: configKey,
    },
  ),
  (value, check) =>
    requireOne(value, check, {
      of: ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'],
      needed: true,
    }),
);

const env: z.ZodType<EnvVar> = withRules(
  strict<EnvVar>({ name: nonEmpty }, { value: text, valueFrom: envSource }),
  (value, check) => requireOne(value, check, { of: ['value', 'valueFrom'], needed: false }),
);

const wholeMap: z.ZodType<Of<EnvFromSource, 'configMapRef'>> = strict<Of<EnvFromSource, 'configMapRef'>>(
  { name: nonEmpty },
  { optional: flag },
);

const envFrom: z.ZodType<EnvFromSource> = withRules(
  strict<EnvFromSource>({}, { prefix: text, configMapRef: wholeMap, secretRef: wholeMap }),
  (value, check) => requireOne(value, check, { of: ['configMapRef', 'secretRef'], needed: true }),
);

const containerPort: z.ZodType<ContainerPort> = strict<ContainerPort>(
  { containerPort: portNumber },
  { name: portName, protocol, hostPort: count, hostIP: text },
);

const httpGet: z.ZodType<HttpGetAction> = strict<HttpGetAction>(
  { port: portRef },
  {
    path: text,
    host: text,
    scheme: oneOf('HTTP', 'HTTPS'),
    httpHeaders: z.array(strict<Of<HttpGetAction, 'httpHeaders'>[number]>({ name: nonEmpty, value: text }, {})),
  },
);

const exec: z.ZodType<{ readonly command: readonly string[] }> = strict<{ readonly command: readonly string[] }>(
  { command: texts },
  {},
);

const probe: z.ZodType<Probe> = withRules(
  strict<Probe>(
    {},
    {
      exec,
      httpGet,
      tcpSocket: strict<Of<Probe, 'tcpSocket'>>({ port: portRef }, { host: text }),
      grpc: strict<Of<Probe, 'grpc'>>({ port: portNumber }, { service: text }),
      initialDelaySeconds: count,
      periodSeconds: count,
      timeoutSeconds: count,
      successThreshold: count,
      failureThreshold: count,
      terminationGracePeriodSeconds: positive,
    },
  ),
  (value, check) => requireOne(value, check, { of: ['exec', 'httpGet', 'tcpSocket', 'grpc'], needed: true }),
);

const handler: z.ZodType<LifecycleHandler> = withRules(
  strict<LifecycleHandler>({}, { exec, httpGet, sleep: strict<Of<LifecycleHandler, 'sleep'>>({ seconds: count }, {}) }),
  (value, check) => requireOne(value, check, { of: ['exec', 'httpGet', 'sleep'], needed: true }),
);

const volumeMount: z.ZodType<VolumeMount> = strict<VolumeMount>(
  { name: nonEmpty, mountPath: nonEmpty },
  { subPath: text, readOnly: flag },
  ['mountPropagation', 'subPathExpr', 'recursiveReadOnly'],
);

const container: z.ZodType<Container> = withRules(
  strict<Container>(
    { name: dnsLabel },
    {
      image: nonEmpty,
      imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
      command: texts,
      args: texts,
      workingDir: text,
      env: z.array(env),
      envFrom: z.array(envFrom),
      ports: z.array(containerPort),
      livenessProbe: probe,
      readinessProbe: probe,
      startupProbe: probe,
      lifecycle: strict<Of<Container, 'lifecycle'>>({}, { postStart: handler, preStop: handler }, ['stopSignal']),
      volumeMounts: z.array(volumeMount),
      resources: anyMap,
      securityContext: anyMap,
      terminationMessagePath: text,
      terminationMessagePolicy: text,
      stdin: flag,
      tty: flag,
    },
    ['stdinOnce', 'volumeDevices', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'],
  ),
  (value, check) => {
    requireUnique(value.ports, check, { field: 'ports', nameOf: (port) => port.name, key: 'name' });
    requireUnique(value.volumeMounts, check, { field: 'volumeMounts', nameOf: (mount) => mount.mountPath });
  },
);

const keyToPath: z.ZodType<KeyToPath> = strict<KeyToPath>({ key: nonEmpty, path: nonEmpty }, { mode: whole });

/** Volume types that one machine does not have are kept; whoever mounts them says so. */
const otherVolumes: readonly string[] = [
  'projected downwardAPI persistentVolumeClaim ephemeral csi nfs iscsi fc rbd image glusterfs cephfs cinder',
  'flocker flexVolume gitRepo quobyte scaleIO storageos awsElasticBlockStore azureDisk azureFile',
  'gcePersistentDisk photonPersistentDisk portworxVolume vsphereVolume',
].flatMap((line) => line.split(' '));

const volume: z.ZodType<Volume> = withRules(
  strict<Volume>(
    { name: dnsLabel },
    {
      emptyDir: anyMap,
      configMap: strict<Of<Volume, 'configMap'>>(
        { name: nonEmpty },
        { items: z.array(keyToPath), optional: flag, defaultMode: whole },
      ),
      secret: strict<Of<Volume, 'secret'>>(
        { secretName: nonEmpty },
        { items: z.array(keyToPath), optional: flag, defaultMode: whole },
      ),
      hostPath: strict<Of<Volume, 'hostPath'>>({ path: nonEmpty }, { type: text }),
    },
    otherVolumes,
  ),
  (value, check) => requireOne(value, check, { of: ['emptyDir', 'configMap', 'secret', 'hostPath'], needed: false }),
);

/** Fields of Kubernetes' PodSpec that mean nothing on one machine. They are kept as they are. */
const otherPodFields: readonly string[] = [
  'activeDeadlineSeconds affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks',
  'ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride',
  'imagePullSecrets nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName',
  'readinessGates resourceClaims resources runtimeClassName schedulerName schedulingGates schedulingGroup',
  'securityContext',
  'setHostnameAsFQDN shareProcessNamespace subdomain tolerations topologySpreadConstraints',
].flatMap((line) => line.split(' '));

const podShape = {
  containers: z.array(container),
  initContainers: z.exactOptional(z.array(container)),
  volumes: z.exactOptional(z.array(volume)),
  restartPolicy: z.exactOptional(oneOf('Always', 'OnFailure', 'Never')),
  terminationGracePeriodSeconds: z.exactOptional(count),
  serviceAccountName: z.exactOptional(text),
  serviceAccount: z.exactOptional(text),
};

const looseFields = Object.fromEntries(otherPodFields.map((name) => [name, z.exactOptional(anything)]));

export const podSpec: z.ZodType<PodSpec> = withRules<PodSpec>(
  z.strictObject({ ...looseFields, ...podShape }),
  (value, check) => {
    if (value.containers.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['containers']);
    const all = [...(value.initContainers ?? []), ...value.containers];
    const names = all.map((one) => one.name);
    value.containers.forEach((one, index) => {
      if (names.indexOf(one.name) === (value.initContainers?.length ?? 0) + index) return;
      check.refuse({ text: { key: 'manifest.twice', params: { name: one.name } } }, ['containers', index, 'name']);
    });
    requireUnique(value.volumes, check, { field: 'volumes', nameOf: (one) => one.name, key: 'name' });
  },
);

export const podTemplate: z.ZodType<PodTemplate> = strict<PodTemplate>(
  { spec: podSpec },
  {
    metadata: strict<Of<PodTemplate, 'metadata'>>(
      {},
      { labels, annotations, name: text, namespace: text, creationTimestamp: z.union([text, z.null()]) },
      ['generateName', 'finalizers', 'ownerReferences'],
    ),
  },
);
