/** Which process is which: a pid alone may have been given to somebody else, pid plus start time may not. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What the system says of a process right now. */
export interface ProcessSight {
  readonly pid: number;
  /** Opaque; equal only for the same process of the same boot. */
  readonly startTime: string;
  /** Ended, but nobody has collected it yet. */
  readonly isZombie: boolean;
  /** Of a zombie, where the system tells. */
  readonly exitStatus?: { readonly code: number; readonly signal: number };
  readonly group: number;
  readonly session: number;
}

const isLinux = process.platform === 'linux';
let boot: string | undefined;

/** Start times count from the boot, so they mean nothing without it. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  return boot;
}

/** The process behind a pid; undefined where there is none. */
export function lookAt(pid: number): ProcessSight | undefined {
  return isLinux ? lookAtProc(pid) : lookAtPs(pid);
}

/** Fields of `/proc/<pid>/stat` after the name, which may itself contain spaces and parentheses; see proc(5). */
function lookAtProc(pid: number): ProcessSight | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  // proc(5): field 52 is the exit status as waitpid gives it; 0 where it may not be read.
  const status = Number(fields[49] ?? 0);
  const isZombie = state === 'Z' || state === 'X';
  return {
    pid,
    startTime: `${bootId()}-${fields[19] ?? ''}`,
    isZombie,
    ...(isZombie ? { exitStatus: { code: (status >> 8) & 0xff, signal: status & 0x7f } } : {}),
    group: Number(fields[2]),
    session: Number(fields[3]),
  };
}

function lookAtPs(pid: number): ProcessSight | undefined {
  try {
    const line = ps(['-o', 'pgid=,sess=,state=,lstart=', '-p', String(pid)]).trim();
    const [group, session, state, ...start] = line.split(/\s+/);
    if (start.length === 0) return undefined;
    const isZombie = state?.startsWith('Z') ?? false;
    return { pid, startTime: start.join(' '), isZombie, group: Number(group), session: Number(session) || pid };
  } catch {
    return undefined;
  }
}

/** Marks every process of a container instance, inherited by all that it starts. */
export const CONTAINER_MARK = 'SERIN_CONTAINER_ID';
/** Marks commands that run beside a container (exec probes, hooks). */
export const EXEC_MARK = 'SERIN_EXEC_OF';

export interface MarkedProcess {
  readonly pid: number;
  readonly mark: string;
  readonly value: string;
}

/** Every process whose environment carries one of our marks. Costs a walk over all processes: for starts, not for loops. */
export function markedProcesses(): readonly MarkedProcess[] {
  return isLinux ? markedInProc() : markedInPs();
}

function markedInProc(): readonly MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      for (const entry of readFileSync(`/proc/${name}/environ`, 'latin1').split('\0')) {
        const mark = [CONTAINER_MARK, EXEC_MARK].find((each) => entry.startsWith(`${each}=`));
        if (mark !== undefined) found.push({ pid: Number(name), mark, value: entry.slice(mark.length + 1) });
      }
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
  return found;
}

function markedInPs(): readonly MarkedProcess[] {
  const lines = ps(['-axeww', '-o', 'pid=,command=']).split('\n');
  return lines.flatMap((line) => {
    const match = new RegExp(`^\\s*(\\d+) .*\\b(${CONTAINER_MARK}|${EXEC_MARK})=(\\S+)`).exec(line);
    return match ? [{ pid: Number(match[1]), mark: match[2] ?? '', value: match[3] ?? '' }] : [];
  });
}

function ps(options: readonly string[]): string {
  return execFileSync('ps', options, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 2 ** 20,
  });
}
