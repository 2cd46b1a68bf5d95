/** How the demo speaks: timed lines, one live line on a terminal, a table at the end. */
import type { Message } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';

export interface Printer {
  readonly language: Language;
  say(message: Message): void;
  heading(message: Message): void;
  command(line: string): void;
  /** A timed line that is no sentence. */
  mark(text: string): void;
  /** Overwritten by the next line; on anything but a terminal it is not shown. */
  live(text: string): void;
  line(text: string): void;
  seconds(): number;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** A bar of 20 cells for a percentage. */
export function bar(percent: number): string {
  const full = Math.max(0, Math.min(20, Math.round(percent / 5)));
  return '█'.repeat(full) + '░'.repeat(20 - full);
}

export function createPrinter(output: Output, language: Language): Printer {
  const startedAt = Date.now();
  const terminal = output.isTTY === true;
  const colored = terminal && process.env['NO_COLOR'] === undefined;
  const paint = (code: number, text: string): string => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);
  const erase = terminal ? '\r\u001b[K' : '';
  const seconds = (): number => (Date.now() - startedAt) / 1000;
  const stamp = (): string => paint(2, `[${seconds().toFixed(1).padStart(5)} s]`);
  const line = (text: string): void => void output.write(`${erase}${text}\n`);
  return {
    language,
    seconds,
    line,
    say: (message) => line(`${stamp()} ${say(language, message)}`),
    heading: (message) => line(`\n${paint(1, say(language, message))}`),
    command: (text) => line(`          ${paint(36, `$ serin ${text}`)}`),
    mark: (text) => line(`${stamp()} ${text}`),
    live: (text) => {
      if (terminal) output.write(`${erase}${stamp()} ${text}`);
    },
  };
}
