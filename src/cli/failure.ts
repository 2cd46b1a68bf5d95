/** How a failed command looks on standard error, and which exit code it gives. */
import { Fault, faultCodes } from '../lib/fault.ts';
import type { Place } from '../lib/fault.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import type { Paint } from './render/color.ts';

/** Exit code of a bug, where no fault says better. */
const BUG_EXIT = 1;

/** What the sentence names itself is not said before it. */
function placeText({ file, line, column, field, object }: Place, sentence: string): string {
  const position = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  return [position, object, field]
    .filter((part) => part !== undefined && part !== '' && !isNamed(part, sentence))
    .join(': ');
}

/** As problems of manifests are shown, so that both look alike. */
function detail(language: Language, name: 'expected' | 'found' | 'remedy', value?: string): readonly string[] {
  if (value === undefined) return [];
  return [`  ${say(language, { key: `manifest.line.${name}`, params: { [name]: value } })}`];
}

/** Lines without a final line break. */
export function failureLines(error: unknown, language: Language, paint: Paint): readonly string[] {
  if (!(error instanceof Fault)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [`${paint('bad', 'serin:')} ${say(language, { key: 'cli.bug' })}`, text];
  }
  const { place, expected, found, remedy } = error.details;
  const sentence = say(language, error.text);
  const where = place === undefined ? '' : placeText(place, sentence);
  const expectation = expected === undefined || typeof expected === 'string' ? expected : say(language, expected);
  return [
    `${paint('bad', 'serin:')} ${where === '' ? '' : `${where}: `}${sentence}`,
    ...detail(language, 'expected', expectation),
    ...detail(language, 'found', found),
    ...detail(language, 'remedy', remedy === undefined ? undefined : say(language, remedy)),
  ];
}

/** `Pod default/a` is named by a sentence with `Pod a`; a file also by the folder that it lies in. */
function isNamed(part: string, sentence: string): boolean {
  const short = part.replace(/^(\w+) [^/ ]+\//, '$1 ');
  return sentence.includes(part) || sentence.includes(short);
}

export function exitCodeOf(error: unknown): number {
  return error instanceof Fault ? faultCodes[error.code].exit : BUG_EXIT;
}
