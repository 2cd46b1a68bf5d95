/**
 * What routing reads of a request. The mesh implements it over its own buffers, so nothing has to be copied.
 * `path` is already normalised (`normalize.ts`).
 */
export interface RequestView {
  /** As sent; methods are case-sensitive. */
  readonly method: string;
  /** Origin form with query, e.g. `/a/b?c=d`. */
  readonly path: string;
  /** Host as sent: with port, in its own case. */
  readonly authority: string;
  readonly scheme: string;
  /** Address of the peer, without port. */
  readonly sourceAddress: string;
  /** First value of a header; `name` is lower case. */
  header(name: string): string | undefined;
  /** All values in the order of arrival; empty where absent. */
  headers(name: string): readonly string[];
}

/** Length of the path without query: matching never looks beyond it. */
export function pathLength(path: string): number {
  const query = path.indexOf('?');
  return query < 0 ? path.length : query;
}

/** First value of a header or pseudo header (`:method`, `:path`, `:authority`, `:scheme`). */
export function headerOf(request: RequestView, name: string): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':path':
      return request.path;
    case ':authority':
    case 'host':
      return request.authority;
    case ':scheme':
      return request.scheme;
    default:
      return request.header(name);
  }
}

/**
 * First value of a query parameter, neither name nor value decoded (as Envoy compares them); `''` for `?name` and `?name=`.
 */
export function queryOf(path: string, name: string): string | undefined {
  let at = path.indexOf('?');
  while (at >= 0 && at < path.length) {
    const start = at + 1;
    const ampersand = path.indexOf('&', start);
    const end = ampersand < 0 ? path.length : ampersand;
    if (path.startsWith(name, start)) {
      const after = start + name.length;
      if (after === end) return '';
      if (after < end && path.charCodeAt(after) === 61) return path.slice(after + 1, end);
    }
    at = ampersand;
  }
  return undefined;
}

/** Value of a cookie, quotes kept; the first one of that name counts (Envoy `Http::Utility::parseCookieValue`). */
export function cookieOf(request: RequestView, name: string): string | undefined {
  const first = request.header('cookie');
  if (first === undefined) return undefined;
  const found = cookieIn(first, name);
  if (found !== undefined) return found;
  for (const line of request.headers('cookie')) {
    const value = cookieIn(line, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function cookieIn(line: string, name: string): string | undefined {
  let start = 0;
  while (start < line.length) {
    while (line.charCodeAt(start) === 32) start++;
    const semicolon = line.indexOf(';', start);
    const end = semicolon < 0 ? line.length : semicolon;
    if (line.startsWith(name, start) && line.charCodeAt(start + name.length) === 61) {
      return line.slice(start + name.length + 1, end).trim();
    }
    start = end + 1;
  }
  return undefined;
}
