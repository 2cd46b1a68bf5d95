import { connect, type Socket } from 'node:net';

/** What went through a pipe. */
export interface PipeTotals {
  /** From the client to the other side. */
  readonly received: number;
  /** From the other side to the client. */
  readonly sent: number;
}

/** A pipe that is open. */
export interface Pipe {
  /** So far. */
  readonly totals: () => PipeTotals;
}

/** Joins two sockets: each direction ends on its own, a slow side slows the other one down. Calls `onDone` once. */
export function joinSockets(client: Socket, upstream: Socket, onDone: () => void): Pipe {
  let open = 2;
  const closed = (): void => {
    open--;
    if (open === 0) onDone();
  };
  flow(client, upstream);
  flow(upstream, client);
  client.on('close', closed);
  upstream.on('close', closed);
  return { totals: () => ({ received: client.bytesRead, sent: upstream.bytesRead }) };
}

function flow(from: Socket, to: Socket): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', (hadError) => {
    if (hadError) to.destroy();
    else to.end();
  });
}

/** Connects; resolves with the socket or undefined where that failed or took too long. */
export function dial(to: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
    const settle = (result: Socket | undefined): void => {
      clearTimeout(timer);
      socket.off('error', failed);
      if (result === undefined) {
        socket.on('error', () => {});
        socket.destroy();
      }
      resolve(result);
    };
    const failed = (): void => settle(undefined);
    const timer = setTimeout(failed, to.timeoutMs);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.on('error', () => {});
      settle(socket);
    });
  });
}
