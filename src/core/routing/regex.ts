/** RE2 patterns, compiled once. Envoy matches the whole text, so `a|ab` matches `ab` and nothing beyond. */
import { RE2JS } from 're2js';

/** Longest pattern that Istio accepts (istio `validateStringMatchRegexp`). */
const LONGEST_PATTERN = 1024;

/** Compiled patterns by text, so that a table shares equal ones and its successor takes them over. */
export type RegexCache = Map<string, RE2JS>;

/** Compiles at most once. Throws what the engine says where the pattern is not RE2. */
export function regexIn(cache: RegexCache, pattern: string): RE2JS {
  let regex = cache.get(pattern);
  if (regex === undefined) cache.set(pattern, (regex = RE2JS.compile(pattern)));
  return regex;
}

/** Why the pattern cannot be used; undefined when it can. */
export function regexProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `longer than ${LONGEST_PATTERN} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Global replacement on a text; `\1` … `\9` are groups and `\0` the whole match, as in RE2's `GlobalReplace`.
 */
export function replaceAll(regex: RE2JS, text: string, rewrite: string): string {
  return regex.matcher(text).replaceAll(dollarSyntax(rewrite));
}

function dollarSyntax(rewrite: string): string {
  return rewrite.replace(/\\(.)|\$/g, (found, escaped: string | undefined) => {
    if (found === '$') return '$$';
    return escaped !== undefined && escaped >= '0' && escaped <= '9' ? `$${escaped}` : (escaped ?? '');
  });
}

/**
 * Text that every match of the pattern starts with, found without understanding the pattern: everything before the first
 * character with a meaning. Empty where nothing is certain.
 */
export function literalPrefix(pattern: string): string {
  if (pattern.includes('|') || pattern.includes('(?')) return '';
  const body = pattern.startsWith('^') ? pattern.slice(1) : pattern;
  const end = body.search(/[\\.+*?()[\]{}^$]/);
  if (end < 0) return body;
  const meaning = body.charAt(end);
  const optional = meaning === '*' || meaning === '?' || meaning === '{' || meaning === '+';
  return body.slice(0, optional ? Math.max(0, end - 1) : end);
}
