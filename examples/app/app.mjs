/**
 * The program behind the small examples: answers with its version on one port and its probes on another, as the programs
 * in articles about release strategies do.
 */
import { createServer } from 'node:http';

const version = process.env.VERSION ?? 'v1.0.0';
const host = process.env.HOSTNAME ?? 'localhost';
const port = Number(process.env.PORT_8080 ?? process.env.PORT ?? 8080);
const probePort = Number(process.env.PORT_8086 ?? 8086);

const app = createServer((incoming, response) => {
  response.setHeader('x-served-by', version);
  response.end(`Host: ${host}, Version: ${version}\n`);
});
let stopping = false;
const probes = createServer((incoming, response) => {
  response.statusCode = incoming.url === '/ready' && stopping ? 503 : 200;
  response.end();
});
app.keepAliveTimeout = 75_000;
app.listen(port, process.env.POD_IP);
probes.listen(probePort, process.env.POD_IP);

process.on('SIGTERM', () => {
  stopping = true;
  probes.close();
  app.close(() => process.exit(0));
  app.closeIdleConnections();
});
