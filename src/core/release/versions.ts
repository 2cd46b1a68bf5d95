/** Finds the versions of a service among its Deployments, and counts their pods. Pure: the caller brings the objects. */
import type { Message } from '../../texts/catalogue.ts';
import { matchesLabels } from '../model/labels.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Deployment, ReplicaSet } from '../model/workload.ts';
import {
  KEEP_REPLICAS_ANNOTATION,
  POD_TEMPLATE_HASH_LABEL,
  RELEASE_OWNED_ANNOTATION,
  RESTARTED_AT_ANNOTATION,
} from '../model/workload.ts';
import { isActivePod, isReadyPod } from '../rollout/availability.ts';
import { sameTemplate } from '../rollout/template.ts';
import { contentHash } from './hash.ts';
import type { ArmReading, FoundVersion, Original } from './observation.ts';

export const VERSION_LABEL = 'version';
/** On a Deployment that Serin made for one version: the release (label) and the content hash (annotation). */
export const RELEASE_LABEL = 'serin.dev/release';
export const HASH_ANNOTATION = 'serin.dev/hash';
/** Replicas as the owner set them, noted before Serin changes them for the first time. */
export const OWN_REPLICAS_ANNOTATION = 'serin.dev/own-replicas';

export interface Workloads {
  readonly release: Release;
  readonly service: Service | undefined;
  /** All of the namespace. */
  readonly deployments: readonly Deployment[];
  replicaSets(deployment: Deployment): readonly ReplicaSet[];
  pods(owner: ReplicaSet): readonly Pod[];
}

export interface FoundArms {
  readonly versions: readonly FoundVersion[];
  readonly arms: Readonly<Record<string, ArmReading>>;
  readonly blocked?: Message;
  readonly original?: Original;
}

/** Refuses with a reason what cannot be told apart; never guesses. */
export function findArms(from: Workloads): FoundArms {
  const { workload } = from.release.spec;
  if (workload.deployment !== undefined && workload.versions !== undefined)
    return refused({ key: 'run.problem.workload' });
  if (workload.deployment !== undefined) return fromTemplate(from, workload.deployment);
  return workload.versions === undefined ? refused({ key: 'run.problem.workload' }) : sideBySide(from);
}

function refused(message: Message): FoundArms {
  return { versions: [], arms: {}, blocked: message };
}

function sideBySide(from: Workloads): FoundArms {
  const { service } = from;
  const name = from.release.spec.service;
  if (service === undefined) return refused({ key: 'run.problem.noService', params: { service: name } });
  const selector = service.spec.selector ?? {};
  if (Object.keys(selector).length === 0) return refused({ key: 'run.problem.noSelector', params: { service: name } });
  const selected = [...from.deployments]
    .filter((one) => matchesLabels(selector, one.spec.template.metadata?.labels))
    .filter((one) => one.metadata.deletionTimestamp === undefined)
    .sort(byAge);
  const seen = new Map<string, string>();
  for (const one of selected) {
    const deployment = one.metadata.name;
    const version = versionLabel(one.spec.template);
    if (version === undefined) return refused({ key: 'run.problem.noVersionLabel', params: { deployment } });
    const first = seen.get(version);
    if (first !== undefined)
      return refused({ key: 'run.problem.sameVersion', params: { first, second: deployment, version } });
    seen.set(version, deployment);
  }
  return found(
    from,
    selected.map((one) => ({ deployment: one, hash: versionHash(one.spec.template) })),
  );
}

/** A restart changes no content. */
export function versionHash(template: PodTemplate): string {
  const { [POD_TEMPLATE_HASH_LABEL]: _pods, ...labels } = template.metadata?.labels ?? {};
  const { [RESTARTED_AT_ANNOTATION]: _restart, ...annotations } = template.metadata?.annotations ?? {};
  return contentHash({ labels, annotations, spec: template.spec });
}

function versionLabel(template: PodTemplate): string | undefined {
  const label = template.metadata?.labels?.[VERSION_LABEL];
  return label === undefined || label === '' ? undefined : label;
}

