import { z } from 'zod';
import { Fault } from '../../lib/fault.ts';
import type { Api, RouteContext } from '../app.ts';
import type { EventFeed } from '../event-stream.ts';
import { eventRoute, lastEventId, streamEvents } from '../event-stream.ts';
import { failureOf, requestLanguage } from '../faults.ts';

const watchQuery = z.strictObject({
  kinds: z.string().min(1).describe('Comma-separated kinds'),
  since: z.string().regex(/^\d+$/).describe('resourceVersion of a listing; Last-Event-ID wins'),
  namespace: z.string().optional(),
});

/** Changes as they happen. Ids are resource versions, so a client resumes by `Last-Event-ID` and misses nothing. */
export function registerWatchRoutes(app: Api, { options, counters }: RouteContext): void {
  app.get(
    '/v1/watch',
    { ...eventRoute, schema: { summary: 'Changes as server-sent events', querystring: watchQuery } },
    async (request, reply) => {
      const { kinds, namespace } = request.query;
      const since = lastEventId(reply) ?? request.query.since;
      const language = requestLanguage(request, options.lang);
      const lose = (feed: EventFeed, cause: unknown): void => {
        const text = cause instanceof Error ? cause.message : String(cause);
        const fault =
          cause instanceof Fault
            ? cause
            : new Fault('unreachable', { key: 'server.badRequest', params: { detail: text } }, { cause });
        feed.push({ event: 'lost', data: failureOf(fault, language) });
        feed.end();
      };
      counters.watchOpened();
      try {
        await streamEvents(reply, (feed) => {
          feed.push({ event: 'open', data: { since } });
          const subscription = options.store.watch(
            { kinds: kinds.split(','), since, ...(namespace === undefined ? {} : { namespace }) },
            {
              onEvent: ({ type, object, resourceVersion }) => {
                if (!feed.push({ id: resourceVersion, event: type, data: object })) feed.end();
              },
              onLost: (cause) => lose(feed, cause),
            },
          );
          return () => subscription.close();
        });
      } finally {
        counters.watchClosed();
      }
    },
  );
}
