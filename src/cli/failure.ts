/** How a failed command looks on standard error, and which exit code it gives. */
import { Fault, faultCodes } from '../lib/fault.ts';
import type { Place } from '../lib/fault.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import type { Paint } from './render/color.ts';
import { padTo, displayWidth } from './render/width.ts';

/** Exit code of a bug, where no fault says better. */
const BUG_EXIT = 1;

function placeText({ file, line, column, field, object }: Place): string {
  const position = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  return [position, object, field].filter((part) => part !== undefined && part !== '').join(': ');
}

/** Lines without a final line break. */
export function failureLines(error: unknown, language: Language, paint: Paint): readonly string[] {
  if (!(error instanceof Fault)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [`${paint('bad', 'serin:')} ${say(language, { key: 'cli.bug' })}`, text];
  }
  const { place, expected, found, remedy } = error.details;
  const where = place === undefined ? '' : placeText(place);
  const rows = [
    ['cli.expected', expected],
    ['cli.found', found],
    ['cli.remedy', remedy === undefined ? undefined : say(language, remedy)],
  ] as const;
  const labels = rows.map(([key]) => say(language, { key }));
  const room = Math.max(...labels.map(displayWidth)) + 1;
  return [
    `${paint('bad', 'serin:')} ${where === '' ? '' : `${where}: `}${say(language, error.text)}`,
    ...rows.flatMap(([, value], index) =>
      value === undefined ? [] : [`  ${padTo(labels[index] ?? '', room)} ${value}`],
    ),
  ];
}

export function exitCodeOf(error: unknown): number {
  return error instanceof Fault ? faultCodes[error.code].exit : BUG_EXIT;
}
