import type { KubeObject } from '../../core/model/meta.ts';
import type { Language } from '../../texts/message.ts';

/** One column of `get`. Headers are the same in every language, so that scripts and articles fit. */
export interface Column<T extends KubeObject> {
  readonly header: string;
  /** Only with `-o wide`. */
  readonly wide?: true;
  /** `now` in milliseconds since 1970; sentences in the reader's language. */
  cell(object: T, now: number, language: Language): string;
}

/** What kubectl prints where there is nothing. */
export const NONE = '<none>';

export function textOrNone(text: string | undefined): string {
  return text === undefined || text === '' ? NONE : text;
}

/** `a=b,c=d` in the order of the keys; `<none>` for an empty map. */
export function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return textOrNone(
    Object.entries(map ?? {})
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
}
