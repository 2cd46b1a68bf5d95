/** What the four programs share: an HTTP server that stops politely, and a client that forwards what a mesh needs. */
import { createServer, Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** Headers that must travel from the incoming request to every call it causes, so that routing and traces hold together. */
const forwarded = [
  'x-request-id',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'sw8',
  'end-user',
  'user-agent',
  'cookie',
  'authorization',
  'jwt',
];

export function forwardedHeaders(incoming) {
  const headers = {};
  for (const name of forwarded) if (incoming.headers[name] !== undefined) headers[name] = incoming.headers[name];
  return headers;
}

/** GETs JSON. Never rejects: a call that brings no answer has status 0. */
export function call(url, headers, timeoutMs) {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, headers, timeout: timeoutMs }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        let body;
        try {
          body = JSON.parse(Buffer.concat(parts).toString());
        } catch {
          body = undefined;
        }
        resolve({ status: answer.statusCode, headers: answer.headers, body });
      });
      answer.on('error', () => resolve({ status: 0, headers: {}, body: undefined }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', () => resolve({ status: 0, headers: {}, body: undefined }));
    outgoing.end();
  });
}

export function sendJson(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** How long callers may take to notice that a program is stopping. */
const noticeMs = 1000;

/** Listens where the platform says (`POD_IP`, `PORT`), else on port 9080 or the first argument. */
export function serve(name, handle) {
  const port = Number(process.env.PORT ?? process.argv[2] ?? 9080);
  let underWay = 0;
  let isUnnoticed = true;
  // A connection on which nothing was ever asked counts as busy to Node, and would hold the program for a minute.
  const endIfQuiet = () => {
    if (!isUnnoticed && underWay === 0) server.closeAllConnections();
  };
  const server = createServer((incoming, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      endIfQuiet();
    });
    if (incoming.url === '/health') return sendJson(response, 200, { status: `${name} is healthy` });
    Promise.resolve(handle(incoming, response)).catch((error) => {
      console.error(error);
      if (!response.headersSent) sendJson(response, 500, { error: String(error) });
    });
  });
  server.keepAliveTimeout = 75_000;
  server.listen(port, process.env.POD_IP, () => console.log(`${name} listens on port ${port}`));
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => {
      isUnnoticed = false;
      endIfQuiet();
    }, noticeMs);
  });
}
