/** The schema of each kind as a whole object. */
import { z } from 'zod';
import type { Event, ServiceAccount } from '../plain.ts';
import { destinationRuleSpec } from './destination-rule.ts';
import { gatewaySpec } from './gateway.ts';
import { metadata } from './meta.ts';
import { podSpec } from './pod.ts';
import { commandSpec, releaseSpec, runSpec } from './release.ts';
import { serviceSpec, sliceEndpoint, slicePort } from './service.ts';
import { strict } from './strict.ts';
import {
  anyMap,
  anything,
  base64,
  count,
  dnsLabel,
  dnsName,
  flag,
  nonEmpty,
  oneOf,
  text,
  textMap,
  texts,
} from './values.ts';
import { phrase } from './wording.ts';
import { virtualServiceSpec } from './virtual-service.ts';
import { deploymentSpec, replicaSetSpec } from './workload.ts';

type Body = Readonly<Record<string, z.ZodType>>;

interface Shape {
  readonly required?: Body;
  readonly optional?: Body;
  readonly name?: z.ZodType<string>;
}

/** `status` may stand in a file that was exported; it is never taken from there. */
function whole(kind: string, { required = {}, optional = {}, name = dnsName }: Shape): z.ZodType {
  const extra = Object.fromEntries(Object.entries(optional).map(([field, schema]) => [field, z.exactOptional(schema)]));
  return z.strictObject({
    apiVersion: text,
    kind: z.literal(kind),
    metadata: metadata(name),
    ...required,
    ...extra,
    status: z.exactOptional(anything),
  });
}

const involved = strict<Event['involvedObject']>(
  { kind: text, namespace: text, name: text },
  { apiVersion: text, uid: text },
  ['resourceVersion', 'fieldPath'],
);

const pullSecrets: z.ZodType<NonNullable<ServiceAccount['imagePullSecrets']>> = z.array(
  z.strictObject({ name: nonEmpty }),
);

const eventShape: Shape = {
  required: {
    type: oneOf('Normal', 'Warning'),
    reason: text,
    message: text,
    involvedObject: involved,
    count,
    firstTimestamp: text,
    lastTimestamp: text,
  },
  optional: {
    source: strict<NonNullable<Event['source']>>({ component: text }, {}, ['host']),
    eventTime: text,
    action: text,
    text: phrase,
    related: anyMap,
    reportingComponent: text,
    reportingInstance: text,
    series: anyMap,
  },
};

const shapes: Readonly<Record<string, Shape>> = {
  Namespace: {
    name: dnsLabel,
    optional: { spec: strict<{ readonly finalizers?: readonly string[] }>({}, { finalizers: texts }) },
  },
  ServiceAccount: {
    optional: {
      automountServiceAccountToken: flag,
      imagePullSecrets: pullSecrets,
      secrets: z.array(anyMap),
    },
  },
  ConfigMap: { optional: { data: textMap, binaryData: z.record(text, base64), immutable: flag } },
  Secret: { optional: { type: text, data: z.record(text, base64), stringData: textMap, immutable: flag } },
  Service: { name: dnsLabel, required: { spec: serviceSpec } },
  Pod: { required: { spec: podSpec } },
  Event: eventShape,
  EndpointSlice: {
    required: { addressType: oneOf('IPv4'), endpoints: z.array(sliceEndpoint), ports: z.array(slicePort) },
  },
  Deployment: { required: { spec: deploymentSpec } },
  ReplicaSet: { required: { spec: replicaSetSpec } },
  Gateway: { required: { spec: gatewaySpec } },
  VirtualService: { required: { spec: virtualServiceSpec } },
  DestinationRule: { required: { spec: destinationRuleSpec } },
  Release: { required: { spec: releaseSpec } },
  Run: { required: { spec: runSpec } },
  Command: { required: { spec: commandSpec } },
};

const schemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(shapes).map(([kind, shape]) => [kind, whole(kind, shape)]),
);

/** The schema of objects of this kind, or undefined where Serin does not know the kind. */
export function schemaOf(kind: string): z.ZodType | undefined {
  return schemas.get(kind);
}
