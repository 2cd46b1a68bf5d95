import { z } from 'zod';
import type { LabelSelector, LabelSelectorRequirement, NewObjectMeta, OwnerReference } from '../meta.ts';
import { strict, withRules } from './strict.ts';
import { annotations, dnsName, flag, labels, nonEmpty, oneOf, text, texts } from './values.ts';

const owner: z.ZodType<OwnerReference> = strict<OwnerReference>(
  { apiVersion: nonEmpty, kind: nonEmpty, name: nonEmpty, uid: nonEmpty },
  { controller: flag, blockOwnerDeletion: flag },
);

/** What the store sets itself; files that were exported carry it, and it is not taken from them. */
const storeOwned = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
];

/** `name` differs by kind: most are DNS names, some are labels. */
export function metadata(name: z.ZodType<string> = dnsName): z.ZodType<NewObjectMeta> {
  return strict<NewObjectMeta>(
    { name },
    { namespace: text, labels, annotations, ownerReferences: z.array(owner), finalizers: texts },
    storeOwned,
  );
}

const requirement: z.ZodType<LabelSelectorRequirement> = withRules(
  strict<LabelSelectorRequirement>(
    { key: nonEmpty, operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist') },
    { values: texts },
  ),
  ({ operator, values = [] }, check) => {
    const needsValues = operator === 'In' || operator === 'NotIn';
    if (needsValues === values.length > 0) return;
    const key = needsValues ? 'manifest.selectorNeedsValues' : 'manifest.selectorTakesNoValues';
    check.refuse({ text: { key, params: { operator } } }, ['values']);
  },
);

export const labelSelector: z.ZodType<LabelSelector> = strict<LabelSelector>(
  {},
  { matchLabels: labels, matchExpressions: z.array(requirement) },
);
