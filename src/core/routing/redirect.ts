import { splitAuthority } from './choose.ts';
import { pathLength, type RequestView } from './request.ts';
import type { RedirectAction } from './table.ts';

/**
 * `location` of a redirect, put together as Envoy does (`PathRedirect`, `processRequestHost`): a new path keeps the query
 * unless it brings its own; the Host's port is dropped where the redirect names a port, or where it was the default of a
 * scheme that changes.
 */
export function redirectLocation(action: RedirectAction, request: RequestView): string {
  const scheme = action.scheme ?? request.scheme;
  const port = action.port === undefined ? '' : `:${action.port}`;
  const host = action.authority ?? hostOf(request, scheme, action.port !== undefined);
  return `${scheme}://${host}${port}${pathOf(action, request.path)}`;
}

/** `location` for hosts that must be reached by https: Host as sent, with port and case. */
export function httpsLocation(request: RequestView): string {
  return `https://${request.authority}${request.path}`;
}

function pathOf(action: RedirectAction, path: string): string {
  if (action.path === undefined) return path;
  return action.path.includes('?') ? action.path : action.path + path.slice(pathLength(path));
}

function hostOf(request: RequestView, scheme: string, hasPort: boolean): string {
  const { authority } = request;
  const { port } = splitAuthority(authority);
  if (port === undefined) return authority;
  const wasDefault =
    scheme !== request.scheme &&
    ((request.scheme === 'https' && port === 443) || (request.scheme === 'http' && port === 80));
  return hasPort || wasDefault ? authority.slice(0, authority.lastIndexOf(':')) : authority;
}
