/** Read, change, write, and once more where somebody else wrote meanwhile. */
import type { KubeObject, ObjectRef } from '../../../core/model/meta.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';

export interface Changed<T extends KubeObject> {
  readonly outcome: 'changed' | 'same';
  readonly object: T;
}

const ATTEMPTS = 5;

/** @throws Fault `notFound` */
export async function required<T extends KubeObject>(store: Store, ref: ObjectRef): Promise<T> {
  const object = await store.get<T>(ref);
  if (object !== undefined) return object;
  const params = { kind: ref.kind, name: ref.name, namespace: ref.namespace };
  throw new Fault('notFound', { key: 'fault.notFound', params });
}

/**
 * `change` gives the object as it should be; undefined = it is so already. It may run several times.
 * @throws Fault `notFound`, `conflict` after several attempts, and what `change` throws
 */
export async function changeObject<T extends KubeObject>(
  store: Store,
  ref: ObjectRef,
  change: (live: T) => Promise<T | undefined> | T | undefined,
): Promise<Changed<T>> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await required<T>(store, ref);
    const next = await change(live);
    if (next === undefined) return { outcome: 'same', object: live };
    try {
      const { results } = await store.write([{ op: 'update', object: next }]);
      const outcome = results[0]?.outcome === 'same' ? 'same' : 'changed';
      return { outcome, object: (results[0]?.object as T | undefined) ?? next };
    } catch (cause) {
      const isRace = cause instanceof Fault && cause.code === 'conflict';
      if (!isRace || attempt === ATTEMPTS) throw cause;
    }
  }
}
