import { appendFileSync, copyFileSync, mkdirSync, openSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Log files of a container. The process itself appends to `<container>.log` (O_APPEND, no one in between), so that logs
 * survive the control plane and cost nothing. Hence lines carry no times; instead `<file>.times` notes when the file had
 * which size, which dates every line to about a second.
 *
 * Rotation copies and truncates, because the process keeps its descriptor: what it writes in the moment between the copy
 * and the truncation is lost. That is the price of no one in between.
 */
export interface LogFiles {
  /** Of the present instance. */
  readonly current: string;
  /** Of the instance before. */
  readonly previous: string;
}

export function logFiles(podFolder: string, container: string): LogFiles {
  const base = join(podFolder, 'logs', container);
  return { current: `${base}.log`, previous: `${base}.previous.log` };
}

/** `file` itself and its rotated parts, oldest first. */
export function partsOf(file: string, keep: number): readonly string[] {
  return [...Array.from({ length: keep }, (_, index) => `${file}.${keep - index}`), file];
}

export function timesOf(file: string): string {
  return `${file}.times`;
}

/** Opens the log of a new instance for appending; what the last one wrote becomes the previous log. */
export function openLog(files: LogFiles, keep: number): number {
  mkdirSync(join(files.current, '..'), { recursive: true });
  const from = partsOf(files.current, keep);
  for (const [index, to] of partsOf(files.previous, keep).entries()) {
    move(from[index] ?? '', to);
    move(timesOf(from[index] ?? ''), timesOf(to));
  }
  return openSync(files.current, 'a', 0o640);
}

/** Size in bytes; 0 where there is no file. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Notes that at this moment the file had this size. */
export function noteTime(file: string, atMs: number, size: number): void {
  appendFileSync(timesOf(file), `${atMs} ${size}\n`);
}

/** Moves the content of a full log into `<file>.1`, older parts up by one, the oldest away. */
export function rotate(file: string, keep: number): void {
  if (keep === 0) {
    truncateSync(file, 0);
    rmSync(timesOf(file), { force: true });
    return;
  }
  for (let part = keep - 1; part >= 1; part -= 1) {
    move(`${file}.${part}`, `${file}.${part + 1}`);
    move(timesOf(`${file}.${part}`), timesOf(`${file}.${part + 1}`));
  }
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
  move(timesOf(file), timesOf(`${file}.1`));
}

/** Renames; where there is nothing to rename, nothing is left at the goal either. */
function move(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) === undefined) rmSync(to, { force: true });
  else renameSync(from, to);
}
