/**
 * The program behind the release tests: says which version and which pod answered. What is wrong with a version comes from
 * its environment: FAIL_PERCENT (share of requests answered 500), UNREADY (never passes its probe), CRASH (ends at once),
 * DOOM (ends as soon as this file exists).
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

const { VERSION = 'v1', HOSTNAME = '', FAIL_PERCENT = '0', UNREADY, CRASH, DOOM, PORT = '8000', POD_IP } = process.env;
if (CRASH !== undefined) {
  process.stderr.write('cannot start: the configuration is missing\n');
  process.exit(1);
}

if (DOOM !== undefined) setInterval(() => existsSync(DOOM) && process.exit(1), 100);

const server = createServer((incoming, response) => {
  const probed = incoming.url === '/health';
  const failed = probed ? UNREADY !== undefined : Math.random() * 100 < Number(FAIL_PERCENT);
  response.writeHead(failed ? 500 : 200, { 'x-served-by': VERSION, 'x-pod': HOSTNAME });
  response.end(failed ? 'no' : 'yes');
});
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), POD_IP);

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
