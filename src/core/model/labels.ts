/** Label selectors: matching and the text form that `-l` takes. Semantics: k8s.io/apimachinery labels. */
import { Fault } from '../../lib/fault.ts';
import type { LabelSelector, LabelSelectorRequirement, StringMap } from './meta.ts';

/** A plain map such as a Service's selector: every pair must be there. An empty or absent map matches everything. */
export function matchesLabels(wanted: StringMap | undefined, labels: StringMap | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labelOf(labels, key) === value);
}

/** An empty selector matches everything. `NotIn` and `DoesNotExist` hold where the label is absent. */
export function matchesSelector(selector: LabelSelector | undefined, labels: StringMap | undefined): boolean {
  if (selector === undefined) return true;
  if (!matchesLabels(selector.matchLabels, labels)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

function labelOf(labels: StringMap | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function meets(requirement: LabelSelectorRequirement, labels: StringMap | undefined): boolean {
  const value = labelOf(labels, requirement.key);
  const listed = value !== undefined && (requirement.values ?? []).includes(value);
  switch (requirement.operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

const KEY = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?`;
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const WHOLE_VALUE = new RegExp(`^${VALUE}$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * `app=x,version!=v1,tier in (a, b),!old,new` → a selector.
 * @throws Fault `usage` where a part is none of these forms.
 */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions = splitParts(text).map((part) => {
    const requirement = parseRequirement(part.trim());
    if (requirement !== undefined) return requirement;
    throw new Fault(
      'usage',
      { key: 'manifest.badSelector', params: { part: part.trim(), selector: text } },
      { found: part.trim(), remedy: { key: 'manifest.badSelectorRemedy' } },
    );
  });
  return matchExpressions.length === 0 ? {} : { matchExpressions };
}

/** At commas outside of parentheses. */
function splitParts(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.split(/,(?![^(]*\))/);
}

function parseRequirement(part: string): LabelSelectorRequirement | undefined {
  return equalityIn(part) ?? setIn(part) ?? presenceIn(part);
}

function equalityIn(part: string): LabelSelectorRequirement | undefined {
  const [, key, sign, value = ''] = EQUALITY.exec(part) ?? [];
  if (key === undefined) return undefined;
  return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
}

function setIn(part: string): LabelSelectorRequirement | undefined {
  const [, key, word, list = ''] = SET.exec(part) ?? [];
  const values = list.split(',').map((item) => item.trim());
  if (key === undefined || !values.every((item) => WHOLE_VALUE.test(item))) return undefined;
  return { key, operator: word === 'in' ? 'In' : 'NotIn', values };
}

function presenceIn(part: string): LabelSelectorRequirement | undefined {
  const [, not, key] = PRESENCE.exec(part) ?? [];
  if (key === undefined) return undefined;
  return { key, operator: not === '!' ? 'DoesNotExist' : 'Exists' };
}
