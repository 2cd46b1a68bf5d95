/** One entry of the catalogue: the same sentence in both languages, with `{name}` for parameters. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Language = 'en' | 'zh';
export type TextParams = Readonly<Record<string, string | number>>;
