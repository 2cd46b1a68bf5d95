/**
 * Lists whose items have names. They merge item by item, as the `patchMergeKey` of Kubernetes' own types says; every
 * other list is one value. DestinationRule subsets are added: several parties name versions of one host.
 */
import { valueAt } from './json.ts';

type ListKey = (item: unknown) => string | undefined;

function byField(field: string): ListKey {
  return (item) => {
    const value = valueAt(item, field);
    return typeof value === 'string' ? value : undefined;
  };
}

/** Port and protocol together: DNS listens on 53 twice. */
function byPort(item: unknown): string | undefined {
  const port = valueAt(item, 'containerPort') ?? valueAt(item, 'port');
  const protocol = valueAt(item, 'protocol') ?? 'TCP';
  return typeof port === 'number' && typeof protocol === 'string' ? `${port}/${protocol}` : undefined;
}

const listKeys: Readonly<Record<string, ListKey>> = {
  containers: byField('name'),
  initContainers: byField('name'),
  env: byField('name'),
  volumes: byField('name'),
  volumeMounts: byField('mountPath'),
  imagePullSecrets: byField('name'),
  ports: byPort,
  subsets: byField('name'),
  conditions: byField('type'),
  ownerReferences: byField('uid'),
  finalizers: (item) => (typeof item === 'string' ? item : undefined),
};

/**
 * The items of a named list by name, in order; undefined where the field's list is one value, or an item lacks its name
 * or shares it with another.
 */
export function itemsByName(field: string, list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const keyOf = Object.hasOwn(listKeys, field) ? listKeys[field] : undefined;
  if (keyOf === undefined) return undefined;
  const items = new Map<string, unknown>();
  for (const item of list) {
    const key = keyOf(item);
    if (key === undefined || items.has(key)) return undefined;
    items.set(key, item);
  }
  return items;
}
