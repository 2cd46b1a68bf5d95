/**
 * A service that misbehaves on demand. FAIL_PERCENT: share of requests answered 500. LATE_FAIL_FILE: a file with a
 * percentage that is added while it exists (one file for both versions = a shared outage). MODE: `crash` ends the process
 * at the third request, `refuse` closes its listener there.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { VERSION = 'v1', FAIL_PERCENT = '0', OUTAGE_FILE, MODE = 'serve', PORT, POD_IP } = process.env;
let outage = 0;
if (OUTAGE_FILE !== undefined) {
  setInterval(() => {
    try {
      outage = Number(readFileSync(OUTAGE_FILE, 'utf8')) || 0;
    } catch {
      outage = 0;
    }
  }, 200);
}
let seen = 0;
const server = createServer((incoming, response) => {
  response.setHeader('x-served-by', VERSION);
  if (incoming.url === '/health') return response.end('ok');
  seen += 1;
  if (seen === 3 && MODE === 'crash') process.exit(1);
  if (seen === 3 && MODE === 'refuse') {
    server.close();
    setImmediate(() => server.closeAllConnections());
  }
  if (Math.random() * 100 < Number(FAIL_PERCENT) + outage) response.statusCode = 500;
  response.end(VERSION);
});
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), POD_IP);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
