import { expect, test } from 'vitest';
import { say } from '../../texts/catalogue.ts';
import { podNotices } from './notices.ts';

test('an ordinary pod has none', () => {
  expect(
    podNotices({ containers: [{ name: 'main', image: 'a', ports: [{ containerPort: 80 }], resources: {} }] }),
  ).toEqual([]);
});

test('everything that cannot be honoured is said, in order', () => {
  const notices = podNotices({
    hostNetwork: true,
    nodeSelector: {},
    securityContext: { fsGroup: 1 },
    volumes: [{ name: 'host', hostPath: { path: '/data' } }, { name: 'tmp', emptyDir: {} }, { name: 'claim' }],
    containers: [
      {
        name: 'main',
        resources: { limits: { cpu: 1 } },
        ports: [
          { containerPort: 53, protocol: 'UDP' },
          { containerPort: 80, hostPort: 80 },
        ],
      },
    ],
  });
  expect(notices.map(({ key }) => key)).toEqual([
    'workload.fieldsIgnored',
    'workload.securityIgnored',
    'workload.hostPathIgnored',
    'workload.volumeUnsupported',
    'workload.limitsIgnored',
    'workload.protocolIgnored',
    'workload.hostPortIgnored',
  ]);
  const first = notices[0];
  expect(first && say('en', first)).toBe('fields without effect on one machine: hostNetwork');
});
