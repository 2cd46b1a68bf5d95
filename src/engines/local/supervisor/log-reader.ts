import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Cache } from '../../../control/cache.ts';
import type { Pod } from '../../../core/model/pod.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Clock } from '../../../ports/clock.ts';
import { logFiles, partsOf, timesOf } from './log-files.ts';
import { podFolder } from './pod-folder.ts';

export interface LogRequest {
  readonly pod: { readonly namespace: string; readonly name: string };
  /** May be left out where the pod has one container. */
  readonly container?: string;
  /** Goes on with what is written later, over restarts of the container, until the pod is gone. */
  readonly follow?: boolean;
  /** Only the last so many lines of what is there. */
  readonly tail?: number;
  /** Only what was written at or after this moment, in milliseconds since 1970; exact to about a second. */
  readonly sinceMs?: number;
  /** Of the instance before the present one. */
  readonly previous?: boolean;
  /** Ends a following reader. */
  readonly signal?: AbortSignal;
}

export interface LogSource {
  readonly cache: Cache;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly keep: number;
}

const POLL_MS = 200;

/** Lines of a container's log, oldest first. */
export async function* readPodLogs(source: LogSource, request: LogRequest): AsyncGenerator<string> {
  const { pod, container } = find(source, request);
  const { name, namespace = 'default', uid } = pod.metadata;
  const files = logFiles(podFolder(source.dataDir, { namespace, name, uid }), container);
  const file = request.previous === true ? files.previous : files.current;
  const parts = partsOf(file, source.keep).filter((part) => existsSync(part));
  if (parts.length === 0 && request.follow !== true) {
    throw new Fault('notFound', { key: 'workload.logNone', params: { pod: name, container } });
  }
  // Taken before reading, so that following starts where reading ended.
  const from = positionOf(file);
  yield* lastOf(
    linesOf(parts, { until: from, ...(request.sinceMs === undefined ? {} : { sinceMs: request.sinceMs }) }),
    request.tail,
  );
  if (request.follow === true && request.previous !== true) {
    const isOver = (): boolean => source.cache.get<Pod>({ kind: 'Pod', namespace, name })?.metadata.uid !== uid;
    const signal = request.signal ?? new AbortController().signal;
    yield* follow(file, { previous: files.previous, from, isOver, clock: source.clock, signal });
  }
}

function find({ cache }: LogSource, request: LogRequest): { readonly pod: Pod; readonly container: string } {
  const ref = { kind: 'Pod', ...request.pod };
  const pod = cache.get<Pod>(ref);
  if (pod === undefined) throw new Fault('notFound', { key: 'fault.notFound', params: ref });
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ name }) => name);
  const only = pod.spec.containers.length === 1 ? pod.spec.containers[0]?.name : undefined;
  const container = request.container ?? only;
  const podName = pod.metadata.name;
  if (container === undefined) {
    throw new Fault(
      'usage',
      { key: 'workload.logContainer', params: { pod: podName, containers: names.join(', ') } },
      { remedy: { key: 'workload.logContainerRemedy' } },
    );
  }
  if (!names.includes(container)) {
    const params = { pod: podName, container };
    throw new Fault('notFound', { key: 'workload.logNoContainer', params }, { expected: names.join(', ') });
  }
  return { pod, container };
}

interface Position {
  readonly inode: number;
  readonly size: number;
}

function positionOf(file: string): Position {
  const stat = statSync(file, { throwIfNoEntry: false });
  return { inode: stat?.ino ?? 0, size: stat?.size ?? 0 };
}

async function* linesOf(
  parts: readonly string[],
  { sinceMs, until }: { readonly sinceMs?: number; readonly until: Position },
): AsyncGenerator<string> {
  for (const part of parts) {
    const start = sinceMs === undefined ? 0 : offsetAt(part, sinceMs);
    const isCurrent = statSync(part, { throwIfNoEntry: false })?.ino === until.inode;
    if (isCurrent && until.size <= start) continue;
    const input = createReadStream(part, { start, ...(isCurrent ? { end: until.size - 1 } : {}) });
    yield* createInterface({ input, crlfDelay: Infinity });
  }
}

/** Where the content begins that was written at or after the moment. Without notes of times: at the start. */
function offsetAt(file: string, sinceMs: number): number {
  if (!existsSync(timesOf(file))) return 0;
  let offset = 0;
  for (const line of readFileSync(timesOf(file), 'utf8').split('\n')) {
    const [at, size] = line.split(' ').map(Number);
    if (at === undefined || size === undefined) continue;
    if (at >= sinceMs) return offset;
    offset = size;
  }
  return offset;
}

async function* lastOf(lines: AsyncIterable<string>, count: number | undefined): AsyncGenerator<string> {
  if (count === undefined) {
    yield* lines;
    return;
  }
  const kept: string[] = [];
  for await (const line of lines) {
    kept.push(line);
    if (kept.length > count) kept.shift();
  }
  yield* kept;
}

interface FollowOptions {
  /** Where the log goes when the next instance starts. */
  readonly previous: string;
  readonly from: Position;
  readonly isOver: () => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Reads what is added. A file that shrank was rotated, one with another inode belongs to the next instance. */
async function* follow(file: string, { previous, from, isOver, clock, signal }: FollowOptions): AsyncGenerator<string> {
  let position = from;
  let rest = Buffer.alloc(0);
  while (!signal.aborted) {
    // Asked before reading, so that what was written last is read once more.
    const isLast = isOver();
    const present = positionOf(file);
    const isNext = present.inode !== position.inode;
    const before = isNext ? positionOf(previous) : undefined;
    const added: Buffer[] = [rest];
    if (before?.inode === position.inode) added.push(await readRange(previous, position.size, before.size));
    const start = isNext || present.size < position.size ? 0 : position.size;
    added.push(await readRange(file, start, present.size));
    const bytes = Buffer.concat(added);
    const end = bytes.lastIndexOf(0x0a);
    if (end >= 0) yield* bytes.toString('utf8', 0, end).split('\n');
    rest = bytes.subarray(end + 1);
    if (present.inode !== 0) position = present;
    if (isLast) return;
    await clock.sleep(POLL_MS, signal);
  }
}

async function readRange(file: string, start: number, end: number): Promise<Buffer> {
  if (end <= start) return Buffer.alloc(0);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } catch {
    // Gone between looking and reading.
    return Buffer.alloc(0);
  } finally {
    await handle?.close();
  }
}
