import { expect, test } from 'vitest';
import { flawsOf } from '../parse/explain.ts';
import { fieldText } from '../parse/problem.ts';
import { schemaOf } from './objects.ts';

function flaws(kind: string, rest: object): readonly string[] {
  const object = { apiVersion: 'v1', kind, metadata: { name: 'x' }, ...rest };
  return flawsOf(schemaOf(kind)!, object).map(
    (flaw) => `${fieldText(flaw.path)} ${flaw.text.key.replace('manifest.', '')}`,
  );
}

const container = { name: 'app', image: 'a' };
const deployment = (pod: object, spec: object = {}): object => ({
  spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: pod }, ...spec },
});

test('a pod template with all that clusters know is taken', () => {
  const pod = {
    serviceAccountName: 's',
    securityContext: { runAsUser: 1 },
    affinity: {},
    tolerations: [],
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'b', persistentVolumeClaim: { claimName: 'c' } },
    ],
    initContainers: [{ name: 'init', image: 'a', restartPolicy: 'Always' }],
    containers: [
      {
        ...container,
        ports: [{ containerPort: 9080, name: 'http' }],
        livenessProbe: { httpGet: { path: '/', port: 'http', scheme: 'HTTP' }, periodSeconds: 5 },
        lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } },
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        volumeMounts: [{ name: 'a', mountPath: '/tmp', mountPropagation: 'None' }],
      },
    ],
  };
  expect(flaws('Deployment', deployment(pod))).toEqual([]);
});

test.each([
  ['an unknown field of the pod', { containers: [container], replicas: 1 }, 'replicas unknownField'],
  ['no containers', { containers: [] }, 'containers emptyList'],
  ['a container twice', { containers: [container, container] }, 'containers[1].name twice'],
  [
    'an init container of the same name',
    { initContainers: [container], containers: [container] },
    'containers[0].name twice',
  ],
  [
    'a probe without a check',
    { containers: [{ ...container, livenessProbe: { periodSeconds: 1 } }] },
    'containers[0].livenessProbe oneNeeded',
  ],
  [
    'two checks',
    { containers: [{ ...container, livenessProbe: { exec: { command: [] }, grpc: { port: 1 } } }] },
    'containers[0].livenessProbe.grpc exclusive',
  ],
  [
    'value and valueFrom',
    { containers: [{ ...container, env: [{ name: 'A', value: '', valueFrom: { fieldRef: { fieldPath: 'x' } } }] }] },
    'containers[0].env[0].valueFrom exclusive',
  ],
  [
    'a number as env',
    { containers: [{ ...container, env: [{ name: 'A', value: 1 }] }] },
    'containers[0].env[0].value wrongType',
  ],
  [
    'a port out of range',
    { containers: [{ ...container, ports: [{ containerPort: 70_000 }] }] },
    'containers[0].ports[0].containerPort badValue',
  ],
])('a pod with %s is refused', (_, pod, expected) => {
  expect(flaws('Deployment', deployment(pod))).toEqual([`spec.template.spec.${expected}`]);
});

test.each([
  ['surge as percentage', { strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } }, []],
  [
    'neither surge nor unavailable',
    { strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: 0 } } },
    ['spec.strategy.rollingUpdate.maxUnavailable cannotRoll'],
  ],
  [
    'Recreate with rollingUpdate',
    { strategy: { type: 'Recreate', rollingUpdate: {} } },
    ['spec.strategy.rollingUpdate recreateRolls'],
  ],
  [
    'percentages that are none',
    { strategy: { rollingUpdate: { maxSurge: '5' } } },
    ['spec.strategy.rollingUpdate.maxSurge badValue'],
  ],
  ['an empty selector', { selector: {} }, ['spec.selector emptySelector']],
  [
    'a selector for other pods',
    { selector: { matchLabels: { a: 'c' } } },
    ['spec.template.metadata.labels selectorMismatch'],
  ],
])('Deployment: %s', (_, spec, expected) => {
  expect(flaws('Deployment', deployment({ containers: [container] }, spec))).toEqual(expected);
});

