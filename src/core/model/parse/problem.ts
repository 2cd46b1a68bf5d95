/** What is wrong in somebody's input, with the place and a remedy. All problems of a batch are collected, none is applied. */
import type { Place } from '../../../lib/fault.ts';
import type { Language } from '../../../texts/message.ts';
import { say } from '../../../texts/catalogue.ts';
import type { Message } from '../../../texts/catalogue.ts';

export interface Problem {
  readonly text: Message;
  readonly place: Place;
  readonly expected?: Message;
  /** As it stands in the input, shortened. */
  readonly found?: string;
  readonly remedy?: Message;
}

export type FieldPath = readonly (string | number)[];

/** `spec.http[0].match`, `metadata.labels["a.b/c"]`. */
export function fieldText(path: FieldPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$:@-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

const LONGEST_FOUND = 60;

/** A value as it would stand in JSON, shortened. */
export function foundText(value: unknown): string {
  const text = JSON.stringify(value) ?? '-';
  return text.length <= LONGEST_FOUND ? text : `${text.slice(0, LONGEST_FOUND - 1)}…`;
}

/** `file:line:column`, as far as it is known. */
function placeText(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}

/** First the place and the sentence, then indented lines for what was expected, found, and what to do. */
export function problemLines(problem: Problem, language: Language): readonly string[] {
  const { place, text, expected, found, remedy } = problem;
  const where = [placeText(place), place.object, place.field].filter((part) => part !== undefined && part !== '');
  const lines = [`${where.join('  ')}`, `  ${say(language, text)}`];
  if (expected !== undefined) {
    lines.push(`  ${say(language, { key: 'manifest.line.expected', params: { expected: say(language, expected) } })}`);
  }
  if (found !== undefined) lines.push(`  ${say(language, { key: 'manifest.line.found', params: { found } })}`);
  if (remedy !== undefined) {
    lines.push(`  ${say(language, { key: 'manifest.line.remedy', params: { remedy: say(language, remedy) } })}`);
  }
  return lines;
}
