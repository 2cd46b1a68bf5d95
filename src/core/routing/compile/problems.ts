import type { Message, TextKey } from '../../../texts/catalogue.ts';
import type { TextParams } from '../../../texts/message.ts';
import type { Problem } from './input.ts';

/** Collects problems, each once, with the place as parameter `at` of the sentence: one object is compiled for several ports and callers. */
export interface Problems {
  error(at: FieldOf, text: Message): void;
  notice(at: FieldOf, text: Message): void;
  /** Takes over what was reported elsewhere. */
  addAll(problems: readonly Problem[]): void;
  list(): readonly Problem[];
}

export interface FieldOf {
  /** E.g. `VirtualService default/reviews`. */
  readonly object: string;
  readonly field: string;
}

export function newProblems(): Problems {
  const byKey = new Map<string, Problem>();
  const take = (problem: Problem): void => {
    const key = `${problem.place.object ?? ''} ${problem.place.field ?? ''} ${problem.text.key}`;
    if (!byKey.has(key)) byKey.set(key, problem);
  };
  const add = (severity: Problem['severity'], { object, field }: FieldOf, text: Message): void =>
    take({
      severity,
      place: { object, field },
      text: { key: text.key, params: { at: `${object} ${field}`, ...text.params } },
    });
  return {
    error: (at, text) => add('error', at, text),
    notice: (at, text) => add('notice', at, text),
    addAll: (problems) => problems.forEach(take),
    list: () => [...byKey.values()],
  };
}

/** Short spelling of a message. */
export function message(key: TextKey, params?: TextParams): Message {
  return params === undefined ? { key } : { key, params };
}
