/** What usually stands behind a flaw of YAML's syntax. */
import type { Message } from '../../texts/catalogue.ts';

export const TEMPLATE_REMEDY: Message = { key: 'manifest.templateRemedy' };

/** Undefined where the parser's own words must do. */
export function syntaxRemedy(
  flaw: { readonly code: string; readonly pos: readonly [number, number] },
  text: string,
): Message | undefined {
  if (text.includes('{{')) return TEMPLATE_REMEDY;
  const start = text.lastIndexOf('\n', flaw.pos[0] - 1) + 1;
  const end = text.indexOf('\n', flaw.pos[0]);
  const line = text.slice(start, end < 0 ? undefined : end);
  if (flaw.code === 'TAB_AS_INDENT' || /^ *\t/.test(line)) return { key: 'manifest.tabRemedy' };
  // Colon, comma, quotes, brackets and space as Chinese input methods type them.
  const wide = /[：，“”‘’｛｝［］－\u3000\u00a0]/.exec(line.replace(/#.*$/, ''))?.[0];
  return wide === undefined ? undefined : { key: 'manifest.wideRemedy', params: { character: wide } };
}
