/** One entry of the catalogue: the same sentence in both languages, with `{name}` for parameters. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Language = 'en' | 'zh';

/** A sentence inside another one is put into words together with it; several are listed. */
export type TextParam = string | number | Phrase | readonly Phrase[];
export type TextParams = Readonly<Record<string, TextParam>>;

/** A sentence as it is stored and sent: its key may be one that this program, older or newer, does not know. */
export interface Phrase {
  readonly key: string;
  readonly params?: TextParams;
}
