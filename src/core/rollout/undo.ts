/** Going back to an earlier template. Source: kubectl rollout undo. */
import type { StringMap } from '../model/meta.ts';
import type { PodTemplate } from '../model/pod.ts';
import { CHANGE_CAUSE_ANNOTATION } from '../model/workload.ts';
import type { Deployment, ReplicaSet } from '../model/workload.ts';
import { carriedAnnotations, isCarried, revisionOf } from './revisions.ts';
import { sameTemplate, withoutHash } from './template.ts';

export type UndoPlan =
  | { readonly outcome: 'changed'; readonly deployment: Deployment; readonly revision: number }
  /** The Deployment has this template already. */
  | { readonly outcome: 'same'; readonly revision: number }
  /** Changes of a paused Deployment would do nothing now and surprise later. */
  | { readonly outcome: 'paused' }
  /** No such revision, or no earlier one; `known` in rising order. */
  | { readonly outcome: 'missing'; readonly known: readonly number[] };

/** `toRevision` absent or 0 = the one before the newest. */
export function planUndo(deployment: Deployment, sets: readonly ReplicaSet[], toRevision = 0): UndoPlan {
  if (deployment.spec.paused === true) return { outcome: 'paused' };
  const known = sets.map(revisionOf).filter((revision) => revision > 0);
  known.sort((a, b) => a - b);
  const revision = toRevision === 0 ? known.at(-2) : toRevision;
  const target = sets.find((set) => revisionOf(set) === revision);
  if (revision === undefined || target === undefined) return { outcome: 'missing', known };
  if (sameTemplate(target.spec.template, deployment.spec.template)) return { outcome: 'same', revision };
  const spec = { ...deployment.spec, template: withoutHash(target.spec.template) };
  const annotations = undoneAnnotations(deployment, target);
  return {
    outcome: 'changed',
    revision,
    deployment: { ...deployment, spec, metadata: { ...deployment.metadata, annotations } },
  };
}

/** The change cause and its like come back with the template; what belongs to the Deployment alone stays. */
function undoneAnnotations(deployment: Deployment, target: ReplicaSet): StringMap {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !isCarried(key));
  return { ...Object.fromEntries(own), ...carriedAnnotations(target.metadata.annotations) };
}

export interface Revision {
  readonly revision: number;
  readonly replicaSet: string;
  readonly changeCause?: string;
  readonly template: PodTemplate;
}

/** All that can be gone back to, in rising order; the last one is the present one. */
export function revisionsOf(sets: readonly ReplicaSet[]): readonly Revision[] {
  return sets
    .filter((set) => revisionOf(set) > 0)
    .map((set) => {
      const changeCause = set.metadata.annotations?.[CHANGE_CAUSE_ANNOTATION];
      return {
        revision: revisionOf(set),
        replicaSet: set.metadata.name,
        ...(changeCause === undefined ? {} : { changeCause }),
        template: withoutHash(set.spec.template),
      };
    })
    .sort((a, b) => a.revision - b.revision);
}
