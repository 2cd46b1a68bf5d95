/** `up --detach`: the same program in a session of its own, and a wait until it answers. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FaultCode } from '../lib/fault.ts';
import { Fault, faultCodes } from '../lib/fault.ts';
import { connect, findEngine } from './client.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** Path of the engine's configuration: as given, else `serin.yaml` of this folder where there is one. */
export function configOf(context: Context, input: Input): string | undefined {
  const given = input.text('config');
  if (given !== undefined) return resolve(context.terminal.cwd, given);
  const usual = resolve(context.terminal.cwd, 'serin.yaml');
  return existsSync(usual) ? usual : undefined;
}

function argumentsOf(context: Context, input: Input): readonly string[] {
  const option = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    'up',
    ...option('data', context.dataDir),
    ...option('lang', context.language),
    ...option('config', configOf(context, input)),
    ...option('port', input.number('port')),
    ...option('bind', input.text('bind')),
    ...option('workers', input.number('workers')),
  ];
}

async function isReady(context: Context, pid: number): Promise<boolean> {
  if ((await findEngine(context.dataDir))?.pid !== pid) return false;
  try {
    await (await connect(context.dataDir, context.language)).open('/readyz');
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'unreachable') return false;
    // Any other answer means "not yet": 503 while it starts.
    return false;
  }
}

/** The program has said why it ended; its exit code is ours. */
function endedAtOnce(path: string, exit: number | null): Fault {
  const lines = readFileSync(path, 'utf8').trim();
  const said = lines.lastIndexOf('serin: ');
  const codes = Object.keys(faultCodes) as readonly FaultCode[];
  const code = codes.find((one) => faultCodes[one].exit === exit) ?? 'unreachable';
  return said < 0
    ? new Fault(code, { key: 'cli.up.ended', params: { path } })
    : new Fault(code, { key: 'cli.serverSays', params: { message: lines.slice(said + 'serin: '.length) } });
}

/** Resolves once the engine is ready. @throws Fault `unreachable` with its own words where it ended, `timeout` */
export async function startDetached(context: Context, input: Input): Promise<void> {
  const path = join(context.dataDir, 'up.log');
  const output = openSync(path, 'w', 0o600);
  const child = spawn(process.execPath, [...context.host.command, ...argumentsOf(context, input)], {
    cwd: context.terminal.cwd,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let ended: { readonly code: number | null } | undefined;
  child.once('exit', (code) => (ended = { code }));
  child.once('error', () => (ended = { code: null }));
  child.unref();
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (ended !== undefined) throw endedAtOnce(path, ended.code);
    if (child.pid !== undefined && (await isReady(context, child.pid))) return;
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  const params = { seconds: READY_WITHIN_MS / 1000 };
  throw new Fault('timeout', { key: 'cli.up.notReady', params }, { place: { file: path } });
}
