import { createServer, type Server } from 'node:http';
import { rmSync } from 'node:fs';
import { renderPrometheus } from './prometheus.ts';
import type { StatsRegistry } from './registry.ts';

/** Serves `/stats/prometheus` and `/ready` to people and scrapers on this machine. */
export class AdminServer {
  /** Resolves once the address answers. */
  readonly ready: Promise<void>;
  private readonly server: Server;

  /** `address`: path of a Unix socket, or `host:port`. */
  constructor(address: string, stats: StatsRegistry) {
    this.server = createServer((request, response) => {
      const path = request.url?.split('?')[0];
      if (request.method !== 'GET') response.writeHead(405).end();
      else if (path === '/stats/prometheus' || path === '/metrics') {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
        response.end(renderPrometheus(stats.series()));
      } else if (path === '/ready') response.writeHead(200).end('LIVE\n');
      else response.writeHead(404).end();
    });
    // Without the admin address traffic still flows.
    this.server.on('error', (error) => process.stderr.write(`admin address ${address}: ${error.message}\n`));
    this.ready = new Promise((resolve) => this.server.once('listening', resolve));
    const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
    if (host !== undefined && port !== undefined) this.server.listen(Number(port), host);
    else {
      rmSync(address, { force: true });
      this.server.listen(address);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