test.each([
  ['a NodePort', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080, targetPort: 'http' }] }, []],
  ['headless without ports', { clusterIP: 'None' }, []],
  ['an external name', { type: 'ExternalName', externalName: 'a.b' }, []],
  ['no ports', {}, ['spec.ports emptyList']],
  [
    'two ports without names',
    { ports: [{ port: 1 }, { port: 2 }] },
    ['spec.ports[0] portsNeedNames', 'spec.ports[1] portsNeedNames'],
  ],
  [
    'a port twice',
    {
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    },
    ['spec.ports[1].port twice'],
  ],
  ['a node port of a ClusterIP', { ports: [{ port: 1, nodePort: 30_000 }] }, ['spec.ports[0].nodePort nodePortType']],
])('Service: %s', (_, spec, expected) => {
  expect(flaws('Service', { spec })).toEqual(expected);
});

const release = (spec: object): object => ({
  spec: { service: 'reviews', workload: { versions: {} }, strategy: { canary: { auto: {} } }, ...spec },
});
const steps = (...list: object[]): object => ({ strategy: { canary: { steps: list } } });

test.each([
  ['three lines', {}, []],
  ['steps', steps({ weight: 5 }, { pause: '2m' }, { pause: {} }, { approve: { by: ['a'] } }, { weight: 99.99 }), []],
  ['a step of two kinds', steps({ weight: 5, pause: '1s' }), ['spec.strategy.canary.steps[0].pause exclusive']],
  ['an empty step', steps({}), ['spec.strategy.canary.steps[0] oneNeeded']],
  ['three decimals', steps({ weight: 0.001 }), ['spec.strategy.canary.steps[0].weight badValue']],
  ['a pause of no length', steps({ pause: 'soon' }), ['spec.strategy.canary.steps[0].pause badValue']],
  ['a pause with a field', steps({ pause: { for: '1s' } }), ['spec.strategy.canary.steps[0].pause.for unknownField']],
  [
    'steps and auto',
    { strategy: { canary: { steps: [{ weight: 1 }], auto: {} } } },
    ['spec.strategy.canary.auto exclusive'],
  ],
  [
    'an unknown strategy',
    { strategy: { canari: {} } },
    ['spec.strategy oneNeeded', 'spec.strategy.canari unknownField'],
  ],
  ['two workloads', { workload: { versions: {}, deployment: 'a' } }, ['spec.workload.deployment exclusive']],
  [
    'weights that shrink',
    { strategy: { canary: { auto: { weights: [5, 1] } } } },
    ['spec.strategy.canary.auto.weights[1] weightsGrow'],
  ],
  [
    'a minted header',
    { traffic: { sticky: { header: 'a', mintSeconds: 1 } } },
    ['spec.traffic.sticky.mintSeconds mintNeedsCookie'],
  ],
])('Release: %s', (_, spec, expected) => {
  expect([...flaws('Release', release(spec))].sort()).toEqual([...expected].sort());
});

test('names and labels follow their rules', () => {
  expect(flaws('Service', { metadata: { name: 'a.b' }, spec: { clusterIP: 'None' } })).toEqual([
    'metadata.name badValue',
  ]);
  expect(flaws('ConfigMap', { metadata: { name: 'a.b' } })).toEqual([]);
  expect(flaws('ConfigMap', { metadata: { name: 'A' } })).toEqual(['metadata.name badValue']);
  const labels = { 'a b': 'c', 'x/y': '-', 'example.com/ok': 'v1.0', ok: '' };
  expect(flaws('ConfigMap', { metadata: { name: 'a', labels } })).toEqual([
    'metadata.labels["a b"] badValue',
    'metadata.labels["x/y"] badValue',
  ]);
  expect(flaws('Secret', { data: { a: 'not base64' } })).toEqual(['data.a badValue']);
});
