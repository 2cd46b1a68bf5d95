/** Watchers: each has a queue, so that the past comes before the present and a slow or failing one disturbs nobody. */
import { Fault } from '../../../lib/fault.ts';
import type { Store, Subscription, WatchEvent, Watcher } from '../../../ports/store.ts';

export type WatchRequest = Parameters<Store['watch']>[0];

export interface Subscriptions {
  /** Hands events to everybody who asked for them, after the caller has finished. */
  publish(events: readonly WatchEvent[]): void;
  open(request: WatchRequest, watcher: Watcher): Subscription;
  /** Ends all of them without a word: whoever closes the store wants no one to come back. */
  closeAll(): void;
}

/** `past`: events after a version, or undefined where they are gone; it may throw. */
export function createSubscriptions(past: (since: string) => readonly WatchEvent[] | undefined): Subscriptions {
  const open = new Set<{ offer(events: readonly WatchEvent[]): void; lose(cause: unknown): void }>();

  let isClosed = false;

  return {
    publish(events) {
      for (const subscription of open) subscription.offer(events);
    },
    closeAll() {
      isClosed = true;
      open.clear();
    },
    open(request, watcher) {
      const queue: WatchEvent[] = [];
      let lost: { readonly cause: unknown } | undefined;
      let isScheduled = false;
      const isWanted = (event: WatchEvent): boolean =>
        request.kinds.includes(event.object.kind) &&
        (request.namespace === undefined || request.namespace === event.object.metadata.namespace);

      const subscription = {
        offer(events: readonly WatchEvent[]): void {
          queue.push(...events.filter(isWanted));
          if (queue.length > 0) schedule();
        },
        lose(cause: unknown): void {
          lost = { cause };
          schedule();
        },
      };

      function schedule(): void {
        if (isScheduled) return;
        isScheduled = true;
        queueMicrotask(drain);
      }

      function drain(): void {
        isScheduled = false;
        try {
          for (let event = queue.shift(); event !== undefined && open.has(subscription); event = queue.shift()) {
            watcher.onEvent(event);
          }
        } catch (cause) {
          lost = { cause };
        }
        if (lost !== undefined && open.delete(subscription)) watcher.onLost(lost.cause);
      }

      if (isClosed) return { close: () => undefined };
      open.add(subscription);
      try {
        const events = past(request.since);
        if (events !== undefined) subscription.offer(events);
        else subscription.lose(new Fault('refused', { key: 'store.watchTooOld', params: { since: request.since } }));
      } catch (cause) {
        subscription.lose(cause);
      }
      return { close: () => void open.delete(subscription) };
    },
  };
}
