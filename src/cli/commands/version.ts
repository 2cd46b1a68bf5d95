import { Fault } from '../../lib/fault.ts';
import type { StatusReport } from '../../server/contract.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { tableLines } from '../render/table.ts';

async function serverVersion(context: Context): Promise<string | undefined> {
  try {
    return (await (await context.client()).get<StatusReport>('/v1/status')).version;
  } catch (error) {
    if (error instanceof Fault && error.code === 'unreachable') return undefined;
    throw error;
  }
}

export const run: Run = async (context, input) => {
  const server = await serverVersion(context);
  const versions = { client: context.host.version, server: server ?? null, node: process.version };
  const format = input.text('output');
  if (isDataFormat(format)) {
    context.print(await dataText(versions, format));
    return;
  }
  const rows = [
    [context.say('cli.version.client'), versions.client],
    [context.say('cli.version.server'), server ?? context.say('cli.version.none')],
    ['Node', versions.node],
  ];
  for (const line of tableLines(rows)) context.print(line);
};
