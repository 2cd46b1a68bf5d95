/** Revision numbers and what the Deployment controller notes on ReplicaSets. Source: Kubernetes, deployment/util. */
import type { NewObject, StringMap } from '../model/meta.ts';
import {
  KEEP_REPLICAS_ANNOTATION,
  POD_TEMPLATE_HASH_LABEL,
  RELEASE_OWNED_ANNOTATION,
  REVISION_ANNOTATION,
} from '../model/workload.ts';
import type { Deployment, ReplicaSet } from '../model/workload.ts';
import type { Crew } from './availability.ts';
import type { Limits } from './limits.ts';
import { labelled, templateHash, withoutHash } from './template.ts';

export const DESIRED_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/max-replicas';
const HISTORY_ANNOTATION = 'deployment.kubernetes.io/revision-history';

/** What belongs to one of the two objects and is never copied between them. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION_ANNOTATION,
  HISTORY_ANNOTATION,
  DESIRED_REPLICAS_ANNOTATION,
  MAX_REPLICAS_ANNOTATION,
  RELEASE_OWNED_ANNOTATION,
  KEEP_REPLICAS_ANNOTATION,
]);

/** A whole number from an annotation; undefined where it is absent or no number. */
export function numberIn(annotations: StringMap | undefined, key: string): number | undefined {
  const text = annotations?.[key];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** 0 where the ReplicaSet has none yet. */
export function revisionOf(set: ReplicaSet): number {
  return numberIn(set.metadata.annotations, REVISION_ANNOTATION) ?? 0;
}

/** True for annotations that a ReplicaSet takes over from its Deployment, and gives back at an undo. */
export function isCarried(key: string): boolean {
  return !ownAnnotations.has(key);
}

export function carriedAnnotations(annotations: StringMap | undefined): StringMap {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => isCarried(key)));
}

export function sizeAnnotations(limits: Limits): StringMap {
  return {
    [DESIRED_REPLICAS_ANNOTATION]: String(limits.replicas),
    [MAX_REPLICAS_ANNOTATION]: String(limits.replicas + limits.maxSurge),
  };
}

function nextRevision(old: readonly Crew[]): number {
  return old.reduce((highest, crew) => Math.max(highest, revisionOf(crew.set)), 0) + 1;
}

function revisionAnnotations(set: ReplicaSet, revision: number): StringMap {
  const before = revisionOf(set);
  if (before >= revision) return {};
  const past = set.metadata.annotations?.[HISTORY_ANNOTATION];
  const history = [past, before === 0 ? undefined : String(before)].filter((item) => item !== undefined && item !== '');
  return {
    [REVISION_ANNOTATION]: String(revision),
    ...(history.length === 0 ? {} : { [HISTORY_ANNOTATION]: history.join(',') }),
  };
}

/** The current ReplicaSet as the newest revision, with the Deployment's annotations and `minReadySeconds`. */
export function asNewest(crew: Crew, deployment: Deployment, old: readonly Crew[]): Crew {
  const { set } = crew;
  const annotations = {
    ...set.metadata.annotations,
    ...carriedAnnotations(deployment.metadata.annotations),
    ...revisionAnnotations(set, nextRevision(old)),
  };
  const { minReadySeconds: _before, ...spec } = set.spec;
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  return {
    ...crew,
    set: {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: minReadySeconds === 0 ? spec : { ...spec, minReadySeconds },
    },
  };
}

/** A ReplicaSet for the Deployment's present template. */
export function newReplicaSet(
  deployment: Deployment,
  old: readonly Crew[],
  sizing: { readonly size: number; readonly limits: Limits },
): NewObject<ReplicaSet> {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template, deployment.status?.collisionCount ?? 0);
  const template = labelled(withoutHash(spec.template), POD_TEMPLATE_HASH_LABEL, hash);
  const minReadySeconds = spec.minReadySeconds ?? 0;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: template.metadata?.labels ?? {},
      annotations: {
        ...carriedAnnotations(metadata.annotations),
        [REVISION_ANNOTATION]: String(nextRevision(old)),
        ...sizeAnnotations(sizing.limits),
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas: sizing.size,
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH_LABEL]: hash },
      },
      template,
      ...(minReadySeconds === 0 ? {} : { minReadySeconds }),
    },
  };
}

const DEFAULT_HISTORY_LIMIT = 10;

/** Empty old ReplicaSets beyond the history limit, lowest revisions first. */
export function expired(deployment: Deployment, old: readonly Crew[]): readonly ReplicaSet[] {
  const alive = old.filter((crew) => crew.set.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - (deployment.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT);
  if (surplus <= 0) return [];
  return [...alive]
    .sort((a, b) => revisionOf(a.set) - revisionOf(b.set))
    .slice(0, surplus)
    .filter((crew) => crew.size === 0 && crew.pods.length === 0)
    .map((crew) => crew.set);
}
