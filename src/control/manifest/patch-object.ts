/** `patch`: a few fields of one object, by either patch language. */
import { isObject } from '../../core/model/json.ts';
import type { KubeObject, ObjectRef } from '../../core/model/meta.ts';
import { mergePatch, strategicPatch } from '../../core/model/patch.ts';
import { Fault } from '../../lib/fault.ts';
import type { Store, WriteResult } from '../../ports/store.ts';

export interface PatchRequest {
  readonly ref: ObjectRef;
  readonly patch: unknown;
  /** `strategic` merges lists of named things by name; `merge` is RFC 7386. */
  readonly type: 'strategic' | 'merge';
}

const ATTEMPTS = 5;

/**
 * Identity and status stay whatever the patch says. Tries again where somebody else wrote meanwhile.
 * @throws Fault `notFound`, `invalid`, `conflict` after several attempts
 */
export async function patchObject(store: Store, request: PatchRequest): Promise<WriteResult['results'][number]> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await store.get(request.ref);
    if (live === undefined) throw missing(request.ref);
    try {
      const { results } = await store.write([{ op: 'update', object: patched(live, request) }]);
      return results[0] ?? { outcome: 'same', object: live };
    } catch (cause) {
      const isRace = cause instanceof Fault && cause.code === 'conflict';
      if (!isRace || attempt === ATTEMPTS) throw cause;
    }
  }
}

function patched(live: KubeObject, { patch, type }: PatchRequest): KubeObject {
  const result = type === 'merge' ? mergePatch(live, patch) : strategicPatch(live, patch);
  if (!isObject(result)) throw new Fault('invalid', { key: 'manifest.patchNoMap' });
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = live.metadata;
  const fixed = { name, uid, resourceVersion, generation, creationTimestamp };
  const metadata = isObject(result['metadata']) ? result['metadata'] : {};
  return {
    ...result,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { ...metadata, ...fixed, ...(namespace === undefined ? {} : { namespace }) },
  };
}

function missing(ref: ObjectRef): Fault {
  return new Fault('notFound', {
    key: 'fault.notFound',
    params: { kind: ref.kind, name: ref.name, namespace: ref.namespace },
  });
}
