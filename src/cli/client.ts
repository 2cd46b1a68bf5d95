/** The control API from the command line's side: one place that knows addresses, the token, and how failures look. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import type { FaultCode, FaultDetails } from '../lib/fault.ts';
import { Fault, faultCodes } from '../lib/fault.ts';
import type { Failure, Sentence } from '../server/contract.ts';
import type { Message } from '../texts/catalogue.ts';
import { isKnown } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';

export interface Connection {
  /** E.g. `http://127.0.0.1:7878`. */
  readonly base: string;
  readonly token: string;
  readonly language: Language;
}

export interface ApiClient {
  readonly base: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** The raw answer, once its head is there and says 2xx. */
  open(
    path: string,
    options?: { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response>;
}

/** What the engine leaves in its data folder for others to find it. */
export interface EngineFile {
  readonly pid: number;
  readonly port: number;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

/** A sentence of the server, in words of this program where it knows the key (it may be older or newer). */
export function messageOf(sentence: Sentence): Message {
  const { message, ...phrase } = sentence;
  return isKnown(phrase) ? phrase : { key: 'cli.serverSays', params: { message } };
}

/** The fault that the server threw; a bug of the server becomes a plain error. */
export function faultOf(failure: Failure): Error {
  const { code, text, place, expected, found, remedy, message } = failure.error;
  if (!Object.hasOwn(faultCodes, code)) return new Error(message);
  const details: FaultDetails = {
    ...(place === undefined ? {} : { place }),
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(remedy === undefined ? {} : { remedy: messageOf(remedy) }),
  };
  return new Fault(code as FaultCode, messageOf(text), details);
}

/** Nobody answers at the address. */
export function unreachable(base: string, cause: unknown): Fault {
  return new Fault(
    'unreachable',
    { key: 'cli.unreachable', params: { base } },
    { remedy: { key: 'cli.startIt' }, cause },
  );
}

async function failed(answer: Response): Promise<Error> {
  const text = await answer.text();
  try {
    return faultOf(JSON.parse(text) as Failure);
  } catch {
    return new Error(`HTTP ${answer.status}: ${text.slice(0, 200)}`);
  }
}

interface Request {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function createClient(connection: Connection): ApiClient {
  const headers = {
    authorization: `Bearer ${connection.token}`,
    'accept-language': connection.language,
    'x-serin-user': encodeURIComponent(userName()),
  };
  const send = async (path: string, init: Request): Promise<Response> => {
    let answer: Response;
    try {
      answer = await fetch(connection.base + path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw unreachable(connection.base, cause);
    }
    if (!answer.ok) throw await failed(answer);
    return answer;
  };
  return {
    base: connection.base,
    get: async <T>(path: string) => (await (await send(path, {})).json()) as T,
    post: async <T>(path: string, body: unknown) => {
      const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      return (await (await send(path, init)).json()) as T;
    },
    open: (path, options = {}) => send(path, options),
  };
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    const params = { path };
    throw new Fault('denied', { key: 'cli.unreadableFile', params }, { place: { file: path }, cause });
  }
}

/** Says where the control plane of a data folder listens; undefined where none was left behind. */
export async function findEngine(dataDir: string): Promise<EngineFile | undefined> {
  const text = await readOrMissing(join(dataDir, 'engine.json'));
  if (text === undefined) return undefined;
  try {
    const { pid, port } = JSON.parse(text) as Partial<EngineFile>;
    return typeof pid === 'number' && typeof port === 'number' ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `unreachable` where no control plane has used the folder. */
export async function connect(dataDir: string, language: Language): Promise<ApiClient> {
  const [engine, token] = await Promise.all([findEngine(dataDir), readOrMissing(join(dataDir, 'token'))]);
  if (engine === undefined || token === undefined) {
    throw new Fault('unreachable', { key: 'cli.noEngine', params: { dataDir } }, { remedy: { key: 'cli.startIt' } });
  }
  return createClient({ base: `http://127.0.0.1:${engine.port}`, token: token.trim(), language });
}
