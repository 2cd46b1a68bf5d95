/** What `up` and `status` say about the addresses of a running engine. */
import type { StatusReport } from '../server/contract.ts';
import { messageOf } from './client.ts';
import type { Context } from './context.ts';
import { tableLines } from './render/table.ts';

/** Gateways and NodePorts, with the number that they had to leave. */
export function addressLines(context: Context, engine: StatusReport): readonly string[] {
  const open = engine.addresses.filter(({ kind }) => kind === 'gateway' || kind === 'nodePort');
  if (open.length === 0) return [];
  const rows = open.map(({ name, address, port, nominalPort }) => [
    `  ${name}`,
    `http://${address}:${port}`,
    port === nominalPort ? '' : context.say('cli.status.moved', { port: nominalPort }),
  ]);
  return [context.say('cli.status.addresses'), ...tableLines(rows)];
}

export function noticeLines(context: Context, engine: StatusReport): readonly string[] {
  return engine.notices.map(
    (notice) => `${context.paint('warn', context.say('cli.notice'))}${context.sayMessage(messageOf(notice))}`,
  );
}
