/** `set image deploy NAME CONTAINER=IMAGE…`. */
import { objectName } from '../../../core/model/kinds.ts';
import type { ObjectRef } from '../../../core/model/meta.ts';
import type { Container } from '../../../core/model/pod.ts';
import type { Deployment, ReplicaSet } from '../../../core/model/workload.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import { changeObject } from './change-object.ts';
import type { Changed } from './change-object.ts';

export interface SetImageRequest {
  /** A Deployment or a ReplicaSet. */
  readonly ref: ObjectRef;
  /** Container name (also of init containers) → image; `*` = all of them. */
  readonly images: Readonly<Record<string, string>>;
}

/** @throws Fault `notFound` (object or container), `conflict` */
export function setImage(store: Store, request: SetImageRequest): Promise<Changed<Deployment | ReplicaSet>> {
  const { ref, images } = request;
  return changeObject<Deployment | ReplicaSet>(store, ref, (live) => {
    const { template } = live.spec;
    const { containers, initContainers } = template.spec;
    requireContainers(ref, images, [...containers, ...(initContainers ?? [])]);
    const withImages = (all: readonly Container[]): readonly Container[] =>
      all.map((container) => {
        const image = images[container.name] ?? images['*'];
        return image === undefined ? container : { ...container, image };
      });
    const spec = {
      ...template.spec,
      containers: withImages(containers),
      ...(initContainers === undefined ? {} : { initContainers: withImages(initContainers) }),
    };
    return withTemplate(live, { ...template, spec });
  });
}

function withTemplate(
  live: Deployment | ReplicaSet,
  template: Deployment['spec']['template'],
): Deployment | ReplicaSet {
  return live.kind === 'Deployment'
    ? { ...live, spec: { ...live.spec, template } }
    : { ...live, spec: { ...live.spec, template } };
}

function requireContainers(ref: ObjectRef, images: SetImageRequest['images'], all: readonly Container[]): void {
  for (const container of Object.keys(images)) {
    if (container === '*' || all.some(({ name }) => name === container)) continue;
    const object = objectName(ref);
    const expected = all.map(({ name }) => name).join(', ');
    throw new Fault('notFound', { key: 'rollout.noContainer', params: { object, container } }, { expected });
  }
}
