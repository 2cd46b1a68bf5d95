/** What every command gets: where to write, in which language, and the control plane on demand. */
import { resolve } from 'node:path';
import type { Store } from '../ports/store.ts';
import type { Message, TextKey, WordFamily, Wording } from '../texts/catalogue.ts';
import { say, sayWording, wordFor } from '../texts/catalogue.ts';
import type { Language, TextParams } from '../texts/message.ts';
import type { ApiClient } from './client.ts';
import type { Host } from './host.ts';
import { spanIn } from './render/age.ts';
import type { Paint } from './render/color.ts';
import { createPaint } from './render/color.ts';

/** The outside world of one invocation; tests bring their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isTty: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number;
  readonly rows: number;
  /** From now on the program lives even if nobody reads its output any more. */
  goOnUnread(): void;
  write(text: string): void;
  writeError(text: string): void;
  readStdin(): Promise<string>;
}

export interface Context {
  readonly language: Language;
  /** From `-n`; undefined = not given. */
  readonly givenNamespace: string | undefined;
  /** `-n`, or `default`. */
  readonly namespace: string;
  readonly dataDir: string;
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly host: Host;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One line to standard output. */
  readonly print: (line: string) => void;
  /** One line to standard error: progress, notices, warnings. */
  readonly note: (line: string) => void;
  readonly say: (key: TextKey, params?: TextParams) => string;
  readonly sayMessage: (message: Message) => string;
  /** A sentence out of an object; empty where there is none. */
  readonly sayWording: (wording: Partial<Wording> | undefined) => string;
  /** A word of a record, e.g. a phase, as people call it. */
  readonly sayWord: (family: WordFamily, word: string) => string;
  /** Room for lines that may be broken; without a terminal they are left whole for other programs. */
  readonly columns: number;
  /** How long something took, in a sentence. */
  readonly span: (ms: number) => string;
  client(): Promise<ApiClient>;
  store(): Promise<Store>;
}

export interface ContextOptions {
  readonly terminal: Terminal;
  readonly host: Host;
  readonly language: Language;
  readonly namespace?: string;
  readonly data?: string;
  readonly hasColor: boolean;
}

function dataFolder(terminal: Terminal, given?: string): string {
  const fromEnv = terminal.env['SERIN_DATA'];
  return resolve(terminal.cwd, given ?? (fromEnv === undefined || fromEnv === '' ? '.serin' : fromEnv));
}

export function createContext(options: ContextOptions): Context {
  const { terminal, language } = options;
  const dataDir = dataFolder(terminal, options.data);
  let client: Promise<ApiClient> | undefined;
  const connected = (): Promise<ApiClient> => {
    client ??= import('./client.ts').then(({ connect }) => connect(dataDir, language));
    return client;
  };
  return {
    language,
    givenNamespace: options.namespace,
    namespace: options.namespace ?? 'default',
    dataDir,
    terminal,
    paint: createPaint(options.hasColor),
    host: options.host,
    now: () => Date.now(),
    print: (line) => terminal.write(`${line}\n`),
    note: (line) => terminal.writeError(`${line}\n`),
    say: (key, params) => say(language, params === undefined ? { key } : { key, params }),
    sayMessage: (message) => say(language, message),
    sayWording: (wording) => sayWording(language, { message: '', ...wording }),
    sayWord: (family, word) => {
      const known = wordFor(family, word);
      return typeof known === 'string' ? known : say(language, known);
    },
    get columns() {
      return terminal.isTty ? terminal.columns : Infinity;
    },
    span: (ms) => spanIn(language, ms),
    client: connected,
    store: async () => {
      const [{ createRemoteStore }, api] = await Promise.all([import('./remote-store.ts'), connected()]);
      return createRemoteStore(api);
    },
  };
}
