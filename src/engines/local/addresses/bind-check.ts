import { createServer } from 'node:net';

/** Whether this process may listen there now: nobody else does, and the system permits it. Leaves nothing open. */
export function canBind(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether every address of 127.0.0.0/8 is the machine's own, as on Linux. */
export function hasLoopbackNet(): Promise<boolean> {
  return canBind('127.64.0.1', 0);
}
