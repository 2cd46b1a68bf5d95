import type { Message } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';

/** Whether trying again without a change can help. */
export type Retry = 'backoff' | 'never';

/** Where in the user's input something stands. Lines and columns count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Path of the field, e.g. `spec.http[0].route[1].weight`. */
  readonly field?: string;
  /** Object that it belongs to, e.g. `VirtualService default/reviews`. */
  readonly object?: string;
}

/** HTTP status and CLI exit code follow from the code, so that every surface answers alike. */
export const faultCodes = {
  invalid: { http: 422, exit: 2, retry: 'never' },
  usage: { http: 400, exit: 2, retry: 'never' },
  notFound: { http: 404, exit: 3, retry: 'never' },
  exists: { http: 409, exit: 4, retry: 'never' },
  conflict: { http: 409, exit: 4, retry: 'backoff' },
  refused: { http: 409, exit: 5, retry: 'never' },
  denied: { http: 403, exit: 6, retry: 'never' },
  unreachable: { http: 503, exit: 7, retry: 'backoff' },
  timeout: { http: 504, exit: 8, retry: 'backoff' },
  busy: { http: 423, exit: 9, retry: 'never' },
} as const;

export type FaultCode = keyof typeof faultCodes;

export interface FaultDetails {
  readonly place?: Place;
  /** Words of a syntax as they are, or a sentence. */
  readonly expected?: string | Message;
  readonly found?: string;
  readonly remedy?: Message;
  readonly cause?: unknown;
}

/** Something outside went wrong (input, I/O, another program), said so that a person can act on it. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly text: Message;
  readonly details: FaultDetails;

  constructor(code: FaultCode, text: Message, details: FaultDetails = {}) {
    super(say('en', text), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.text = text;
    this.details = details;
  }

  get retry(): Retry {
    return faultCodes[this.code].retry;
  }
}

const systemWords: ReadonlyMap<string, Message['key']> = new Map([
  ['EACCES', 'fault.system.EACCES'],
  ['EEXIST', 'fault.system.EEXIST'],
  ['EISDIR', 'fault.system.EISDIR'],
  ['ENOENT', 'fault.system.ENOENT'],
  ['ENOSPC', 'fault.system.ENOSPC'],
  ['ENOTDIR', 'fault.system.ENOTDIR'],
  ['EPERM', 'fault.system.EPERM'],
  ['EROFS', 'fault.system.EROFS'],
]);

/** What went wrong as a sentence inside another one; of what is no fault, the words that it came with. */
export function problemOf(error: unknown): Message {
  if (error instanceof Fault) return error.text;
  const known = error instanceof Error && 'code' in error ? systemWords.get(String(error.code)) : undefined;
  if (known !== undefined) return { key: known };
  return { key: 'fault.foreign', params: { detail: error instanceof Error ? error.message : String(error) } };
}
