import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import type { AccessLog, LogEntry } from './access-log.ts';

const FLUSH_MS = 200;
const FLUSH_BYTES = 64 * 1024;
/** One full file is kept beside the present one. */
const FULL_BYTES = 50 * 1024 * 1024;

/** Access log in a file: Envoy's default text format, or one JSON object a line. Lines are written in batches. */
export class FileLog implements AccessLog {
  private file: number;
  private readonly path: string;
  private readonly fullBytes: number;
  private readonly format: (entry: LogEntry) => string;
  private waiting: string[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: { readonly path: string; readonly json: boolean; readonly fullBytes?: number }) {
    this.path = options.path;
    this.fullBytes = options.fullBytes ?? FULL_BYTES;
    this.file = openSync(options.path, 'a', 0o640);
    this.format = options.json ? jsonLine : textLine;
  }

  write(entry: LogEntry): void {
    const line = this.format(entry);
    this.waiting.push(line);
    this.waitingBytes += line.length;
    if (this.waitingBytes > FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return;
    const text = this.waiting.join('');
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      writeSync(this.file, text);
      this.rotate();
    } catch {
      // A full disk must not stop the traffic: these lines are lost.
    }
  }

  /** Several workers append to one file: whoever finds it full first moves it away, the others follow. */
  private rotate(): void {
    const own = fstatSync(this.file);
    if (own.size < this.fullBytes) return;
    const present = statSync(this.path, { throwIfNoEntry: false });
    if (present?.ino === own.ino) renameSync(this.path, `${this.path}.1`);
    const next = openSync(this.path, 'a', 0o640);
    closeSync(this.file);
    this.file = next;
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

function or(value: string): string {
  return value === '' ? '-' : value;
}

/** Quotes in values would end a field early; control characters cannot come this far. */
function quoted(value: string): string {
  return `"${or(value).replaceAll('"', '\\"')}"`;
}

/** Istio's default: Envoy's default format with the upstream and the route at the end. */
export function textLine(entry: LogEntry): string {
  const time = new Date(entry.startedAt).toISOString();
  const request = `"${or(entry.method)} ${or(entry.path).replaceAll('"', '%22')} HTTP/1.1"`;
  const service = entry.serviceTimeMs < 0 ? '-' : String(entry.serviceTimeMs);
  return (
    `[${time}] ${request} ${entry.status} ${entry.flags} ${entry.details} - "-" ` +
    `${entry.bytesReceived} ${entry.bytesSent} ${entry.durationMs} ${service} ` +
    `${quoted(entry.forwardedFor)} ${quoted(entry.userAgent)} ${quoted(entry.requestId)} ${quoted(entry.authority)} ` +
    `${quoted(entry.upstreamHost)} ${or(entry.upstreamCluster)} - ${entry.downstreamLocal} ${entry.downstreamRemote} - ` +
    `${or(entry.routeName)}\n`
  );
}

/** Field names of Istio's JSON access log. */
function jsonLine(entry: LogEntry): string {
  return `${JSON.stringify({
    start_time: new Date(entry.startedAt).toISOString(),
    method: entry.method,
    path: entry.path,
    protocol: 'HTTP/1.1',
    response_code: entry.status,
    response_flags: entry.flags,
    response_code_details: entry.details,
    bytes_received: entry.bytesReceived,
    bytes_sent: entry.bytesSent,
    duration: entry.durationMs,
    upstream_service_time: entry.serviceTimeMs < 0 ? null : entry.serviceTimeMs,
    x_forwarded_for: entry.forwardedFor || null,
    user_agent: entry.userAgent || null,
    request_id: entry.requestId || null,
    authority: entry.authority || null,
    upstream_host: entry.upstreamHost || null,
    upstream_cluster: entry.upstreamCluster || null,
    downstream_local_address: entry.downstreamLocal,
    downstream_remote_address: entry.downstreamRemote,
    route_name: entry.routeName || null,
  })}\n`;
}
