/** Fields that may not change once an object exists. */
import { sameJson, valueAt } from '../../../core/model/json.ts';
import { objectName, refOf } from '../../../core/model/kinds.ts';
import type { KubeObject } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';

/** Selectors tell which pods belong to whom; commands and what a run is about are history. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  ReplicaSet: ['spec.selector'],
  Command: ['spec'],
  Run: ['spec'],
};

/** @throws Fault `invalid` */
export function requireMutable(before: KubeObject, after: KubeObject): void {
  const isLocked = valueAt(before, 'immutable') === true;
  const fields = isLocked ? ['data', 'binaryData', 'immutable'] : (immutable[before.kind] ?? []);
  const field = fields.find((path) => !sameJson(at(before, path), at(after, path)));
  if (field === undefined) return;
  const object = objectName(refOf(before));
  throw new Fault(
    'invalid',
    { key: 'store.immutable', params: { field, object } },
    {
      place: { object, field },
      expected: JSON.stringify(at(before, field)),
      found: JSON.stringify(at(after, field)) ?? '-',
      remedy: { key: 'store.immutableRemedy' },
    },
  );
}

function at(object: unknown, path: string): unknown {
  return path.split('.').reduce(valueAt, object);
}
