import { describe, expect, it } from 'vitest';
import type { Service } from '../model/service.ts';
import { hasClusterAddress, serviceVariables } from './service-env.ts';

const service = (spec: Service['spec'], name = 'reviews'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec,
});

describe('serviceVariables', () => {
  it('injects what a kubelet injects, and the host name', () => {
    const reviews = service({ ports: [{ port: 9080, name: 'http' }] });
    expect(serviceVariables({ service: reviews, address: '127.32.0.1', ports: { 9080: 9080 } })).toEqual({
      REVIEWS_HOSTNAME: '127.32.0.1',
      REVIEWS_SERVICE_HOST: '127.32.0.1',
      REVIEWS_SERVICE_PORT: '9080',
      REVIEWS_SERVICE_PORT_HTTP: '9080',
      REVIEWS_PORT: 'tcp://127.32.0.1:9080',
      REVIEWS_PORT_9080_TCP: 'tcp://127.32.0.1:9080',
      REVIEWS_PORT_9080_TCP_PROTO: 'tcp',
      REVIEWS_PORT_9080_TCP_PORT: '9080',
      REVIEWS_PORT_9080_TCP_ADDR: '127.32.0.1',
    });
  });

  it('keeps the number in names and puts the moved port into values', () => {
    const shop = service({ ports: [{ port: 80 }, { port: 443, name: 'tls-in' }] }, 'my-shop');
    const variables = serviceVariables({ service: shop, address: '127.32.0.9', ports: { 80: 8080, 443: 8443 } });
    expect(variables['MY_SHOP_SERVICE_PORT']).toBe('8080');
    expect(variables['MY_SHOP_SERVICE_PORT_TLS_IN']).toBe('8443');
    expect(variables['MY_SHOP_PORT_80_TCP']).toBe('tcp://127.32.0.9:8080');
  });

  it('knows which services have an address', () => {
    expect(hasClusterAddress(service({}))).toBe(true);
    expect(hasClusterAddress(service({ clusterIP: 'None' }))).toBe(false);
    expect(hasClusterAddress(service({ type: 'ExternalName', externalName: 'example.org' }))).toBe(false);
  });
});
