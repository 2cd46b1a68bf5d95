import { replaceAll } from './regex.ts';
import type { PreparedRoute } from './prepare.ts';
import { pathLength } from './request.ts';

/**
 * Path that the upstream sees. A matched prefix is replaced literally (no condition on the path counts as the prefix `/`), an
 * exact or regex match replaces the whole path, the query stays.
 */
export function rewritePath(prepared: PreparedRoute, path: string): string {
  const { forward, route } = prepared;
  const rewrite = forward?.action.rewrite;
  if (rewrite === undefined) return path;
  const end = pathLength(path);
  if (rewrite.regex !== undefined && forward?.rewriteRegex !== undefined) {
    return replaceAll(forward.rewriteRegex, path.slice(0, end), rewrite.regex.rewrite) + path.slice(end);
  }
  if (rewrite.path === undefined) return path;
  const replaced = replacedLength(route.match, end);
  return rewrite.path + path.slice(replaced);
}

function replacedLength(match: PreparedRoute['route']['match'], end: number): number {
  if (match?.pathSegments !== undefined) return Math.min(match.pathSegments.length, end);
  const path = match?.path;
  if (path === undefined) return 1;
  return path.kind === 'prefix' ? path.value.length : end;
}
