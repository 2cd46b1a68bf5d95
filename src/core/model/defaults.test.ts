import { expect, test } from 'vitest';
import { deploymentDefaults, podDefaults, probeDefaults, serviceDefaults } from './defaults.ts';

const template = { spec: { containers: [] } };

test('a Deployment that says nothing rolls by quarters', () => {
  expect(deploymentDefaults({ selector: {}, template })).toEqual({
    selector: {},
    template,
    replicas: 1,
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    paused: false,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  });
});

test('what is said stays, and Recreate has nothing to roll', () => {
  const strategy = { rollingUpdate: { maxSurge: 2 } };
  expect(deploymentDefaults({ selector: {}, template, replicas: 0, strategy })).toMatchObject({
    replicas: 0,
    strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: '25%' } },
  });
  expect(deploymentDefaults({ selector: {}, template, strategy: { type: 'Recreate' } }).strategy).toEqual({
    type: 'Recreate',
  });
});

test('probes, pods and services', () => {
  const timing = {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  };
  expect(probeDefaults({ periodSeconds: 0 })).toEqual(timing);
  const pod = podDefaults({ containers: [{ name: 'a', ports: [{ containerPort: 1 }], livenessProbe: {} }] });
  expect(pod).toEqual({
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'a', ports: [{ containerPort: 1, protocol: 'TCP' }], livenessProbe: timing }],
  });
  expect(serviceDefaults({ ports: [{ port: 80 }, { port: 81, targetPort: 'http' }] })).toEqual({
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ports: [
      { port: 80, targetPort: 80, protocol: 'TCP' },
      { port: 81, targetPort: 'http', protocol: 'TCP' },
    ],
  });
});
