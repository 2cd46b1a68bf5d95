/** Listener → virtual host → route → destination, exactly as Envoy goes, and never back. */
import type {
  PreparedDestination,
  PreparedForward,
  PreparedListener,
  PreparedRoute,
  PreparedVirtualHost,
} from './prepare.ts';
import type { RequestView } from './request.ts';
import { stickyBucket, stickyKeyOf } from './sticky.ts';

/** Hosts that clients invent must not fill the memory. */
const REMEMBERED_HOSTS = 1024;

/**
 * Virtual host of a request. The host is lower-cased and its port dropped (a forward proxy chooses its table by that port
 * first); then exact name, longest `*.suffix`, `*`. A listener that belongs to one Service falls back to that Service, so that
 * a client with a strange Host still gets the versions that the Service's routes want. undefined = `RouteTable.unknownHost`.
 */
export function chooseVirtualHost(listener: PreparedListener, authority: string): PreparedVirtualHost | undefined {
  const known = listener.remembered.get(authority);
  if (known !== undefined) return known === null ? undefined : known;
  const found = findVirtualHost(listener, authority);
  if (listener.remembered.size < REMEMBERED_HOSTS) listener.remembered.set(authority, found ?? null);
  return found;
}

function findVirtualHost(listener: PreparedListener, authority: string): PreparedVirtualHost | undefined {
  if (listener.listener.kind === 'nodePort') return listener.own;
  const { host, port } = splitAuthority(authority);
  const routes =
    listener.routesByPort === undefined ? listener.routes : (listener.routesByPort.get(port ?? 80) ?? listener.routes);
  if (routes === undefined) return listener.own;
  const exact = routes.exact.get(host);
  if (exact !== undefined) return exact;
  for (const { suffix, virtualHost } of routes.suffixes) {
    // A suffix needs at least one character before it.
    if (host.length > suffix.length && host.endsWith(suffix)) return virtualHost;
  }
  return routes.any ?? listener.own;
}

/** Host in lower case and port of an authority; IPv6 addresses stay in their brackets. */
export function splitAuthority(authority: string): { readonly host: string; readonly port: number | undefined } {
  const colon = authority.lastIndexOf(':');
  if (colon < 0 || authority.endsWith(']')) return { host: authority.toLowerCase(), port: undefined };
  const digits = authority.slice(colon + 1);
  if (!/^\d{1,5}$/.test(digits)) return { host: authority.toLowerCase(), port: undefined };
  return { host: authority.slice(0, colon).toLowerCase(), port: Number(digits) };
}

/** First route whose conditions all hold; undefined = 404 NR. There is no second virtual host to try. */
export function chooseRoute(virtualHost: PreparedVirtualHost, request: RequestView): PreparedRoute | undefined {
  return virtualHost.find(request);
}

/**
 * Destination of one request: by the user's bucket where the route is sticky and the request carries the key, else by weight
 * with `random01` in [0, 1).
 */
export function chooseDestination(
  forward: PreparedForward,
  request: RequestView,
  random01: number,
): PreparedDestination {
  const { sticky } = forward.action;
  if (sticky !== undefined && forward.destinations.length > 1) {
    const key = stickyKeyOf(sticky, request);
    if (key !== undefined) return chooseByKey(forward, key);
  }
  const { destinations } = forward;
  const point = random01 * forward.totalWeight;
  for (let i = 0; i < destinations.length - 1; i++) {
    const destination = destinations[i];
    if (destination !== undefined && point < destination.upToWeight) return destination;
  }
  return forward.last;
}

/** Destination of the user with this key; for a key that is being minted as well. */
export function chooseByKey(forward: PreparedForward, key: string): PreparedDestination {
  const bucket = stickyBucket(key, forward.action.sticky?.salt ?? '');
  const { destinations } = forward;
  for (let i = 0; i < destinations.length - 1; i++) {
    const destination = destinations[i];
    if (destination !== undefined && bucket < destination.upToBucket) return destination;
  }
  return forward.last;
}

/**
 * True where this request should be given a cookie: the mesh then makes a key, calls `chooseByKey` and `mintedCookie`.
 */
export function wantsCookie(forward: PreparedForward, request: RequestView): boolean {
  const { sticky } = forward.action;
  return sticky?.cookie !== undefined && sticky.mintSeconds !== undefined && stickyKeyOf(sticky, request) === undefined;
}
