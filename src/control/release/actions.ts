/** Carries out decided actions. Everything here may be done twice: what is so already is not written again. */
import type { NewObject } from '../../core/model/meta.ts';
import type { Release } from '../../core/model/release.ts';
import type { Deployment } from '../../core/model/workload.ts';
import { KEEP_REPLICAS_ANNOTATION, RELEASE_OWNED_ANNOTATION } from '../../core/model/workload.ts';
import type { Action } from '../../core/release/action.ts';
import type { FoundVersion } from '../../core/release/observation.ts';
import type { VersionRef } from '../../core/release/state.ts';
import {
  HASH_ANNOTATION,
  OWN_REPLICAS_ANNOTATION,
  RELEASE_LABEL,
  VERSION_LABEL,
  versionHash,
} from '../../core/release/versions.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { Cache } from '../cache.ts';
import { trafficSplit } from './split.ts';

export interface Hands {
  readonly cache: Cache;
  readonly release: Release;
  readonly provider: TrafficProvider;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly versions: readonly FoundVersion[];
}

/** True where something had to be written. @throws Fault */
export async function carryOut(action: Action, hands: Hands): Promise<boolean> {
  switch (action.kind) {
    case 'routeStable':
    case 'split':
      return (await hands.provider.apply(trafficSplit(action.split, hands))) === 'changed';
    case 'release':
      return (await hands.provider.remove(trafficSplit(action.split, hands))) === 'changed';
    case 'scale':
      return scaleTo(hands, action.version, action.replicas);
    case 'lower':
      return action.remove ? removeArm(hands, action.version) : scaleTo(hands, action.version, 0);
    case 'claim':
      return claim(hands, action.deployment, action.empty);
  }
}

function deploymentNamed(hands: Hands, name: string): Deployment | undefined {
  const { namespace = '' } = hands.release.metadata;
  return hands.cache.get<Deployment>({ kind: 'Deployment', namespace, name });
}

async function scaleTo(hands: Hands, version: VersionRef, replicas: number): Promise<boolean> {
  const present = deploymentNamed(hands, version.deployment);
  if (present === undefined) return createVersion(hands, version, replicas);
  const before = present.spec.replicas ?? 1;
  if (before === replicas) return false;
  const { annotations = {} } = present.metadata;
  const noted = annotations[OWN_REPLICAS_ANNOTATION] ?? String(before);
  const metadata = { ...present.metadata, annotations: { ...annotations, [OWN_REPLICAS_ANNOTATION]: noted } };
  await hands.cache.write([
    { op: 'update', object: { ...present, metadata, spec: { ...present.spec, replicas } } as Deployment },
  ]);
  return true;
}

async function removeArm(hands: Hands, version: VersionRef): Promise<boolean> {
  const present = deploymentNamed(hands, version.deployment);
  if (present === undefined) return false;
  const { namespace = '', name } = present.metadata;
  await hands.cache.write([{ op: 'delete', ref: { kind: 'Deployment', namespace, name } }]);
  return true;
}

/** Deployment mode: the version's own Deployment, from the template while that still says the same. */
async function createVersion(hands: Hands, version: VersionRef, replicas: number): Promise<boolean> {
  const original = deploymentNamed(hands, hands.release.spec.workload.deployment ?? '');
  if (original === undefined || versionHash(original.spec.template) !== version.hash) return false;
  await hands.cache.write([
    { op: 'create', object: versionDeployment(hands.release, original, { version, replicas }) },
  ]);
  return true;
}

function versionDeployment(
  release: Release,
  original: Deployment,
  wanted: { readonly version: VersionRef; readonly replicas: number },
): NewObject<Deployment> {
  const { version, replicas } = wanted;
  const { template } = original.spec;
  const { labels = {} } = template.metadata ?? {};
  const owner = release.metadata;
  const { namespace } = original.metadata;
  // No owner reference: deleting the release must not delete the pods that serve.
  return {
    apiVersion: original.apiVersion,
    kind: 'Deployment',
    metadata: {
      name: version.deployment,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...original.metadata.labels, [RELEASE_LABEL]: owner.name },
      annotations: { [HASH_ANNOTATION]: version.hash },
    },
    spec: {
      ...original.spec,
      replicas,
      selector: {
        ...original.spec.selector,
        matchLabels: { ...original.spec.selector.matchLabels, [VERSION_LABEL]: version.version },
      },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...labels, [VERSION_LABEL]: version.version } },
      },
    },
  };
}

async function claim(hands: Hands, name: string, empty: boolean): Promise<boolean> {
  const original = deploymentNamed(hands, name);
  if (original === undefined) return false;
  const { annotations = {} } = original.metadata;
  const wanted = {
    ...annotations,
    [RELEASE_OWNED_ANNOTATION]: hands.release.metadata.name,
    ...(empty ? { [KEEP_REPLICAS_ANNOTATION]: '0' } : {}),
  };
  if (Object.entries(wanted).every(([key, value]) => annotations[key] === value)) return false;
  await hands.cache.write([
    { op: 'update', object: { ...original, metadata: { ...original.metadata, annotations: wanted } } },
  ]);
  return true;
}
