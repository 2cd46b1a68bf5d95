import type { Fields } from './fields.ts';
import { NAME, nameSet } from './names.ts';
import { REFUSED } from './refusal.ts';

/** What `Connection` asked for, as bits. */
export const OPTION = { close: 1, keepAlive: 2, upgrade: 4 } as const;

/** Fields that a sender must not strip from a message by naming them in `Connection`. */
const PROTECTED = nameSet(
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
  'origin',
);

/** Reads every `Connection` field, marks the fields it names (RFC 9110 7.6.1); returns bits of OPTION or a refusal. */
export function readConnectionOptions(fields: Fields): number {
  if (fields.at[NAME.connection] === 0) return 0;
  if (fields.repeated[NAME.connection] === 0) {
    const only = fields.first(NAME.connection);
    if (only === 'keep-alive') return OPTION.keepAlive;
    if (only === 'close') return OPTION.close;
  }
  let options = 0;
  for (const value of fields.all('connection')) {
    for (const part of value.split(',')) {
      const option = part.trim().toLowerCase();
      if (option === 'close') options |= OPTION.close;
      else if (option === 'keep-alive') options |= OPTION.keepAlive;
      else if (option === 'upgrade') options |= OPTION.upgrade;
      else if (option !== '' && !nominate(fields, option)) return REFUSED.connection;
    }
  }
  return options;
}

function nominate(fields: Fields, name: string): boolean {
  for (let i = 0; i < fields.count; i++) {
    if (fields.name(i) !== name) continue;
    if (PROTECTED[fields.id[i] ?? 0] === 1) return false;
    fields.nominated[i] = 1;
  }
  return true;
}
