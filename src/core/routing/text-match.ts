import { type RegexCache, regexIn } from './regex.ts';
import type { TextMatch } from './table.ts';

export type TextTest = (text: string) => boolean;

/** Turns a condition on a text into a function. Throws where a pattern is not RE2: the compiler lets none through. */
export function textTest(match: TextMatch, regexes: RegexCache): TextTest {
  switch (match.kind) {
    case 'exact': {
      const { value } = match;
      if (match.ignoreCase !== true) return (text) => text === value;
      const lower = value.toLowerCase();
      return (text) => text.length === lower.length && text.toLowerCase() === lower;
    }
    case 'prefix': {
      const { value } = match;
      if (match.ignoreCase !== true) return (text) => text.startsWith(value);
      const lower = value.toLowerCase();
      return (text) => text.slice(0, lower.length).toLowerCase() === lower;
    }
    case 'regex': {
      const regex = regexIn(regexes, match.value);
      return (text) => regex.testExact(text);
    }
    case 'present':
      return () => true;
  }
}
