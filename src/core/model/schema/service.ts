import { z } from 'zod';
import type { EndpointSlicePort, ServicePort, ServiceSpec, SliceEndpoint } from '../service.ts';
import { requireUnique, strict, withRules } from './strict.ts';
import {
  dnsLabel,
  flag,
  labels,
  nonEmpty,
  oneOf,
  portNumber,
  portRef,
  positive,
  protocol,
  text,
  texts,
} from './values.ts';

const servicePort: z.ZodType<ServicePort> = strict<ServicePort>(
  { port: portNumber },
  { name: dnsLabel, targetPort: portRef, nodePort: portNumber, protocol, appProtocol: text },
);

type Affinity = NonNullable<ServiceSpec['sessionAffinityConfig']>;

const affinity: z.ZodType<Affinity> = strict<Affinity>(
  {},
  { clientIP: strict<NonNullable<Affinity['clientIP']>>({}, { timeoutSeconds: positive }) },
);

export const serviceSpec: z.ZodType<ServiceSpec> = withRules(
  strict<ServiceSpec>(
    {},
    {
      type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
      selector: labels,
      ports: z.array(servicePort),
      clusterIP: text,
      clusterIPs: texts,
      externalName: nonEmpty,
      sessionAffinity: oneOf('None', 'ClientIP'),
      sessionAffinityConfig: affinity,
      publishNotReadyAddresses: flag,
      externalTrafficPolicy: text,
      internalTrafficPolicy: text,
      ipFamilies: texts,
      ipFamilyPolicy: text,
      loadBalancerIP: text,
      externalIPs: texts,
    },
    [
      'allocateLoadBalancerNodePorts',
      'healthCheckNodePort',
      'loadBalancerClass',
      'loadBalancerSourceRanges',
      'trafficDistribution',
    ],
  ),
  (value, check) => {
    const ports = value.ports ?? [];
    requireUnique(ports, check, { field: 'ports', nameOf: (port) => port.name, key: 'name' });
    requireUnique(ports, check, {
      field: 'ports',
      nameOf: (port) => `${port.port}/${port.protocol ?? 'TCP'}`,
      key: 'port',
    });
    ports.forEach((port, index) => {
      if (ports.length > 1 && port.name === undefined)
        check.refuse({ text: { key: 'manifest.portsNeedNames' } }, ['ports', index]);
      if (port.nodePort !== undefined && (value.type ?? 'ClusterIP') === 'ClusterIP') {
        check.refuse({ text: { key: 'manifest.nodePortType' } }, ['ports', index, 'nodePort']);
      }
    });
    if (value.type === 'ExternalName') {
      if (value.externalName === undefined)
        check.refuse({ text: { key: 'manifest.externalNameNeeded' } }, ['externalName']);
    } else if (ports.length === 0 && value.clusterIP !== 'None') {
      check.refuse({ text: { key: 'manifest.emptyList' } }, ['ports']);
    }
  },
);

export const sliceEndpoint: z.ZodType<SliceEndpoint> = strict<SliceEndpoint>(
  {
    addresses: texts,
    conditions: strict<SliceEndpoint['conditions']>({ ready: flag }, { serving: flag, terminating: flag }),
  },
  {
    targetRef: strict<NonNullable<SliceEndpoint['targetRef']>>(
      { kind: oneOf('Pod'), namespace: text, name: text, uid: text },
      {},
    ),
  },
  ['hostname', 'nodeName', 'zone', 'hints', 'deprecatedTopology'],
);

export const slicePort: z.ZodType<EndpointSlicePort> = strict<EndpointSlicePort>(
  { port: portNumber },
  { name: text, protocol, appProtocol: text },
);
