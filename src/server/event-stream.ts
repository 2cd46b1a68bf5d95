/** Server-sent events with a bounded backlog: the only file that knows the library behind them. */
import { fastifySSE } from '@fastify/sse';
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface ServerSentEvent {
  /** Handed back by a reconnecting client as `Last-Event-ID`. */
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

export interface EventFeed {
  /** False when the reader is too far behind; the caller should then `end` the feed. */
  push(event: ServerSentEvent): boolean;
  /** Sends what is queued, then closes. */
  end(): void;
}

/** A reader that is further behind than this is cut off; it comes back with `Last-Event-ID`. */
const MAX_BACKLOG = 10_000;

/** Marks a route as one that only streams events. */
export const eventRoute = { sse: { kind: 'only' as const } };

export async function registerEventStreams(app: FastifyInstance, heartbeatMs: number): Promise<void> {
  await app.register(fastifySSE, { heartbeatInterval: heartbeatMs });
}

/** What the request asks to resume after; null = nothing. */
export function lastEventId(reply: FastifyReply): string | null {
  return reply.sse.lastEventId;
}

/**
 * Streams what `start` pushes until it ends the feed or the client leaves; `start` returns how to stop its source.
 * Resolves when the connection is done with.
 */
export async function streamEvents(reply: FastifyReply, start: (feed: EventFeed) => () => void): Promise<void> {
  const queue: ServerSentEvent[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  const feed: EventFeed = {
    push: (event) => {
      if (ended) return true;
      if (queue.length >= MAX_BACKLOG) return false;
      queue.push(event);
      wake();
      return true;
    },
    end: () => {
      ended = true;
      wake();
    },
  };
  // A full socket of a client that leaves never drains: then the close decides.
  let sent: () => void = () => undefined;
  reply.sse.onClose(() => {
    queue.length = 0;
    feed.end();
    sent();
  });
  const send = (event: ServerSentEvent): Promise<void> =>
    new Promise((resolve) => {
      sent = resolve;
      const id = event.id === undefined ? {} : { id: event.id };
      reply.sse.send({ event: event.event, data: event.data, ...id }).then(resolve, resolve);
    });
  const stop = start(feed);
  try {
    while (reply.sse.isConnected) {
      const event = queue.shift();
      if (event !== undefined) await send(event);
      else if (ended) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
  }
}
