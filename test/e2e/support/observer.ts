/** Sees every change of a running engine's objects as it happens, over the control API, so that tests wait for events. */
import type { KubeObject } from '../../../src/core/model/meta.ts';
import { connect, type ApiClient } from '../../../src/cli/client.ts';
import { createRemoteStore } from '../../../src/cli/remote-store.ts';
import type { Store, Subscription } from '../../../src/ports/store.ts';

export interface Observer {
  /** Present objects of a kind, oldest first. */
  list<T extends KubeObject>(kind: string, namespace: string): readonly T[];
  get<T extends KubeObject>(kind: string, namespace: string, name: string): T | undefined;
  /** Resolves with the first value that `probe` gives; it is asked at every change. */
  until<T>(what: string, probe: () => T | undefined, withinMs?: number): Promise<T>;
  /** Hears every change until the observer closes; returns how to stop that. */
  onChange(listener: (object: KubeObject, type: string) => void): () => void;
  /** After the control plane was started again. */
  reconnect(): Promise<void>;
  store(): Store;
  client(): ApiClient;
  close(): void;
}

const KINDS = ['Release', 'Run', 'Command', 'Deployment', 'ReplicaSet', 'Pod', 'Service', 'VirtualService'];

export async function observe(folder: string): Promise<Observer> {
  const objects = new Map<string, KubeObject>();
  const listeners = new Set<(object: KubeObject, type: string) => void>();
  let client: ApiClient;
  let store: Store;
  let subscription: Subscription | undefined;

  const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
  const tell = (object: KubeObject, type: string): void => {
    if (type === 'deleted') objects.delete(keyOf(object));
    else objects.set(keyOf(object), object);
    for (const listener of listeners) listener(object, type);
  };

  async function start(): Promise<void> {
    subscription?.close();
    client = await connect(folder, 'en');
    store = createRemoteStore(client);
    const lists = await Promise.all(KINDS.map((kind) => store.list(kind)));
    const present = new Set<string>();
    for (const object of lists.flatMap(({ items }) => items)) {
      present.add(keyOf(object));
      const known = objects.get(keyOf(object));
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion) tell(object, 'modified');
    }
    for (const [key, object] of objects) if (!present.has(key)) tell(object, 'deleted');
    const since = String(Math.min(...lists.map(({ resourceVersion }) => Number(resourceVersion))));
    const mine = store.watch(
      { kinds: KINDS, since },
      { onEvent: ({ object, type }) => tell(object, type), onLost: () => mine.close() },
    );
    subscription = mine;
  }

  await start();
  return {
    list: <T extends KubeObject>(kind: string, namespace: string) =>
      [...objects.values()]
        .filter((object) => object.kind === kind && object.metadata.namespace === namespace)
        .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1)) as unknown as T[],
    get: <T extends KubeObject>(kind: string, namespace: string, name: string) =>
      objects.get(`${kind}/${namespace}/${name}`) as T | undefined,
    until: <T>(what: string, probe: () => T | undefined, withinMs = 45_000) =>
      new Promise<T>((resolve, reject) => {
        const look = (): void => {
          const value = probe();
          if (value === undefined) return;
          end();
          resolve(value);
        };
        const late = setTimeout(() => {
          end();
          reject(new Error(`waited ${withinMs} ms in vain for: ${what}`));
        }, withinMs);
        const end = (): void => {
          clearTimeout(late);
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconnect: start,
    store: () => store,
    client: () => client,
    close: () => subscription?.close(),
  };
}
