/** Structured log: one JSON object a line, e.g. `{"time":"…","level":"info","message":"…","release":"default/reviews"}`. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields added to every line. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  readonly stream: { write(line: string): unknown };
  /** Milliseconds since 1970. */
  now(): number;
  /** Lines below are dropped. Default `info`. */
  readonly level?: LogLevel;
  readonly fields?: LogFields;
}

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Errors lose their text in JSON; this keeps message, stack and cause. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  }
  return typeof value === 'bigint' ? String(value) : value;
}

/** A log that writes JSON lines to `stream`. */
export function createLog(options: LogOptions): Log {
  const least = rank[options.level ?? 'info'];
  const emit = (level: LogLevel, message: string, fields?: LogFields): void => {
    if (rank[level] < least) return;
    const line = { time: new Date(options.now()).toISOString(), level, message, ...options.fields, ...fields };
    options.stream.write(`${JSON.stringify(line, plain)}\n`);
  };
  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
    with: (fields) => createLog({ ...options, fields: { ...options.fields, ...fields } }),
  };
}

/** Drops everything: for tests. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLog,
};
