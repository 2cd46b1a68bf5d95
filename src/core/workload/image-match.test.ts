import { describe, expect, it } from 'vitest';
import { matchesImage, parseImage } from './image-match.ts';

describe('matchesImage', () => {
  it.each([
    ['istio/examples-bookinfo-*', 'docker.io/istio/examples-bookinfo-reviews-v1:1.20.2', true],
    ['istio/examples-bookinfo-*', 'istio/examples-bookinfo-reviews-v1', true],
    ['istio/examples-bookinfo-*:1.20.*', 'docker.io/istio/examples-bookinfo-details-v1:1.20.2', true],
    ['istio/examples-bookinfo-*:1.19.*', 'docker.io/istio/examples-bookinfo-details-v1:1.20.2', false],
    ['docker.io/istio/*', 'docker.io/istio/examples:1', true],
    ['docker.io/istio/*', 'quay.io/istio/examples:1', false],
    ['*', 'nginx:1.27', true],
    ['*', 'istio/examples', false],
    ['**', 'localhost:5000/a/b/c:1', true],
    ['nginx', 'docker.io/library/nginx@sha256:0123', true],
    ['nginx', 'docker.io/other/nginx', false],
    ['a/b', 'localhost:5000/a/b:2', true],
    ['shop-v?', 'shop-v2:latest', true],
    ['shop.v1', 'shopxv1', false],
  ])('%s and %s: %s', (glob, image, expected) => {
    expect(matchesImage(glob, image)).toBe(expected);
  });

  it('takes references apart', () => {
    expect(parseImage('localhost:5000/a/b:1.2')).toEqual({
      registry: 'localhost:5000',
      path: 'a/b',
      name: 'b',
      tag: '1.2',
    });
    expect(parseImage('nginx')).toEqual({ registry: '', path: 'nginx', name: 'nginx', tag: '' });
  });
});
