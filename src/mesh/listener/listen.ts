import type { Server } from 'node:net';

const BACKLOG = 4096;
/** What systems say that cannot share a port between processes. */
const CANNOT_SHARE: ReadonlySet<string> = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOPROTOOPT']);

/** Opens the address, shared with the other workers where the system can. Rejects where it cannot be had. */
export async function listenOn(server: Server, at: { readonly address: string; readonly port: number }): Promise<void> {
  try {
    await listenOnce(server, { host: at.address, port: at.port, backlog: BACKLOG, reusePort: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && CANNOT_SHARE.has(String(error.code)))) throw error;
    await listenOnce(server, { host: at.address, port: at.port, backlog: BACKLOG });
  }
  // Out of file descriptors: the connection is lost, the listener is not.
  server.on('error', () => {});
}

function listenOnce(server: Server, options: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
