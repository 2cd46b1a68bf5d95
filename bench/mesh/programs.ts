import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Installs what is absent where we may; says what could not be had. */
export function bring(programs: Readonly<Record<string, string>>): readonly string[] {
  const absent = Object.entries(programs).filter(([program]) => !has(program));
  if (absent.length > 0 && process.getuid?.() === 0 && has('apt-get')) {
    try {
      execFileSync('apt-get', ['install', '-y', '-q', ...absent.map(([, name]) => name)], { stdio: 'ignore' });
    } catch {
      // Offline: measured without them.
    }
  }
  return Object.keys(programs).filter((program) => !has(program));
}

const children: ChildProcess[] = [];

/** Starts a program pinned to a core; `stopAll` ends it. */
export function start(core: string, command: readonly string[], cwd?: string): ChildProcess {
  const pinned = has('taskset') ? ['taskset', '-c', core, ...command] : command;
  const [program = '', ...rest] = pinned;
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], ...(cwd === undefined ? {} : { cwd }) });
  children.push(child);
  return child;
}

export async function stopAll(): Promise<void> {
  await Promise.all(
    children.splice(0).map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve();
          else {
            child.on('exit', () => resolve());
            child.kill('SIGTERM');
            setTimeout(() => child.kill('SIGKILL'), 2000).unref();
          }
        }),
    ),
  );
}

export async function untilOpen(port: number): Promise<void> {
  for (let i = 0; i < 250; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** A fast small server that is never the bottleneck. */
export function startUpstream(folder: string, ports: readonly number[], core: string): ChildProcess {
  const servers = ports.map(
    (port) =>
      `server { listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000; location / { default_type text/plain; return 200 "hello from the pod\\n"; } }`,
  );
  return startNginx(folder, 'upstream', servers.join('\n'), core);
}

/** nginx as proxy with the same split. */
export function startNginxProxy(folder: string, port: number, upstream: readonly number[], core: string): ChildProcess {
  const [a = 0, b = 0] = upstream;
  return startNginx(
    folder,
    'proxy',
    `split_clients "$request_id" $arm { 90% one; * two; }
     upstream one { server 127.0.0.1:${a}; keepalive 128; keepalive_requests 1000000000; }
     upstream two { server 127.0.0.1:${b}; keepalive 128; keepalive_requests 1000000000; }
     server { listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000;
       location / { proxy_pass http://$arm; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
         proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Request-Id $request_id; } }`,
    core,
  );
}

function startNginx(folder: string, name: string, http: string, core: string): ChildProcess {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${home}/pid; error_log ${home}/error.log; events { worker_connections 8192; }
     http { access_log off; tcp_nodelay on; client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy;
       fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
       ${http} }`,
  );
  return start(core, ['nginx', '-e', `${home}/error.log`, '-c', join(home, 'nginx.conf')]);
}

export function startHaproxy(folder: string, port: number, upstream: readonly number[], core: string): ChildProcess {
  const [a = 0, b = 0] = upstream;
  const path = join(folder, 'haproxy.cfg');
  writeFileSync(
    path,
    `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  http-reuse always
  option forwardfor
frontend in
  bind 127.0.0.1:${port}
  default_backend arms
backend arms
  balance random
  server one 127.0.0.1:${a} weight 90
  server two 127.0.0.1:${b} weight 10
`,
  );
  return start(core, ['haproxy', '-f', path]);
}

export interface LoadResult {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Requests for each second that the proxy was on the CPU: what a core of its own would carry. */
  readonly perCore: number;
}

/** One measurement with wrk. */
export async function load(
  proxy: ChildProcess,
  at: { readonly port: number; readonly seconds: number; readonly core: string },
): Promise<LoadResult> {
  const wrk = ['wrk', '-t1', '-c64', `-d${at.seconds}s`, '--latency', `http://127.0.0.1:${at.port}/reviews/7`];
  const [program = '', ...rest] = has('taskset') ? ['taskset', '-c', at.core, ...wrk] : wrk;
  const before = cpuSeconds(proxy);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.on('exit', resolve));
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const used = cpuSeconds(proxy) - before;
  return {
    perCore: number(/(\d+) requests in/) / used,
    rps: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + number(/Socket errors:.*?(\d+),/),
  };
}

function milliseconds(found: RegExpExecArray | null): number {
  const unit = { us: 0.001, ms: 1, s: 1000 }[found?.[2] ?? 'ms'] ?? 1;
  return Number(found?.[1] ?? 0) * unit;
}

/** User and system time of a program and its children so far, in seconds. */
function cpuSeconds(child: ChildProcess): number {
  const pid = child.pid ?? 0;
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ticks(each), 0) / TICKS_PER_SECOND;
}

/** `sysconf(_SC_CLK_TCK)`: 100 wherever Linux runs. */
const TICKS_PER_SECOND = 100;

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function ticks(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
