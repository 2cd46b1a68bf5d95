import { expect, test } from 'vitest';
import { defaultConfig } from '../config/config.ts';
import { planCommand, programPath } from './container-command.ts';

const config = defaultConfig('/tmp', {
  images: [
    { match: 'shop/cart:2', command: ['cart', 'two'], args: ['--a'], env: { X: '1' } },
    { match: 'shop/*', command: ['node'], args: ['server.js'], cwd: '.' },
  ],
});

test.each([
  ['the first match wins', { image: 'docker.io/shop/cart:2' }, ['cart', 'two', '--a']],
  ['the next one otherwise', { image: 'shop/cart:3' }, ['node', 'server.js']],
  ['args replace the arguments of the image', { image: 'shop/cart:2', args: ['--b'] }, ['cart', 'two', '--b']],
  ['command replaces both', { image: 'shop/cart:2', command: ['sh'] }, ['sh']],
  ['command needs no image', { command: ['sh', '-c'], args: ['true'] }, ['sh', '-c', 'true']],
])('%s', (_name, container, command) => {
  expect(planCommand({ name: 'main', ...container }, config)).toMatchObject({ kind: 'run', command, cwd: '/tmp' });
});

test('without a command the message says what to write', () => {
  expect(planCommand({ name: 'main', image: 'quay.io/other/x:1' }, config)).toEqual({
    kind: 'noCommand',
    message: { key: 'workload.noCommand', params: { image: 'quay.io/other/x:1', pattern: 'other/x' } },
  });
  expect(planCommand({ name: 'main' }, config)).toMatchObject({ message: { key: 'workload.noImage' } });
});

test('a working folder that is not here is replaced and said', () => {
  const plan = planCommand({ name: 'main', command: ['sh'], workingDir: '/opt/not-here' }, config);
  expect(plan).toMatchObject({ cwd: '/tmp', notices: [{ key: 'workload.workingDirMissing' }] });
});

test('programs with a path start from the working folder', () => {
  expect(['./run', 'bin/run', 'run', '/bin/run'].map((program) => programPath(program, '/srv'))).toEqual([
    '/srv/run',
    '/srv/bin/run',
    'run',
    '/bin/run',
  ]);
});
