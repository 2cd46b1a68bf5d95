import type { AddressInfo } from 'node:net';
import { Fault } from '../lib/fault.ts';
import { createApp } from './app.ts';
import type { RunningServer, ServerOptions } from './ports.ts';

/** Listens on 127.0.0.1 only. Throws `busy` where the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  let port = options.port;
  const app = await createApp(options, () => port);
  try {
    await app.listen({ host: '127.0.0.1', port: options.port });
  } catch (cause) {
    await app.close();
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      const text = { key: 'server.portTaken', params: { port: options.port } } as const;
      throw new Fault('busy', text, { remedy: { key: 'server.portTakenRemedy' }, cause });
    }
    throw cause;
  }
  port = (app.server.address() as AddressInfo).port;
  options.log.info('control API listens', { address: `http://127.0.0.1:${port}` });
  return { port, close: () => app.close() };
}
