import { expect, test } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import { defaultConfig } from './config.ts';
import { parseConfig } from './read-config.ts';

const faultOf = (text: string): Fault => {
  try {
    parseConfig(text, '/srv/serin.yaml');
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('accepted');
};

test('reads a configuration and fills in the rest', () => {
  const config = parseConfig(
    `
images:
  - match: istio/examples-bookinfo-*
    command: [node]
    args: [reviews.js]
    cwd: services
    env: {LOG: info}
backOff: {base: 100ms}
logs: {maxSize: 1Mi}
`,
    '/srv/serin.yaml',
  );
  expect(config.folder).toBe('/srv');
  expect(config.images[0]).toEqual({
    match: 'istio/examples-bookinfo-*',
    command: ['node'],
    args: ['reviews.js'],
    cwd: 'services',
    env: { LOG: 'info' },
  });
  expect(config.backOff).toEqual({ baseMs: 100, maxMs: 60_000, resetAfterMs: 600_000 });
  expect(config.logs).toEqual({ maxBytes: 2 ** 20, keep: 3 });
});

test('an empty file means the defaults', () => {
  expect(parseConfig('', '/srv/serin.yaml')).toEqual(defaultConfig('/srv'));
  expect(defaultConfig('/srv')).toMatchObject({
    ports: { from: 20_000, to: 29_999 },
    forwardProxy: true,
    drainMs: 500,
    backOff: { baseMs: 1000, maxMs: 60_000 },
  });
});

test('an unknown key is an error with its place', () => {
  const fault = faultOf('images:\n  - match: a\n    comand: [node]\n    command: [node]\n');
  expect(fault.code).toBe('invalid');
  expect(fault.details.place).toEqual({
    file: '/srv/serin.yaml',
    line: 3,
    column: 13,
    field: 'images[0].comand',
  });
  expect(faultOf('image: []\n').message).toContain('unknown field `image`');
});

test('wrong values and broken YAML are errors with their place', () => {
  expect(faultOf('drain: soon\n').details.place).toMatchObject({ line: 1, column: 8, field: 'drain' });
  expect(faultOf('ports: {from: 30000, to: 20000}\n').details.expected).toEqual({ key: 'workload.expectRange' });
  expect(faultOf('drain: soon\n').details.expected).toEqual({ key: 'manifest.expect.time' });
  expect(faultOf('ports: {from: 3}\n').details).toMatchObject({ expected: { key: 'workload.expectPort' }, found: '3' });
  expect(faultOf('logs: {keep: many}\n').details.expected).toMatchObject({ key: 'manifest.expect.number' });
  expect(faultOf('a: [\n').text).toMatchObject({ key: 'manifest.syntax' });
  expect(faultOf('drain: 1s\ndrain: 2s\n').details.place).toMatchObject({ line: 2 });
  expect(faultOf('images: [{match: a}]\n').details.place).toMatchObject({ field: 'images[0].command' });
});
