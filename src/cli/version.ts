import { readFileSync } from 'node:fs';

/** Version of the package that this file belongs to: `src/cli` and `dist/cli` lie equally deep. */
function read(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = typeof file === 'object' && file !== null && 'version' in file ? file.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

export const programVersion: string = read();
