/**
 * Who may call. The token keeps other users of the machine out. The Host check keeps web pages out whose name was
 * rebound to 127.0.0.1: their requests carry the page's own name.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Fault } from '../lib/fault.ts';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];
/** Health checks say nothing that is worth a token. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** True for a Host header that names this machine's loopback and the server's port. */
function isOwnHost(host: string | undefined, port: number): boolean {
  return host !== undefined && NAMES.some((name) => host.toLowerCase() === `${name}:${port}`);
}

/** Throws `denied` unless the request names this server, comes from no foreign page, and shows the token. */
export function createGuard(token: string, port: () => number): (request: FastifyRequest) => void {
  const wanted = digest(token);
  return (request) => {
    const { host, origin, authorization } = request.headers;
    if (!isOwnHost(host, port())) {
      throw new Fault(
        'denied',
        { key: 'server.wrongHost', params: { host: host ?? '-' } },
        { remedy: { key: 'server.wrongHostRemedy' } },
      );
    }
    if (origin !== undefined && !isOwnHost(/^https?:\/\/(.+)$/.exec(origin)?.[1], port())) {
      throw new Fault('denied', { key: 'server.wrongOrigin', params: { origin } });
    }
    if (OPEN_PATHS.has(request.url.split('?')[0] ?? '')) return;
    const shown = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (shown === undefined || !timingSafeEqual(digest(shown), wanted)) {
      throw new Fault('denied', { key: 'server.noToken' }, { remedy: { key: 'server.noTokenRemedy' } });
    }
  };
}
