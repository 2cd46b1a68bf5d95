/** What one line of the access log can say. Absent values are written as `-`. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly flags: string;
  readonly details: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly durationMs: number;
  /** -1 = unknown. */
  readonly serviceTimeMs: number;
  readonly forwardedFor: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly authority: string;
  readonly upstreamHost: string;
  readonly upstreamCluster: string;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly routeName: string;
}

export interface AccessLog {
  write(entry: LogEntry): void;
}
