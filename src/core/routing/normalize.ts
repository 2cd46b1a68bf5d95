/** Path normalisation before matching, as Istio's default (`BASE`) makes Envoy do it. RFC 3986 section 6. */

export type Normalized =
  | { readonly ok: true; readonly path: string }
  /** Status and Envoy's response code detail. */
  | { readonly ok: false; readonly status: 400 | 404; readonly detail: string };

const FRAGMENT: Normalized = { ok: false, status: 400, detail: 'path_normalization_failed' };
const NO_PATH: Normalized = { ok: false, status: 404, detail: 'absolute_path_rejected' };

/**
 * Resolves `.` and `..`, turns `\` into `/`, decodes unreserved characters, keeps `//`, `%2F` and `%5C`. The query stays as it
 * is. A fragment is refused; so is a target that is no path (`OPTIONS *`).
 */
export function normalizePath(target: string): Normalized {
  if (target.charCodeAt(0) !== 47 && target.charCodeAt(0) !== 92) return NO_PATH;
  if (target.includes('#')) return FRAGMENT;
  const query = target.indexOf('?');
  const end = query < 0 ? target.length : query;
  if (!needsWork(target, end)) return { ok: true, path: target };
  const decoded = decode(target.slice(0, end));
  if (decoded === undefined) return FRAGMENT;
  return { ok: true, path: withoutDots(decoded) + target.slice(end) };
}

function needsWork(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 37 || code === 92 || code >= 127 || ESCAPED.has(code)) return true;
    if (code === 46 && text.charCodeAt(i - 1) === 47) return true;
  }
  return false;
}

/** `"<>\`{}`: written out in a path they are escaped, as browsers do. */
const ESCAPED: ReadonlySet<number> = new Set(Array.from('"<>`{}', (sign) => sign.charCodeAt(0)));

function decode(path: string): string | undefined {
  let out = '';
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 92) out += '/';
    else if (code === 37) {
      const value = hexAt(path, i + 1);
      if (value === 0) return undefined;
      if (value === undefined) out += '%';
      else {
        out += isUnreserved(value) ? String.fromCharCode(value) : path.slice(i, i + 3);
        i += 2;
      }
    } else if (code >= 127 || ESCAPED.has(code)) out += `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else out += path.charAt(i);
  }
  return out;
}

/** Byte written as two hexadecimal digits; undefined where there are none. */
function hexAt(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 2);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function isUnreserved(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 45 ||
    code === 46 ||
    code === 95 ||
    code === 126
  );
}

/** RFC 3986 section 5.2.4; `//` counts as an empty segment and stays. */
function withoutDots(path: string): string {
  const segments = path.split('/').slice(1);
  const out: string[] = [];
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '.') {
      if (last) out.push('');
    } else if (segment === '..') {
      out.pop();
      if (last) out.push('');
    } else out.push(segment);
  });
  return `/${out.join('/')}`;
}
