import { expect, it } from 'vitest';
import { createLog } from './log.ts';
import type { LogLevel } from './log.ts';

function lines(level?: LogLevel) {
  const written: string[] = [];
  const options = { stream: { write: (line: string) => written.push(line) }, now: () => 0 };
  return { log: createLog(level === undefined ? options : { ...options, level }), written };
}

it('writes one JSON object a line, with the fields of its parents', () => {
  const { log, written } = lines();
  log.with({ loop: 'deployment' }).info('looked', { key: 'default/a' });
  expect(written).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"looked","loop":"deployment","key":"default/a"}\n',
  ]);
});

it('drops what is below its level', () => {
  const { log, written } = lines('warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(written).toHaveLength(2);
});

it('keeps message and cause of an error', () => {
  const { log, written } = lines();
  log.error('failed', { error: new Error('outer', { cause: new Error('inner') }) });
  const line = JSON.parse(written[0] ?? '') as { error: { message: string; cause: { message: string } } };
  expect(line.error.message).toBe('outer');
  expect(line.error.cause.message).toBe('inner');
});
