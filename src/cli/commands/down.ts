import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../lib/fault.ts';
import { findEngine } from '../client.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';

const GONE_WITHIN_MS = 120_000;
const POLL_MS = 50;

/** Signal 0 only asks. Another user's process is there too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function untilGone(pid: number): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new Fault('timeout', { key: 'cli.down.stillThere', params: { pid, seconds: GONE_WITHIN_MS / 1000 } });
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

/** True where the control plane took the request. */
async function askToStop(context: Context, keepPods: boolean): Promise<boolean> {
  try {
    await (await context.client()).post('/v1/shutdown', { keepPods });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'unreachable') return false;
    throw error;
  }
}

/** Pods outlive a control plane that was killed: a new one adopts them and stops them in order. */
async function stopLeftovers(context: Context): Promise<void> {
  const engine = await context.host.startEngine({ dataDir: context.dataDir, port: 0, lang: context.language });
  await engine.close({ keepPods: false });
}

export const run: Run = async (context, input) => {
  const keepPods = input.flag('keepPods');
  const engine = await findEngine(context.dataDir);
  if (await askToStop(context, keepPods)) {
    if (engine !== undefined) await untilGone(engine.pid);
    context.print(context.say(keepPods ? 'cli.down.doneAlone' : 'cli.down.done'));
    return;
  }
  const hasStore = existsSync(join(context.dataDir, 'serin.db'));
  if (keepPods || !hasStore || engine === undefined) {
    context.print(context.say('cli.down.nothing', { folder: context.dataDir }));
    return;
  }
  await stopLeftovers(context);
  context.print(context.say('cli.down.done'));
};
