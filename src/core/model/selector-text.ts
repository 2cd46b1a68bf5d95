import type { LabelSelector, LabelSelectorRequirement } from './meta.ts';

function requirementText(item: LabelSelectorRequirement): string {
  const values = item.values ?? [];
  switch (item.operator) {
    case 'In':
      return values.length === 1 ? `${item.key}=${values[0] ?? ''}` : `${item.key} in (${values.join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${item.key}!=${values[0] ?? ''}` : `${item.key} notin (${values.join(',')})`;
    case 'Exists':
      return item.key;
    case 'DoesNotExist':
      return `!${item.key}`;
  }
}

/** The text form that `parseSelector` (`labels.ts`) reads back to the same meaning. Empty = matches everything. */
export function selectorText(selector: LabelSelector): string {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([name, wanted]) => `${name}=${wanted}`),
    ...(selector.matchExpressions ?? []).map(requirementText),
  ].join(',');
}
