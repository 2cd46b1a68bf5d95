/** The store over the control API: what the engine has in memory, a command sees from another process. */
import type { KubeObject, ObjectRef } from '../core/model/meta.ts';
import { selectorText } from '../core/model/selector-text.ts';
import { Fault } from '../lib/fault.ts';
import type { JournalEntry, Listing, ListOptions, Store } from '../ports/store.ts';
import type { WriteAnswer } from '../server/contract.ts';
import type { ApiClient } from './client.ts';
import { messageOf } from './client.ts';
import { watchRemotely } from './remote-watch.ts';

function segment(text: string): string {
  return text === '' ? '-' : encodeURIComponent(text);
}

function listPath(kind: string, options: ListOptions): string {
  const labels = options.labels === undefined ? '' : selectorText(options.labels);
  const place = options.namespace === undefined ? '' : `/${segment(options.namespace)}`;
  return `/v1/objects/${segment(kind)}${place}${labels === '' ? '' : `?labels=${encodeURIComponent(labels)}`}`;
}

async function getOrMissing<T>(client: ApiClient, ref: ObjectRef): Promise<T | undefined> {
  try {
    return await client.get<T>(`/v1/objects/${segment(ref.kind)}/${segment(ref.namespace)}/${segment(ref.name)}`);
  } catch (error) {
    if (error instanceof Fault && error.code === 'notFound' && error.text.key === 'fault.notFound') return undefined;
    throw error;
  }
}

/** Throws `unreachable` from every method while nobody answers. */
export function createRemoteStore(client: ApiClient): Store {
  return {
    get: <T extends KubeObject>(ref: ObjectRef) => getOrMissing<T>(client, ref),
    list: <T extends KubeObject>(kind: string, options: ListOptions = {}) =>
      client.get<Listing<T>>(listPath(kind, options)),
    write: async (batch) => {
      const answer = await client.post<WriteAnswer>('/v1/write', { batch });
      return {
        resourceVersion: answer.resourceVersion,
        results: answer.results.map(({ outcome, object, notices }) => ({
          outcome,
          ...(object === undefined ? {} : { object }),
          ...(notices === undefined ? {} : { notices: notices.map(messageOf) }),
        })),
      };
    },
    watch: (request, watcher) => watchRemotely(client, request, watcher),
    journal: async (name, from) => {
      const path = name.split('/').map(encodeURIComponent).join('/');
      const query = from === undefined ? '' : `?from=${from}`;
      const page = await client.get<{ readonly entries: readonly JournalEntry[] }>(`/v1/journal/${path}${query}`);
      return page.entries;
    },
  };
}
