/**
 * Entry of a mesh worker: `node worker.ts --control PATH --index N [--admin ADDRESS] [--access-log FILE [--log-format json]]`.
 * ADDRESS is a path of a Unix socket or `127.0.0.1:PORT`.
 */
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { startWorker } from './start-worker.ts';

const { values } = parseArgs({
  options: {
    control: { type: 'string' },
    index: { type: 'string', default: '0' },
    admin: { type: 'string' },
    'access-log': { type: 'string' },
    'log-format': { type: 'string', default: 'text' },
  },
});
if (values.control === undefined) throw new Error('a worker needs --control with the path of the control socket');

const worker = startWorker({
  controlPath: values.control,
  index: Number(values.index),
  hostname: hostname(),
  ...(values.admin === undefined ? {} : { admin: values.admin }),
  ...(values['access-log'] === undefined
    ? {}
    : { accessLog: { path: values['access-log'], json: values['log-format'] === 'json' } }),
});
// The control plane decides when a worker goes: an interrupt of the terminal's group is not meant for it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void worker.drain(0).then(() => process.exit(0)));
void worker.finished.then(() => process.exit(0));
