import { patchObject } from '../control/manifest/patch-object.ts';
import type { ObjectRef } from '../core/model/meta.ts';
import { CHANGE_CAUSE_ANNOTATION } from '../core/model/workload.ts';
import type { Store } from '../ports/store.ts';

/** Notes this command line on the Deployments that it changed, as `--record` of older kubectl did. */
export async function recordCause(store: Store, refs: readonly ObjectRef[]): Promise<void> {
  const cause = ['serin', ...process.argv.slice(2)].join(' ');
  const patch = { metadata: { annotations: { [CHANGE_CAUSE_ANNOTATION]: cause } } };
  for (const ref of refs) {
    if (ref.kind === 'Deployment') await patchObject(store, { ref, patch, type: 'merge' });
  }
}
