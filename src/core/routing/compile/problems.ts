import type { Message, TextKey } from '../../../texts/catalogue.ts';
import type { TextParams } from '../../../texts/message.ts';
import type { Problem } from './input.ts';

/** Collects problems, each once: one object is compiled for several ports and callers. */
export interface Problems {
  error(at: FieldOf, text: Message): void;
  notice(at: FieldOf, text: Message): void;
  list(): readonly Problem[];
}

export interface FieldOf {
  /** E.g. `VirtualService default/reviews`. */
  readonly object: string;
  readonly field: string;
}

export function newProblems(): Problems {
  const byKey = new Map<string, Problem>();
  const add = (severity: Problem['severity'], at: FieldOf, text: Message): void => {
    const key = `${at.object} ${at.field} ${text.key}`;
    if (!byKey.has(key)) byKey.set(key, { severity, place: { object: at.object, field: at.field }, text });
  };
  return {
    error: (at, text) => add('error', at, text),
    notice: (at, text) => add('notice', at, text),
    list: () => [...byKey.values()],
  };
}

/** Short spelling of a message. */
export function message(key: TextKey, params?: TextParams): Message {
  return params === undefined ? { key } : { key, params };
}
