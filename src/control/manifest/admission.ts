/** What every object passes on its way into a store, whoever writes it. */
import { isObject, withoutNulls } from '../../core/model/json.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { Message } from '../../texts/catalogue.ts';

export interface Admitted {
  readonly object: NewObject;
  readonly notices: readonly Message[];
}

/** @throws Fault `invalid` */
export function admitted(value: unknown): Admitted {
  const object = withoutNulls(value);
  if (!isNewObject(object)) throw new TypeError('an object without kind and name');
  return { object, notices: [] };
}

function isNewObject(value: unknown): value is NewObject {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['metadata']);
}
