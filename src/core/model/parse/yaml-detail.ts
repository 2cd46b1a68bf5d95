import { isKnown } from '../../../texts/catalogue.ts';
import type { Phrase } from '../../../texts/message.ts';

/** The parser's place at the end of its first line; we say the place ourselves. */
const PLACE = / at line \d+, column \d+:?$/;

/** What the YAML parser objects to, as a part of a sentence. */
export function yamlDetail(flaw: { readonly code: string; readonly message: string }): Phrase | string {
  const detail = (flaw.message.split('\n', 1)[0] ?? '').replace(PLACE, '');
  const phrase = { key: `manifest.yaml.${flaw.code}`, params: { detail } };
  return isKnown(phrase) ? phrase : detail;
}
