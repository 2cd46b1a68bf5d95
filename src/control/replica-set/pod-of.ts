/** Pods as a ReplicaSet makes them. */
import type { NewObject } from '../../core/model/meta.ts';
import type { Pod } from '../../core/model/pod.ts';
import type { ReplicaSet } from '../../core/model/workload.ts';
import { controllerReference } from '../ownership.ts';

/** Without vowels and look-alikes, as Kubernetes' `rand.String`. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `<set>-<5 letters>`, a name that is not taken. */
export function podName(set: string, random: () => number, isTaken: (name: string) => boolean): string {
  for (;;) {
    let suffix = '';
    for (let at = 0; at < 5; at += 1) suffix += alphabet[Math.floor(random() * alphabet.length)] ?? 'b';
    const name = `${set}-${suffix}`;
    if (!isTaken(name)) return name;
  }
}

export function podOf(set: ReplicaSet, name: string): NewObject<Pod> {
  const { metadata, spec } = set.spec.template;
  const { namespace } = set.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [controllerReference(set)],
    },
    spec,
  };
}
