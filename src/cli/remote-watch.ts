/** A watch over server-sent events that survives a broken connection: it comes back with the last id it saw. */
import type { KubeObject } from '../core/model/meta.ts';
import { Fault } from '../lib/fault.ts';
import type { Store, Subscription, WatchEvent, Watcher } from '../ports/store.ts';
import type { Failure, WatchEventName } from '../server/contract.ts';
import type { ApiClient } from './client.ts';
import { faultOf } from './client.ts';
import type { ParsedEvent } from './sse-parser.ts';
import { createSseParser } from './sse-parser.ts';

type WatchRequest = Parameters<Store['watch']>[0];

/** The server sends a comment every 15 s; a connection that is silent for three of them is dead. */
const SILENCE_MS = 45_000;
/** A restarted control plane is back well within this time. */
const GIVE_UP_MS = 15_000;
const RETRY_MS = 250;

interface Progress {
  since: string;
  /** Set when the connection last brought something; the patience counts from here. */
  aliveAt: number;
}

/** Events out of one connection until it ends. Throws when it breaks or is silent for too long. */
async function* eventsOf(body: ReadableStream<Uint8Array>, alive: () => void): AsyncGenerator<ParsedEvent> {
  const parser = createSseParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      alive();
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function withinSilence<T>(read: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Fault('timeout', { key: 'cli.watchSilent' })), SILENCE_MS);
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function path(request: WatchRequest, since: string): string {
  const query = new URLSearchParams({ kinds: request.kinds.join(','), since });
  if (request.namespace !== undefined) query.set('namespace', request.namespace);
  return `/v1/watch?${query.toString()}`;
}

/** Why the reader has to list again; undefined = go on. */
interface Loss {
  readonly cause: unknown;
}

function deliver(event: ParsedEvent, progress: Progress, watcher: Watcher): Loss | undefined {
  const name = event.event as WatchEventName;
  if (name === 'open') return undefined;
  try {
    if (name === 'lost') return { cause: faultOf(JSON.parse(event.data) as Failure) };
    const change: WatchEvent = {
      type: name,
      object: JSON.parse(event.data) as KubeObject,
      resourceVersion: event.id,
    };
    progress.since = event.id;
    watcher.onEvent(change);
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/** As `Store.watch`: `onLost` comes at most once, and never after `close`. */
export function watchRemotely(client: ApiClient, request: WatchRequest, watcher: Watcher): Subscription {
  const stop = new AbortController();
  const progress: Progress = { since: request.since, aliveAt: Date.now() };
  const alive = (): void => {
    progress.aliveAt = Date.now();
  };

  const connectOnce = async (): Promise<Loss | undefined> => {
    const answer = await client.open(path(request, progress.since), {
      signal: stop.signal,
      headers: { accept: 'text/event-stream', 'last-event-id': progress.since },
    });
    if (answer.body === null) return undefined;
    for await (const event of eventsOf(answer.body, alive)) {
      if (stop.signal.aborted) return undefined;
      const loss = deliver(event, progress, watcher);
      if (loss !== undefined) return loss;
    }
    return undefined;
  };
  const tryOnce = async (): Promise<Loss | undefined> => {
    try {
      return await connectOnce();
    } catch (cause) {
      const isFinal = cause instanceof Fault && cause.retry === 'never';
      return isFinal || Date.now() - progress.aliveAt > GIVE_UP_MS ? { cause } : undefined;
    }
  };
  const keepConnected = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const loss = await tryOnce();
      if (stop.signal.aborted) return;
      if (loss !== undefined) {
        stop.abort();
        watcher.onLost(loss.cause);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  void keepConnected();
  return { close: () => stop.abort() };
}
