/** A listing that stays true: list, watch, and list again when the watch is lost. */
import { refKey, refOf } from '../core/model/kinds.ts';
import { matchesSelector } from '../core/model/labels.ts';
import type { KubeObject, LabelSelector } from '../core/model/meta.ts';
import { Fault } from '../lib/fault.ts';
import type { Store, WatchEvent } from '../ports/store.ts';

export interface FollowRequest {
  readonly kinds: readonly string[];
  /** Absent = all. */
  readonly namespace?: string;
  readonly labels?: LabelSelector;
  /** Further condition, e.g. a name. */
  wants?(object: KubeObject): boolean;
}

export interface Follower {
  /** Everything there is at the beginning. */
  onStart(objects: readonly KubeObject[]): void;
  /** One change after that. An object that stops matching counts as deleted. */
  onChange(event: WatchEvent): void;
}

interface Known {
  readonly objects: Map<string, KubeObject>;
  /** Oldest version of the listings: watching from here misses nothing. */
  readonly since: string;
}

async function listAll(store: Store, request: FollowRequest): Promise<Known> {
  const options = {
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    ...(request.labels === undefined ? {} : { labels: request.labels }),
  };
  const listings = await Promise.all(request.kinds.map((kind) => store.list(kind, options)));
  const objects = new Map<string, KubeObject>();
  for (const { items } of listings) {
    for (const object of items) if (request.wants?.(object) ?? true) objects.set(refKey(refOf(object)), object);
  }
  const since = listings.map(({ resourceVersion }) => Number(resourceVersion)).toSorted((a, b) => a - b)[0] ?? 0;
  return { objects, since: String(since) };
}

function isWanted(object: KubeObject, request: FollowRequest): boolean {
  return matchesSelector(request.labels, object.metadata.labels) && (request.wants?.(object) ?? true);
}

/** What a change means to the follower: undefined = nothing, because it is known already or not wanted. */
function meaning(event: WatchEvent, known: Map<string, KubeObject>, request: FollowRequest): WatchEvent | undefined {
  const key = refKey(refOf(event.object));
  const before = known.get(key);
  const isNewer = before === undefined || Number(event.resourceVersion) > Number(before.metadata.resourceVersion);
  if (!isNewer) return undefined;
  if (event.type === 'deleted' || !isWanted(event.object, request)) {
    return known.delete(key) ? { ...event, type: 'deleted' } : undefined;
  }
  known.set(key, event.object);
  return { ...event, type: before === undefined ? 'added' : 'modified' };
}

function differences(before: Map<string, KubeObject>, after: Map<string, KubeObject>): readonly WatchEvent[] {
  const event = (type: WatchEvent['type'], object: KubeObject): WatchEvent => ({
    type,
    object,
    resourceVersion: object.metadata.resourceVersion,
  });
  return [
    ...[...before].flatMap(([key, object]) => (after.has(key) ? [] : [event('deleted', object)])),
    ...[...after].flatMap(([key, object]) => {
      const old = before.get(key);
      if (old === undefined) return [event('added', object)];
      return old.metadata.resourceVersion === object.metadata.resourceVersion ? [] : [event('modified', object)];
    }),
  ];
}

/** Resolves when the signal fires. Rejects with the fault when nobody answers any more, or the follower throws. */
export async function follow(
  { store, request, signal }: { readonly store: Store; readonly request: FollowRequest; readonly signal: AbortSignal },
  follower: Follower,
): Promise<void> {
  let known = await listAll(store, request);
  follower.onStart([...known.objects.values()]);
  while (!signal.aborted) {
    await watchUntilLost({ store, request, signal, known }, follower);
    if (signal.aborted) return;
    const fresh = await listAll(store, request);
    for (const event of differences(known.objects, fresh.objects)) follower.onChange(event);
    known = fresh;
  }
}

/** Resolves where listing again helps. */
function watchUntilLost(
  { store, request, signal, known }: { store: Store; request: FollowRequest; signal: AbortSignal; known: Known },
  follower: Follower,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { kinds, namespace } = request;
    let stopWatch: () => void = () => undefined;
    const stop = (): void => {
      stopWatch();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    const subscription = store.watch(
      { kinds, since: known.since, ...(namespace === undefined ? {} : { namespace }) },
      {
        onEvent: (event) => {
          const change = meaning(event, known.objects, request);
          if (change !== undefined && !signal.aborted) follower.onChange(change);
        },
        onLost: (cause) => {
          signal.removeEventListener('abort', stop);
          if (cause instanceof Fault && cause.code === 'refused') resolve();
          else reject(cause);
        },
      },
    );
    stopWatch = () => subscription.close();
    if (signal.aborted) stop();
  });
}