function byAge(left: Deployment, right: Deployment): number {
  const [a, b] = [left.metadata, right.metadata];
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function found(
  from: Workloads,
  arms: readonly { readonly deployment: Deployment; readonly hash: string }[],
): FoundArms {
  const versions = arms.map(({ deployment, hash }) => {
    const version = versionLabel(deployment.spec.template) ?? hash;
    return { version, hash, deployment: deployment.metadata.name, labels: { [VERSION_LABEL]: version } };
  });
  const readings = arms.map(({ deployment }) => [deployment.metadata.name, readArm(from, deployment)] as const);
  return { versions, arms: Object.fromEntries(readings) };
}

/** Only pods of the template in force count: pods of an older template are not this version. */
function readArm(from: Pick<Workloads, 'replicaSets' | 'pods'>, deployment: Deployment): ArmReading {
  const current = from
    .replicaSets(deployment)
    .filter((set) => sameTemplate(set.spec.template, deployment.spec.template));
  const pods = current.flatMap((set) => from.pods(set)).filter(isActivePod);
  const statuses = pods.flatMap((pod) => pod.status?.containerStatuses ?? []);
  const replicas = deployment.spec.replicas ?? 1;
  const noted = Number(deployment.metadata.annotations?.[OWN_REPLICAS_ANNOTATION] ?? Number.NaN);
  return {
    deployment: deployment.metadata.name,
    replicas,
    own: replicas === 0 && Number.isSafeInteger(noted) ? noted : replicas,
    ready: pods.filter(isReadyPod).length,
    pods: pods.length,
    restarts: statuses.reduce((sum, status) => sum + status.restartCount, 0),
    crashing: pods.filter((pod) => pod.status?.containerStatuses?.some(isCrashing)).length,
    down: pods.filter((pod) => pod.status?.containerStatuses?.some((status) => status.state.terminated !== undefined))
      .length,
  };
}

function isCrashing(status: { readonly state: { readonly waiting?: { readonly reason: string } } }): boolean {
  return status.state.waiting?.reason === 'CrashLoopBackOff';
}

/** One Deployment is only the template and the wanted size; each version of it runs in a Deployment of its own. */
function fromTemplate(from: Workloads, name: string): FoundArms {
  const owner = from.release.metadata.name;
  const template = from.deployments.find((one) => one.metadata.name === name);
  if (template === undefined) return refused({ key: 'run.problem.noDeployment', params: { deployment: name } });
  const made = from.deployments
    .filter((one) => one.metadata.labels?.[RELEASE_LABEL] === owner && one.metadata.deletionTimestamp === undefined)
    .sort(byAge)
    .map((deployment) => ({ deployment, hash: deployment.metadata.annotations?.[HASH_ANNOTATION] ?? '' }));
  const existing = found(from, made);
  const hash = versionHash(template.spec.template);
  const original = originalOf(from, template, hash);
  if (existing.versions.some((one) => one.hash === hash)) return { ...existing, original };
  const next = newVersion(template, hash, existing.versions);
  const empty: ArmReading = {
    deployment: next.deployment,
    replicas: 0,
    own: template.spec.replicas ?? 1,
    ready: 0,
    pods: 0,
    restarts: 0,
    crashing: 0,
    down: 0,
  };
  return { versions: [...existing.versions, next], arms: { ...existing.arms, [next.deployment]: empty }, original };
}

/** The label of the template where it is free, else with a piece of the hash: arms must be told apart. */
function newVersion(template: Deployment, hash: string, existing: readonly FoundVersion[]): FoundVersion {
  const label = versionLabel(template.spec.template);
  const taken = existing.some((one) => one.version === label);
  const version = label === undefined ? hash.slice(0, 10) : taken ? `${label}-${hash.slice(0, 6)}` : label;
  const deployment = `${template.metadata.name}-${hash.slice(0, 10)}`;
  return { version, hash, deployment, labels: { [VERSION_LABEL]: version } };
}

function originalOf(from: Workloads, template: Deployment, hash: string): Original {
  const pods = from
    .replicaSets(template)
    .flatMap((set) => from.pods(set))
    .filter(isActivePod).length;
  const annotations = template.metadata.annotations ?? {};
  return {
    deployment: template.metadata.name,
    hash,
    claimed: annotations[RELEASE_OWNED_ANNOTATION] === from.release.metadata.name,
    emptied: annotations[KEEP_REPLICAS_ANNOTATION] === '0',
    pods,
    wanted: template.spec.replicas ?? 1,
  };
}
