import type { Message } from '../../../texts/catalogue.ts';
import type { Problems } from './problems.ts';

/** Problems of one rule, placed by the field inside it. */
export interface RuleReport {
  error(field: string, text: Message): void;
  notice(field: string, text: Message): void;
  readonly at: (field: string) => { readonly object: string; readonly field: string };
  readonly problems: Problems;
}

/** Stands between a root rule and that of its delegate. */
export const ARROW = ' → ';

/** `origin` is `<Kind> <namespace>/<name> http[3]`, possibly of a delegate behind an arrow. */
export function reportFor(origin: string, problems: Problems): RuleReport {
  const arrow = origin.lastIndexOf(ARROW);
  const own = arrow < 0 ? origin : origin.slice(arrow + ARROW.length);
  const space = own.lastIndexOf(' ');
  const object = own.slice(0, space);
  const rule = own.slice(space + 1);
  const at = (field: string): { readonly object: string; readonly field: string } => ({
    object,
    field: `spec.${rule}.${field}`,
  });
  return {
    error: (field, text) => problems.error(at(field), text),
    notice: (field, text) => problems.notice(at(field), text),
    at,
    problems,
  };
}
