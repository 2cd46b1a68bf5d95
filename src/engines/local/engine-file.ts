/** What the engine leaves in its data folder so that others find it: `engine.json` and the access token. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EngineFile {
  readonly pid: number;
  /** Start time of the process as the system counts it; tells it from a later one with the same pid. */
  readonly started: string;
  /** Port of the control API on 127.0.0.1. */
  readonly port: number;
  readonly version: string;
}

/** A reader sees the old file or the new one, never half of one. */
function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}

export function writeEngineFile(dataDir: string, file: EngineFile): void {
  writeWhole(join(dataDir, 'engine.json'), `${JSON.stringify(file)}\n`, 0o644);
}

export function removeEngineFile(dataDir: string): void {
  rmSync(join(dataDir, 'engine.json'), { force: true });
}

/** The folder's access token: 32 random bytes, readable by its owner only; made once. */
export function accessToken(dataDir: string): string {
  const path = join(dataDir, 'token');
  if (existsSync(path)) {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  }
  const token = randomBytes(32).toString('base64url');
  writeWhole(path, `${token}\n`, 0o600);
  return token;
}
